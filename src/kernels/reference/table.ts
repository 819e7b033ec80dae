/** The reference kernels, one for each op, by name. */
import type { OpName } from '../../plan/ops.ts';
import { activate, activateGradient, softmax, softmaxGradient } from './activations.ts';
import { copyRows, gatherBytes, gatherFloats } from './gather.ts';
import { dense, denseInputGradient, denseKernelGradient, gemm } from './gemm.ts';
import type { Kernel } from './kernel.ts';
import { meanSquaredError, sigmoidCrossentropy, softmaxCrossentropy, sparseSoftmaxCrossentropy } from './losses.ts';
import { absoluteError, binaryAccuracy, categoricalAccuracy, sparseAccuracy, squaredError } from './metrics.ts';
import { adam, adamAmsgrad } from './optimizers/adam.ts';
import { sgd, sgdMomentum, sgdNesterov } from './optimizers/sgd.ts';
import { yogi } from './optimizers/yogi.ts';
import { shuffle } from './random.ts';
import { addToTotal, columnSums } from './reduce.ts';

export const kernels: Readonly<Record<OpName, Kernel>> = {
  gatherFloats,
  gatherBytes,
  copyRows,
  dense,
  denseInputGradient,
  denseKernelGradient,
  columnSums,
  activate,
  activateGradient,
  softmax,
  softmaxGradient,
  sparseSoftmaxCrossentropy,
  softmaxCrossentropy,
  sigmoidCrossentropy,
  meanSquaredError,
  sparseAccuracy,
  categoricalAccuracy,
  binaryAccuracy,
  squaredError,
  absoluteError,
  addToTotal,
  shuffle,
  gemm,
  sgd,
  sgdMomentum,
  sgdNesterov,
  adam,
  adamAmsgrad,
  yogi,
};
