import { describe, expect, it } from 'vitest';
import { dense } from '#src/layers/index.js';
import { resolve as resolveLoss } from '#src/losses/index.js';
import { resolve as resolveMetric } from '#src/metrics/index.js';
import { adam } from '#src/optimizers/adam.js';
import { build } from '#src/plan/build.js';
import { type Lowering, lower, lowerShuffle, type Purpose } from '#src/plan/lower.js';
import { opNamed } from '#src/plan/ops.js';
import { FIRST, type Plan, ROWS, SOURCE_ROWS } from '#src/plan/plan.js';
import { print } from '#src/plan/print.js';

const loss = resolveLoss('sparseCategoricalCrossentropy');
const bytes = { table: new Float32Array(259), description: 'divisor 255' };

function network() {
  return build([
    dense({ units: 128, activation: 'relu', inputShape: [784] }),
    dense({ units: 10, activation: 'softmax' }),
  ]);
}

function lowered(purpose: Purpose, options: Partial<Lowering> = {}) {
  return lower({
    network: network(),
    purpose,
    batchSize: 32,
    loss,
    metrics: [resolveMetric('accuracy', loss, 10)],
    optimizer: adam(),
    ...options,
  });
}

const opsOf = (plan: Plan) => plan.instructions.map((instruction) => instruction.op);

