#include "ops.h"

#include <math.h>

namespace plummet {
namespace {

using Dims = const double*;

constexpr double kRowBlock = 48;
constexpr double kPanel = 32;

// Of a gradient: what one partial result of its norm is of.
double blocks(double rows, double columns) { return ceil(rows / 64) * ceil(columns / 4096); }

double tiles(double rows, double columns) { return ceil(rows / kRowBlock) * ceil(columns / kPanel); }

Extent constant(int n) { return {Extent::kConstant, n, 0, 0}; }
Extent dim(int i) { return {Extent::kDim, i, 0, 0}; }
Extent padded(int i) { return {Extent::kPadded, i, 0, 0}; }
Extent product(int i, int j) { return {Extent::kProduct, i, j, 0}; }
Extent matrix(int rows, int ld) { return product(rows, ld); }
Extent panels(int inputs, int outputs) { return {Extent::kPanels, inputs, outputs, 0}; }
Extent sum(int i, int j) { return {Extent::kSum, i, j, 0}; }
Extent sum_times(int i, int j, int k) { return {Extent::kSumTimes, i, j, k}; }

Extent partials(int rows, int columns) { return {Extent::kPartials, rows, columns, 0}; }
Extent constant_and(int n, int i) { return {Extent::kConstantAnd, n, i, 0}; }

Extent volume(int i, int j, int k) { return {Extent::kVolume, i, j, k}; }
Extent room(int n) { return {Extent::kRoom, n, 0, 0}; }

OperandSpec read(const char* name, Extent extent, ElementType type = ElementType::kF32) {
  return {name, type, Access::kRead, false, extent};
}
OperandSpec write(const char* name, Extent extent, ElementType type = ElementType::kF32) {
  return {name, type, Access::kWrite, false, extent};
}
OperandSpec update(const char* name, Extent extent, ElementType type = ElementType::kF32) {
  return {name, type, Access::kUpdate, false, extent};
}
OperandSpec optional(OperandSpec spec) {
  spec.optional = true;
  return spec;
}
// The part of `order` that a batch reads: [0, first + rows).
OperandSpec order(int first, int rows) { return optional(read("order", sum(first, rows), ElementType::kI32)); }

double one(Dims) { return 1; }
double rows_first(Dims d) { return d[0]; }

OpSpec gather(const char* name, ElementType type, std::vector<OperandSpec> extra) {
  std::vector<OperandSpec> operands = {read("x", product(1, 2), type), order(3, 0)};
  for (OperandSpec& operand : extra) operands.push_back(operand);
  operands.push_back(write("out", matrix(0, 4)));
  return {name,
          operands,
          {"rows", "sourceRows", "columns", "first", "ld"},
          rows_first,
          [](Dims d, double) { return 16 * d[0] * d[2]; },
          {{4, 2}},
          {},
          true};
}

OpSpec dense_kernel_gradient();

enum Target { kLabels, kTargets };
enum Result { kLoss, kValues };

// A loss (with its gradient) or a metric of predictions z against targets, row by row.
OpSpec per_row(const char* name, Target target, Result result, double (*work)(Dims, double),
               std::vector<std::string> extra_dims = {}) {
  OpSpec spec = {
      name, {read("z", matrix(0, 4))}, {"rows", "sourceRows", "columns", "first", "ld"}, rows_first, work, {{4, 2}}, {},
      true};
  spec.operands.push_back(target == kLabels ? read("labels", dim(1), ElementType::kI32)
                                            : read("targets", product(1, 2)));
  spec.operands.push_back(order(3, 0));
  if (result == kLoss) {
    spec.operands.push_back(write("loss", dim(0)));
    spec.operands.push_back(optional(write("gradient", matrix(0, 4))));
  } else {
    spec.operands.push_back(write("values", dim(0)));
  }
  for (std::string& extra : extra_dims) spec.dims.push_back(extra);
  return spec;
}

template <int kWeight>
double row_work(Dims d, double) {
  return kWeight * d[0] * pad(d[2]);
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin < list.size();) {
    size_t end = list.find(',', begin);
    if (end == std::string::npos) end = list.size();
    names.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

// An element-wise optimizer step over n elements.
OpSpec optimizer(const char* name, const char* states, const char* hyper) {
  OpSpec spec = {name,
                 {update("parameter", dim(0)), read("gradient", dim(0))},
                 {"n"},
                 [](Dims d) { return ceil(d[0] / 16); },
                 [](Dims d, double states_) { return 16 * (1 + states_) * d[0]; },
                 {},
                 split(hyper),
                 false};
  for (const std::string& state : split(states)) spec.operands.push_back(update(state.c_str(), dim(0)));
  spec.operands.push_back(read("hyper", constant(static_cast<int>(spec.hyper.size()))));
  return spec;
}

// An element-wise rule over n elements; before the names of its operands stands what is done to them.
OpSpec rule(const char* name, const char* operands, const char* hyper) {
  OpSpec spec = {name,
                 {},
                 {"n"},
                 [](Dims d) { return ceil(d[0] / 16); },
                 [](Dims d, double states_) { return 16 * (1 + states_) * d[0]; },
                 {},
                 split(hyper),
                 false};
  for (const std::string& operand : split(operands)) {
    const char* own = operand.c_str() + 1;
    spec.operands.push_back(operand[0] == '<'   ? read(own, dim(0))
                            : operand[0] == '>' ? write(own, dim(0))
                                                : update(own, dim(0)));
  }
  spec.operands.push_back(read("hyper", constant(static_cast<int>(spec.hyper.size()))));
  return spec;
}

// The gradient of a dense layer's kernel and the optimizer's step with it, as one op.
OpSpec of_dense(const char* name, const char* states, const char* hyper) {
  const OpSpec step = optimizer(name, states, hyper);
  OpSpec spec = dense_kernel_gradient();
  spec.name = step.name + "OfDense";
  spec.hyper = step.hyper;
  spec.operands.back().name = "gradient";
  spec.operands.push_back(update("parameter", panels(1, 2)));
  for (const std::string& state : split(states)) spec.operands.push_back(update(state.c_str(), panels(1, 2)));
  spec.operands.push_back(step.operands.back());
  return spec;
}

// The rows, under the names of list.h.
OpSpec gather_floats() { return gather("gatherFloats", ElementType::kF32, {}); }
OpSpec gather_bytes() { return gather("gatherBytes", ElementType::kU8, {read("table", constant(259))}); }
OpSpec copy_rows() {
  return {"copyRows",
          {read("x", matrix(0, 3)), write("out", sum_times(2, 0, 1))},
          {"rows", "columns", "first", "ld"},
          rows_first,
          [](Dims d, double) { return 16 * d[0] * d[1]; },
          {{3, 1}},
          {},
          false};
}
OpSpec dense() {
  return {"dense",
          {read("x", matrix(0, 3)), read("kernel", panels(1, 2)), optional(read("bias", padded(2))),
           write("out", matrix(0, 4))},
          {"rows", "inputs", "outputs", "ldx", "ld", "activation"},
          [](Dims d) { return tiles(d[0], d[2]); },
          [](Dims d, double) { return 2 * d[0] * d[1] * pad(d[2]); },
          {{3, 1}, {4, 2}},
          {},
          false};
}
OpSpec dense_input_gradient() {
  return {"denseInputGradient",
          {read("dy", matrix(0, 3)), read("kernel", panels(1, 2)), optional(read("y", matrix(0, 4))),
           write("out", matrix(0, 4))},
          {"rows", "inputs", "outputs", "ldy", "ld", "activation"},
          [](Dims d) { return tiles(d[0], d[1]); },
          [](Dims d, double) { return 2 * d[0] * pad(d[1]) * d[2]; },
          {{3, 2}, {4, 1}},
          {},
          false};
}
OpSpec dense_kernel_gradient() {
  return {"denseKernelGradient",
          {read("x", matrix(0, 3)), read("dy", matrix(0, 4)), write("out", panels(1, 2))},
          {"rows", "inputs", "outputs", "ldx", "ldy"},
          [](Dims d) { return tiles(d[1], d[2]); },
          [](Dims d, double) { return 2 * d[0] * d[1] * pad(d[2]); },
          {{3, 1}, {4, 2}},
          {},
          false};
}
OpSpec column_sums() {
  return {"columnSums",
          {read("dy", matrix(0, 2)), write("out", padded(1))},
          {"rows", "columns", "ldy"},
          [](Dims d) { return pad(d[1]) / 16; },
          [](Dims d, double) { return 4 * d[0] * pad(d[1]); },
          {{2, 1}},
          {},
          false};
}
OpSpec activate() {
  return {"activate",
          {read("x", matrix(0, 2)), write("out", matrix(0, 2))},
          {"rows", "columns", "ld", "activation"},
          rows_first,
          [](Dims d, double) { return 64 * d[0] * pad(d[1]); },
          {{2, 1}},
          {},
          false};
}
OpSpec activate_gradient() {
  return {"activateGradient",
          {read("y", matrix(0, 2)), read("dy", matrix(0, 2)), write("out", matrix(0, 2))},
          {"rows", "columns", "ld", "activation"},
          rows_first,
          [](Dims d, double) { return 16 * d[0] * pad(d[1]); },
          {{2, 1}},
          {},
          false};
}
OpSpec softmax() {
  return {"softmax",
          {read("x", matrix(0, 2)), write("out", matrix(0, 2))},
          {"rows", "columns", "ld"},
          rows_first,
          [](Dims d, double) { return 128 * d[0] * pad(d[1]); },
          {{2, 1}},
          {},
          false};
}
OpSpec softmax_gradient() {
  return {"softmaxGradient",
          {read("y", matrix(0, 2)), read("dy", matrix(0, 2)), write("out", matrix(0, 2))},
          {"rows", "columns", "ld"},
          rows_first,
          [](Dims d, double) { return 32 * d[0] * pad(d[1]); },
          {{2, 1}},
          {},
          false};
}
OpSpec sparse_softmax_crossentropy() { return per_row("sparseSoftmaxCrossentropy", kLabels, kLoss, row_work<128>); }
OpSpec softmax_crossentropy() { return per_row("softmaxCrossentropy", kTargets, kLoss, row_work<160>); }
OpSpec sigmoid_crossentropy() { return per_row("sigmoidCrossentropy", kTargets, kLoss, row_work<256>); }
OpSpec mean_squared_error() { return per_row("meanSquaredError", kTargets, kLoss, row_work<32>); }
OpSpec sparse_accuracy() { return per_row("sparseAccuracy", kLabels, kValues, row_work<64>); }
OpSpec categorical_accuracy() { return per_row("categoricalAccuracy", kTargets, kValues, row_work<96>); }
OpSpec binary_accuracy() { return per_row("binaryAccuracy", kTargets, kValues, row_work<32>, {"logits"}); }
OpSpec squared_error() { return per_row("squaredError", kTargets, kValues, row_work<16>); }
OpSpec absolute_error() { return per_row("absoluteError", kTargets, kValues, row_work<16>); }
OpSpec add_to_total() {
  return {"addToTotal",
          {read("values", dim(0)), update("total", constant(1), ElementType::kF64)},
          {"rows"},
          one,
          [](Dims d, double) { return 256 * d[0]; },
          {},
          {},
          false};
}
OpSpec shuffle() {
  return {"shuffle",
          {write("order", dim(0), ElementType::kI32)},
          {"n", "seedLow", "seedHigh", "epoch"},
          one,
          [](Dims d, double) { return 1024 * d[0]; },
          {},
          {},
          false};
}
OpSpec gemm() {
  return {"gemm",
          {read("a", product(0, 2)), read("b", product(2, 1)), update("c", product(0, 1))},
          {"m", "n", "k", "transposeA", "transposeB", "accumulate"},
          [](Dims d) { return tiles(d[0], d[1]); },
          [](Dims d, double) { return 2 * d[0] * d[1] * d[2]; },
          {},
          {},
          false};
}

OpSpec gradient_norm() {
  return {"gradientNorm",
          {read("x", product(0, 2)), write("partials", partials(0, 1))},
          {"rows", "columns", "width", "panelled", "kind"},
          [](Dims d) { return blocks(d[0], d[1]); },
          [](Dims d, double) { return 16 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec clip_scale() {
  return {"clipScale",
          {read("partials", sum(0, 0)), read("limit", constant(2)), write("scale", constant(1))},
          {"blocks", "kind", "count"},
          one,
          [](Dims d, double) { return 256 * d[0]; },
          {},
          {},
          false};
}
// An op over n floats and the scalar of that name.
OpSpec with_scalar(const char* name, const char* scalar) {
  return {name,
          {read("x", dim(0)), read(scalar, constant(1)), write("out", dim(0))},
          {"n"},
          [](Dims d) { return ceil(d[0] / 16); },
          [](Dims d, double) { return 16 * d[0]; },
          {},
          {},
          false};
}
OpSpec scale_gradient() { return with_scalar("scaleGradient", "scale"); }
OpSpec clip_values() { return with_scalar("clipValues", "limit"); }
OpSpec adaptive_clip() {
  return {"adaptiveClip",
          {read("parameter", product(0, 2)), read("x", product(0, 2)), read("limit", constant(2)),
           write("out", product(0, 2))},
          {"rows", "columns", "width", "panelled"},
          [](Dims d) { return ceil(d[1] / 16); },
          [](Dims d, double) { return 64 * d[0] * pad(d[1]); },
          {{2, 1}},
          {},
          false};
}

// An op over n floats.
OpSpec over_floats(const char* name, std::vector<OperandSpec> operands, double (*work)(Dims, double)) {
  return {name, std::move(operands), {"n"}, [](Dims d) { return ceil(d[0] / 16); }, work, {}, {}, false};
}
OpSpec accumulate_gradient() {
  return over_floats("accumulateGradient", {read("x", dim(0)), read("held", constant(1)), update("sum", dim(0))},
                     [](Dims d, double) { return 16 * d[0]; });
}
OpSpec divide_gradient() { return with_scalar("divideGradient", "divisor"); }
OpSpec count_batch() {
  return {"countBatch",
          {update("window", constant(1)), read("scale", constant(1)), write("gate", constant(2))},
          {"batches"},
          one,
          [](Dims, double) { return 1.0; },
          {},
          {},
          false};
}
OpSpec judge_step() {
  return {"judgeStep",
          {read("partials", sum(0, 0)), optional(read("last", constant(1))), optional(read("factors", constant(2))),
           optional(update("scaling", constant(2))), write("verdict", constant(2))},
          {"blocks", "interval"},
          one,
          [](Dims d, double) { return 256 * d[0]; },
          {},
          {},
          false};
}
OpSpec scale_rows() {
  return {"scaleRows",
          {read("x", matrix(0, 2)), read("scale", constant(1)), write("out", matrix(0, 2))},
          {"rows", "columns", "ld"},
          rows_first,
          [](Dims d, double) { return 16 * d[0] * pad(d[1]); },
          {{2, 1}},
          {},
          false};
}
OpSpec average_weights() {
  return over_floats("averageWeights",
                     {update("average", dim(0)), read("parameter", dim(0)), read("weights", constant(2))},
                     [](Dims d, double) { return 24 * d[0]; });
}
OpSpec interpolate() {
  return over_floats("interpolate",
                     {read("x", dim(0)), read("y", dim(0)), read("weight", constant(1)), write("out", dim(0))},
                     [](Dims d, double) { return 24 * d[0]; });
}
OpSpec add_noise() {
  return {"addNoise",
          {read("x", product(0, 2)), read("noise", constant(3)), write("out", product(0, 2))},
          {"rows", "columns", "width", "panelled", "seedLow", "seedHigh", "parameter"},
          [](Dims d) { return ceil(d[0] * d[1] / 16); },
          [](Dims d, double) { return 4096 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec centralize() {
  return {"centralize",
          {read("x", product(0, 2)), write("out", product(0, 2))},
          {"rows", "columns", "width", "panelled"},
          [](Dims d) { return ceil(d[1] / 16); },
          [](Dims d, double) { return 32 * d[0] * pad(d[1]); },
          {{2, 1}},
          {},
          false};
}
// An optimizer's step on states in few bits.
OpSpec small_states(const char* name, const char* states, int hyper, bool codes) {
  OpSpec spec = {name,
                 {update("parameter", product(0, 2)), read("gradient", product(0, 2))},
                 {"rows", "columns", "width", "panelled", "blockSize"},
                 [](Dims d) { return ceil(d[0] * d[1] / d[4]); },
                 [](Dims d, double) { return 512 * d[0] * d[1]; },
                 {{2, 1}},
                 {},
                 false};
  for (const std::string& state : split(states)) {
    if (codes) {
      spec.operands.push_back(update((state + "Codes").c_str(), {Extent::kParts, 0, 1, 4}));
      spec.operands.push_back(update((state + "Scales").c_str(), {Extent::kBlocks, 0, 1, 4}));
    } else {
      spec.operands.push_back(update(state.c_str(), {Extent::kParts, 0, 1, 2}));
    }
  }
  spec.operands.push_back(read("hyper", constant(hyper)));
  return spec;
}
const char* const kMoments = "expAvg,expAvgSq";
const char* const kMaxima = "expAvg,expAvgSq,maxExpAvgSq";
OpSpec adam_uint8() { return small_states("adamUint8", kMoments, 8, true); }
OpSpec adam_bfloat16() { return small_states("adamBfloat16", kMoments, 8, false); }
OpSpec adam_amsgrad_uint8() { return small_states("adamAmsgradUint8", kMaxima, 8, true); }
OpSpec adam_amsgrad_bfloat16() { return small_states("adamAmsgradBfloat16", kMaxima, 8, false); }
OpSpec adamw_uint8() { return small_states("adamwUint8", kMoments, 8, true); }
OpSpec adamw_bfloat16() { return small_states("adamwBfloat16", kMoments, 8, false); }
OpSpec adamw_amsgrad_uint8() { return small_states("adamwAmsgradUint8", kMaxima, 8, true); }
OpSpec adamw_amsgrad_bfloat16() { return small_states("adamwAmsgradBfloat16", kMaxima, 8, false); }
OpSpec lion_uint8() { return small_states("lionUint8", "expAvg", 6, true); }
OpSpec lion_bfloat16() { return small_states("lionBfloat16", "expAvg", 6, false); }

// What optimizers do with whole matrices.
OpSpec matrix_moment() {
  return {"matrixMoment",
          {read("parameter", product(0, 2)), read("gradient", product(0, 2)), update("mean", product(0, 1)),
           write("out", product(0, 1)), read("hyper", constant(5))},
          {"rows", "columns", "width", "panelled"},
          rows_first,
          [](Dims d, double) { return 32 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec matrix_step() {
  return {"matrixStep",
          {update("parameter", product(0, 2)), read("direction", product(0, 1)), read("hyper", constant(2))},
          {"rows", "columns", "width", "panelled", "scaling"},
          rows_first,
          [](Dims d, double) { return 16 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec blend_square() {
  return {"blendSquare",
          {update("x", product(0, 0)), read("y", product(0, 0)), read("hyper", constant(3))},
          {"n"},
          rows_first,
          [](Dims d, double) { return 16 * d[0] * d[0]; },
          {},
          {},
          false};
}
OpSpec norm_scale() {
  return {"normScale",
          {read("partials", sum(0, 0)), read("limit", constant(2)), write("scale", constant(1))},
          {"blocks", "count"},
          one,
          [](Dims d, double) { return 256 * d[0]; },
          {},
          {},
          false};
}
OpSpec soap_direction() {
  return {"soapDirection",
          {update("mean", dim(0)), read("gradient", dim(0)), update("expAvgSq", dim(0)), read("hyper", constant(4))},
          {"n"},
          [](Dims d) { return ceil(d[0] / 16); },
          [](Dims d, double) { return 32 * d[0]; },
          {},
          {},
          false};
}
OpSpec reorder() {
  return {"reorder",
          {update("values", volume(0, 1, 2)), read("order", dim(1)), write("room", volume(0, 1, 2)),
           read("mode", constant(1))},
          {"before", "n", "after"},
          one,
          [](Dims d, double) { return d[0] * d[1] * d[2]; },
          {},
          {},
          false};
}
OpSpec inverse_root() {
  return {"inverseRoot",
          {read("factor", product(0, 0)), update("root", product(0, 0)), write("room", room(0)),
           read("hyper", constant(3))},
          {"n", "order"},
          one,
          [](Dims d, double) { return 64 * d[0] * d[0] * d[0]; },
          {},
          {},
          false};
}
OpSpec eigenbasis() {
  return {"eigenbasis",
          {read("factor", product(0, 0)), update("basis", product(0, 0)), write("order", dim(0)),
           write("room", room(0)), read("mode", constant(1))},
          {"n"},
          one,
          [](Dims d, double) { return 64 * d[0] * d[0] * d[0]; },
          {},
          {},
          false};
}

// Ops around an optimizer's step.
OpSpec around_step(const char* name, std::vector<OperandSpec> operands) {
  return {name, operands, {"n"}, [](Dims d) { return ceil(d[0] / 16); }, [](Dims d, double) { return 32 * d[0]; },
          {},   {},       false};
}
OpSpec scale_by_weight() {
  return around_step("scaleByWeight",
                     {read("parameter", dim(0)), read("x", dim(0)), read("eta", constant(1)), write("out", dim(0))});
}
OpSpec ascent_scale() {
  return {"ascentScale",
          {read("partials", sum(0, 0)), read("limit", constant(2)), write("scale", constant(1))},
          {"blocks"},
          one,
          [](Dims d, double) { return 256 * d[0]; },
          {},
          {},
          false};
}
OpSpec ascend() {
  return around_step("ascend", {update("parameter", dim(0)), read("x", dim(0)), read("scale", constant(1)),
                                optional(read("eta", constant(1))), write("kept", dim(0))});
}
OpSpec pull_back() {
  return around_step("pullBack",
                     {update("fast", dim(0)), optional(update("slow", dim(0))), read("scalars", constant(3))});
}

// What follows from norms of tensors, and from sums over rows and columns.
OpSpec trust_ratio() {
  return {"trustRatio",
          {read("parameterPartials", sum(0, 0)), read("partials", sum(0, 0)), read("hyper", constant_and(4, 1)),
           write("out", constant_and(1, 1))},
          {"blocks", "rest"},
          one,
          [](Dims d, double) { return 512 * d[0]; },
          {},
          {},
          false};
}
OpSpec norm_average() {
  return {"normAverage",
          {read("partials", sum(0, 0)), update("average", constant(1)), read("hyper", constant_and(3, 1)),
           write("out", constant_and(1, 1))},
          {"blocks", "rest"},
          one,
          [](Dims d, double) { return 256 * d[0]; },
          {},
          {},
          false};
}
OpSpec row_moments() {
  return {"rowMoments",
          {read("x", product(0, 2)), update("rowVar", dim(0)), read("hyper", constant(3))},
          {"rows", "columns", "width", "panelled"},
          rows_first,
          [](Dims d, double) { return 16 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec column_moments() {
  return {"columnMoments",
          {read("x", product(0, 2)), update("colVar", product(1, 4)), read("hyper", constant(3))},
          {"rows", "columns", "width", "panelled", "matrices"},
          [](Dims d) { return d[4] * ceil(d[1] / 16); },
          [](Dims d, double) { return 16 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec row_mean() {
  return {"rowMean",
          {read("rowVar", dim(0)), read("least", constant(1)), write("out", dim(1))},
          {"rows", "matrices"},
          [](Dims d) { return d[1]; },
          [](Dims d, double) { return 256 * d[0]; },
          {},
          {},
          false};
}
OpSpec factored_update() {
  return {"factoredUpdate",
          {read("x", product(0, 2)), read("rowVar", dim(0)), read("colVar", product(1, 4)), read("mean", dim(4)),
           optional(write("variance", product(0, 2))), read("least", constant(1)), write("out", product(0, 2))},
          {"rows", "columns", "width", "panelled", "matrices"},
          [](Dims d) { return blocks(d[0], d[1]); },
          [](Dims d, double) { return 32 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec factored_scale() {
  return {"factoredScale",
          {read("parameterPartials", sum(0, 0)), read("partials", sum(0, 0)), read("hyper", constant_and(4, 2)),
           write("out", constant_and(1, 2))},
          {"blocks", "count", "rest"},
          one,
          [](Dims d, double) { return 512 * d[0]; },
          {},
          {},
          false};
}
OpSpec cover_columns() {
  return {"coverColumns",
          {read("accumulator", dim(1)), write("cover", product(0, 2))},
          {"rows", "columns", "width", "panelled"},
          [](Dims d) { return blocks(d[0], d[1]); },
          [](Dims d, double) { return 8 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec cover_rows() {
  return {"coverRows",
          {read("accumulator", dim(5)), update("cover", product(0, 2))},
          {"rows", "columns", "width", "panelled", "inner", "size"},
          [](Dims d) { return blocks(d[0], d[1]); },
          [](Dims d, double) { return 16 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec maximum_columns() {
  return {"maximumColumns",
          {read("cover", product(0, 2)), update("accumulator", dim(1))},
          {"rows", "columns", "width", "panelled", "keep"},
          [](Dims d) { return ceil(d[1] / 16); },
          [](Dims d, double) { return 16 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec maximum_rows() {
  return {"maximumRows",
          {read("cover", product(0, 2)), update("accumulator", dim(5))},
          {"rows", "columns", "width", "panelled", "inner", "size", "keep"},
          [](Dims d) { return d[5]; },
          [](Dims d, double) { return 16 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec product_sums() {
  return {"productSums",
          {read("x", product(0, 2)), read("y", product(0, 2)), read("z", product(0, 2)), read("epsilon", constant(1)),
           write("partials", partials(0, 1))},
          {"rows", "columns", "width", "panelled", "kind"},
          [](Dims d) { return blocks(d[0], d[1]); },
          [](Dims d, double) { return 64 * d[0] * d[1]; },
          {{2, 1}},
          {},
          false};
}
OpSpec keep_first() {
  return {"keepFirst",
          {read("parameter", dim(0)), update("kept", dim(0))},
          {"n"},
          [](Dims d) { return ceil(d[0] / 16); },
          [](Dims d, double) { return 8 * d[0]; },
          {},
          {},
          false};
}
OpSpec distance_rates() {
  return {"distanceRates",
          {read("d", constant(1)), read("hyper", constant(13)), write("out", constant(6))},
          {"kind"},
          one,
          [](Dims, double) { return 256.0; },
          {},
          {},
          false};
}
OpSpec prodigy_distance() {
  return {"prodigyDistance",
          {read("products", sum(0, 0)), read("sums", sum(0, 0)), update("d", constant(1)), update("dMax", constant(1)),
           update("dHat", constant(1)), update("dNumerator", constant(1)), update("dDenom", constant(1)),
           read("hyper", constant(13)), write("out", constant(4))},
          {"blocks"},
          one,
          [](Dims d, double) { return 512 * d[0]; },
          {},
          {},
          false};
}
OpSpec dadapt_distance() {
  return {"dadaptDistance",
          {read("products", sum(0, 0)), read("sums", sum(0, 0)), update("d", constant(1)),
           update("numeratorWeighted", constant(1)), read("hyper", constant(13)), write("out", constant(4))},
          {"blocks"},
          one,
          [](Dims d, double) { return 512 * d[0]; },
          {},
          {},
          false};
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const std::string& text : texts) json += (json.size() > 1 ? "," : "") + quoted(text);
  return json + "]";
}

DimKind kind_of(const std::string& name) {
  if (name == "activation") return DimKind::kActivation;
  if (name == "logits" || name == "transposeA" || name == "transposeB" || name == "accumulate" || name == "panelled")
    return DimKind::kFlag;
  if (name == "epoch") return DimKind::kEpoch;
  if (name == "blockSize") return DimKind::kBlockSize;
  if (name == "columns" || name == "inputs" || name == "outputs" || name.compare(0, 2, "ld") == 0)
    return DimKind::kWidth;
  return DimKind::kSize;
}

std::vector<OpSpec> with_kinds(std::vector<OpSpec> table) {
  for (OpSpec& spec : table) {
    for (const std::string& name : spec.dims) {
      if (name == "panelled") spec.panelled = static_cast<int>(spec.kinds.size());
      spec.kinds.push_back(kind_of(name));
    }
  }
  return table;
}

bool allowed_special(DimKind kind, double value) {
  if (value == kEpochDim) return kind == DimKind::kEpoch;
  return kind == DimKind::kSize && (value == kRowsDim || value == kSourceRowsDim || value == kFirstDim);
}

}  // namespace

double pad(double n) { return ceil(n / 16) * 16; }

double Extent::operator()(const double* d) const {
  switch (form) {
    case kConstant:
      return a;
    case kDim:
      return d[a];
    case kPadded:
      return pad(d[a]);
    case kProduct:
      return d[a] * d[b];
    case kPanels:
      return d[a] * pad(d[b]);
    case kSum:
      return d[a] + d[b];
    case kSumTimes:
      return (d[a] + d[b]) * d[c];
    case kConstantAnd:
      return a + d[b];
    case kPartials:
      return 2 * blocks(d[a], d[b]);
    case kVolume:
      return d[a] * d[b] * d[c];
    case kRoom:
      return 4 * d[a] * d[a] + 8 * d[a] + 2;
    case kParts:
      return ceil(d[a] * d[b] / c);
    case kBlocks:
      return ceil(d[a] * d[b] / d[c]);
  }
  return HUGE_VAL;
}

const char* name_of(ElementType type) {
  static const char* const names[] = {"f32", "f64", "i32", "u8"};
  return names[static_cast<int>(type)];
}

const char* name_of(Access access) {
  static const char* const names[] = {"read", "write", "update"};
  return names[static_cast<int>(access)];
}

const std::vector<OpSpec>& op_table() {
  // Never destroyed: a thread may still look at it while the process exits.
  static const std::vector<OpSpec>& table = *new std::vector<OpSpec>(with_kinds({
#define PLUMMET_ROW(op, function) function(),
#define PLUMMET_RULE_ROW(op, type, operands, hyper) rule(#op, operands, hyper),
#define PLUMMET_OPTIMIZER_ROW(op, type, states, hyper) optimizer(#op, states, hyper),
#define PLUMMET_OF_DENSE_ROW(op, type, states, hyper) of_dense(#op, states, hyper),
      PLUMMET_OPS(PLUMMET_ROW) PLUMMET_RULES(PLUMMET_RULE_ROW) PLUMMET_OPTIMIZERS(PLUMMET_OPTIMIZER_ROW)
          PLUMMET_OPTIMIZERS(PLUMMET_OF_DENSE_ROW)
#undef PLUMMET_OF_DENSE_ROW
#undef PLUMMET_OPTIMIZER_ROW
#undef PLUMMET_RULE_ROW
#undef PLUMMET_ROW
  }));
  return table;
}

std::string op_table_json() {
  std::string json = "[";
  for (const OpSpec& spec : op_table()) {
    if (json.size() > 1) json += ",";
    json += "{\"name\":" + quoted(spec.name) + ",\"operands\":[";
    for (size_t i = 0; i < spec.operands.size(); ++i) {
      const OperandSpec& operand = spec.operands[i];
      json += std::string(i ? "," : "") + "{\"name\":" + quoted(operand.name) +
              ",\"type\":" + quoted(name_of(operand.type)) + ",\"access\":" + quoted(name_of(operand.access)) +
              (operand.optional ? ",\"optional\":true}" : "}");
    }
    json += "],\"dims\":" + quoted_list(spec.dims);
    if (!spec.hyper.empty()) json += ",\"hyper\":" + quoted_list(spec.hyper);
    json += "}";
  }
  return json + "]";
}

Checked check_dims(const OpSpec& spec, const double* dims, bool special) {
  for (size_t i = 0; i < spec.dims.size(); ++i) {
    const DimKind kind = spec.kinds[i];
    const double value = dims[i];
    if (special && allowed_special(kind, value)) continue;
    const double largest = kind == DimKind::kActivation  ? 3
                           : kind == DimKind::kFlag      ? 1
                           : kind == DimKind::kBlockSize ? kLargestBlock
                                                         : kLargestDim;
    const double least = kind == DimKind::kWidth || kind == DimKind::kBlockSize ? 1 : 0;
    if (!(value >= least && value <= largest) || value != floor(value)) {
      return shape_failure(spec.name + ": " + spec.dims[i] + " is " + to_text(value) +
                           ", expected a whole number from " + to_text(least) + " to " + to_text(largest) + ".");
    }
  }
  const bool padded = spec.panelled < 0 || dims[spec.panelled] == 1;
  for (const auto& [ld, columns] : spec.leading) {
    const double needed = padded ? pad(dims[columns]) : dims[columns];
    if (dims[ld] < needed) {
      return shape_failure(spec.name + ": " + spec.dims[ld] + " is " + to_text(dims[ld]) + ", but " +
                           to_text(dims[columns]) + " " + spec.dims[columns] + " need at least " + to_text(needed) +
                           ".");
    }
  }
  return {};
}

std::string to_text(double value) {
  if (isnan(value)) return "NaN";
  if (isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char text[32];
  snprintf(text, sizeof text, "%.17g", value);
  return text;
}

}  // namespace plummet
