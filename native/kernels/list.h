// The ops that are not optimizers, in the order of src/plan/ops.ts: X(op, kernel function).
#pragma once

#define PLUMMET_OPS(X)                                      \
  X(gatherFloats, gather_floats)                            \
  X(gatherBytes, gather_bytes)                              \
  X(copyRows, copy_rows)                                    \
  X(dense, dense)                                           \
  X(denseInputGradient, dense_input_gradient)               \
  X(denseKernelGradient, dense_kernel_gradient)             \
  X(columnSums, column_sums)                                \
  X(activate, activate)                                     \
  X(activateGradient, activate_gradient)                    \
  X(softmax, softmax)                                       \
  X(softmaxGradient, softmax_gradient)                      \
  X(sparseSoftmaxCrossentropy, sparse_softmax_crossentropy) \
  X(softmaxCrossentropy, softmax_crossentropy)              \
  X(sigmoidCrossentropy, sigmoid_crossentropy)              \
  X(meanSquaredError, mean_squared_error)                   \
  X(sparseAccuracy, sparse_accuracy)                        \
  X(categoricalAccuracy, categorical_accuracy)              \
  X(binaryAccuracy, binary_accuracy)                        \
  X(squaredError, squared_error)                            \
  X(absoluteError, absolute_error)                          \
  X(addToTotal, add_to_total)                               \
  X(shuffle, shuffle)                                       \
  X(gemm, gemm)                                             \
  X(gradientNorm, gradient_norm)                            \
  X(clipScale, clip_scale)                                  \
  X(scaleGradient, scale_gradient)                          \
  X(clipValues, clip_values)                                \
  X(adaptiveClip, adaptive_clip)                            \
  X(accumulateGradient, accumulate_gradient)                \
  X(divideGradient, divide_gradient)                        \
  X(countBatch, count_batch)                                \
  X(judgeStep, judge_step)                                  \
  X(scaleRows, scale_rows)                                  \
  X(averageWeights, average_weights)                        \
  X(interpolate, interpolate)                               \
  X(addNoise, add_noise)                                    \
  X(centralize, centralize)