describe('lowering', () => {
  it('is worth reading', () => {
    expect(print(lowered('train', { bytes }).plan)).toMatchInlineSnapshot(`
      "train: 13 ops, batches of up to 32 rows; floats: params 102544, state 205088, scratch 138208
        input [·, 784]                                                                                                       = gatherBytes(x, order, table)                                     scratch+102816 padded
        dense [·, 128]                                                                                                       = dense relu(input, dense.kernel, dense.bias)                      scratch+127904 padded
        dense_1 logits [·, 10]                                                                                               = dense(dense, dense_1.kernel, dense_1.bias)                       scratch+132512 padded
        loss [·], ∂dense_1 logits [·, 10]                                                                                    = sparseSoftmaxCrossentropy(dense_1 logits, y, order)              scratch+133024, scratch+133056 padded
        loss total [1]                                                                                                       = addToTotal(loss)                                                 totals+0
        accuracy [·]                                                                                                         = sparseAccuracy(dense_1 logits, y, order)                         scratch+133568
        accuracy total [1]                                                                                                   = addToTotal(accuracy)                                             totals+1
        ∂dense logits [·, 128]                                                                                               = denseInputGradient relu(∂dense_1 logits, dense_1.kernel, dense)  scratch+133600 padded
        ∂dense_1.kernel [128, 10]                                                                                            = denseKernelGradient(dense, ∂dense_1 logits)                      scratch+100480 panels
        ∂dense_1.bias [10]                                                                                                   = columnSums(∂dense_1 logits)                                      scratch+102528
        ∂dense.kernel [784, 128], dense.kernel [784, 128], dense.kernel.expAvg [784, 128], dense.kernel.expAvgSq [784, 128]  = adamOfDense(input, ∂dense logits, scalars)                       scratch+0 panels, params+0 panels, state+0 panels, state+102544 panels
        ∂dense.bias [128]                                                                                                    = columnSums(∂dense logits)                                        scratch+100352
        parameters [2192], parameters.expAvg [2192], parameters.expAvgSq [2192]                                              = adam(∂parameters, scalars)                                       params+100352, state+100352, state+202896"
    `);
  });

  it('leaves the softmax out where the loss contains it, and keeps it for predictions', () => {
    expect(opsOf(lowered('evaluate').plan)).toEqual([
      'gatherFloats',
      'dense',
      'dense',
      'sparseSoftmaxCrossentropy',
      'addToTotal',
      'sparseAccuracy',
      'addToTotal',
    ]);
    expect(opsOf(lowered('predict').plan)).toEqual(['gatherFloats', 'dense', 'dense', 'softmax', 'copyRows']);
  });

  it('goes back to the input only for `backward`', () => {
    const count = (purpose: Purpose) => opsOf(lowered(purpose).plan).filter((op) => op === 'denseInputGradient').length;
    expect([count('gradients'), count('backward')]).toEqual([1, 2]);
  });

  it('fuses activations and their derivatives into the products beside them', () => {
    expect(opsOf(lowered('train', { fuse: false }).plan)).toContain('activate');
    const fused = lowered('train').plan.instructions;
    expect(fused.some(({ op }) => op.startsWith('activate'))).toBe(false);
    expect(fused.find(({ op }) => op === 'denseInputGradient')?.operands[2]?.label).toBe('dense');
  });

  it('does not fuse a value that somebody else reads', () => {
    // The metric wants probabilities, the loss logits: the sigmoid must not swallow the product.
    const bce = resolveLoss('binaryCrossentropy');
    const { plan } = lower({
      network: build([dense({ units: 1, activation: 'sigmoid', inputShape: [3] })]),
      purpose: 'evaluate',
      batchSize: 4,
      loss: bce,
      metrics: [resolveMetric('mse', bce, 1)],
    });
    expect(opsOf(plan)).toEqual([
      'gatherFloats',
      'dense',
      'sigmoidCrossentropy',
      'addToTotal',
      'activate',
      'squaredError',
      'addToTotal',
    ]);
  });

  it.each(['train', 'evaluate', 'predict', 'gradients', 'apply', 'backward'] as const)(
    'keeps every operand of `%s` inside its space, and nothing on top of something else',
    (purpose) => {
      for (const batchSize of [1, 7, 32, 33]) {
        for (const fuse of [true, false]) {
          const { plan } = lowered(purpose, { batchSize, fuse, bytes });
          const written = new Map<string, number>();
          for (const { op, operands, dims } of plan.instructions) {
            const spec = opNamed(op);
            expect(dims).toHaveLength(spec.dims.length);
            expect(operands).toHaveLength(spec.operands.length);
            const resolved = dims.map((dim) =>
              dim === ROWS ? batchSize : dim === SOURCE_ROWS ? 60000 : dim === FIRST ? 0 : dim,
            );
            operands.forEach((operand, i) => {
              if (operand === null) {
                expect(spec.operands[i].optional).toBe(true);
                return;
              }
              if (!(operand.space in plan.sizes)) return;
              const size = plan.sizes[operand.space as keyof Plan['sizes']];
              expect(operand.offset + spec.operands[i].extent(resolved)).toBeLessThanOrEqual(size);
              expect(operand.space === 'scratch' || operand.space === 'params' ? operand.offset % 16 : 0).toBe(0);
              if (operand.space === 'scratch' && !operand.label.startsWith('∂parameters')) {
                written.set(operand.label, operand.offset);
              }
            });
          }
          const offsets = [...written.values()];
          expect(new Set(offsets).size).toBe(offsets.length);
        }
      }
    },
  );

  it('says what to do where loss and last activation do not fit', () => {
    const plain = build([dense({ units: 10, inputShape: [4] })]);
    expect(() => lower({ network: plain, purpose: 'train', batchSize: 1, loss, optimizer: adam() })).toThrowError(
      expect.objectContaining({ code: 'ERR_PLUMMET_OPTION', message: expect.stringContaining('fromLogits: true') }),
    );
  });

  it('keys the shuffle by both words of the seed', () => {
    expect(lowerShuffle(10, 2 ** 32 * 3 + 5).instructions[0].dims).toEqual([10, 5, 3, -2]);
  });
});

describe('build', () => {
  it('names layers as Keras does and places parameters side by side, aligned', () => {
    const { parameters, size } = network();
    expect(parameters.map(({ name, offset, size: floats }) => [name, offset, floats])).toEqual([
      ['dense.kernel', 0, 100352],
      ['dense.bias', 100352, 128],
      ['dense_1.kernel', 100480, 2048],
      ['dense_1.bias', 102528, 16],
    ]);
    expect(size).toBe(102544);
  });

  it('wants a first inputShape, fitting shapes and unique names', () => {
    expect(() => build([dense({ units: 1 })])).toThrowError(/needs an inputShape/);
    expect(() => build([dense({ units: 2, inputShape: [2] }), dense({ units: 1, inputShape: [3] })])).toThrowError(
      /gives 2/,
    );
    expect(() => build([dense({ units: 2, inputShape: [2], name: 'a' }), dense({ units: 1, name: 'a' })])).toThrowError(
      /two layers/,
    );
  });
});
