/** The reference kernels, one for each op, by name. */
import type { OpName, OptimizerOp, RuleOp } from '../../plan/ops.ts';
import { activate, activateGradient, softmax, softmaxGradient } from './activations.ts';
import { ascend, ascentScale, pullBack, scaleByWeight } from './ascent.ts';
import { adaptiveClip, clipScale, clipValues, gradientNorm, scaleGradient } from './clipping.ts';
import {
  accumulateGradient,
  addNoise,
  averageWeights,
  centralize,
  countBatch,
  divideGradient,
  interpolate,
  judgeStep,
  scaleRows,
} from './composition.ts';
import { copyRows, gatherBytes, gatherFloats } from './gather.ts';
import { dense, denseInputGradient, denseKernelGradient, gemm } from './gemm.ts';
import type { Kernel } from './kernel.ts';
import { meanSquaredError, sigmoidCrossentropy, softmaxCrossentropy, sparseSoftmaxCrossentropy } from './losses.ts';
import { blendSquare, matrixMoment, matrixStep, normScale, reorder, soapDirection } from './matrices.ts';
import { absoluteError, binaryAccuracy, categoricalAccuracy, sparseAccuracy, squaredError } from './metrics.ts';
import { adabelief, adabeliefAmsgrad } from './optimizers/adabelief.ts';
import { adadelta } from './optimizers/adadelta.ts';
import {
  columnMoments,
  factoredScale,
  factoredUpdate,
  rowMean,
  rowMoments,
  varianceUpdate,
} from './optimizers/adafactor.ts';
import { adagrad } from './optimizers/adagrad.ts';
import { adam, adamAmsgrad } from './optimizers/adam.ts';
import { adamax } from './optimizers/adamax.ts';
import { adamw, adamwAmsgrad } from './optimizers/adamw.ts';
import { adan } from './optimizers/adan.ts';
import { ademamix } from './optimizers/ademamix.ts';
import { adopt } from './optimizers/adopt.ts';
import { asgd } from './optimizers/asgd.ts';
import {
  dadaptDistance,
  distanceMoments,
  distanceRates,
  distanceStep,
  keepFirst,
  prodigyDistance,
  productSums,
} from './optimizers/distance.ts';
import { ftrl } from './optimizers/ftrl.ts';
import { lambDirection } from './optimizers/lamb.ts';
import { larsStep } from './optimizers/lars.ts';
import { lion } from './optimizers/lion.ts';
import { nadam } from './optimizers/nadam.ts';
import { novogradStep } from './optimizers/novograd.ts';
import { radam } from './optimizers/radam.ts';
import { rmsprop, rmspropCentered, rmspropCenteredMomentum, rmspropMomentum } from './optimizers/rmsprop.ts';
import { rprop } from './optimizers/rprop.ts';
import { addScaled, subtractScaled } from './optimizers/rule.ts';
import { scheduleFreeAdamW, scheduleFreeSGD } from './optimizers/schedule-free.ts';
import { sgd, sgdMomentum, sgdNesterov, sgdVelocity, sgdVelocityNesterov } from './optimizers/sgd.ts';
import { signSgd, signum } from './optimizers/signum.ts';
import { coverColumns, coverRows, maximumColumns, maximumRows, sm3Momentum, sm3Step } from './optimizers/sm3.ts';
import { withBfloat16, withCodes } from './optimizers/small-states.ts';
import { sophiaG } from './optimizers/sophia-g.ts';
import { normAverage, trustRatio } from './optimizers/trust.ts';
import { yogi } from './optimizers/yogi.ts';
import { shuffle } from './random.ts';
import { addToTotal, columnSums } from './reduce.ts';
import { eigenbasis, inverseRoot } from './roots.ts';
import { ofDense } from './update.ts';

const rules: Readonly<Record<RuleOp, Kernel>> = {
  addScaled,
  subtractScaled,
  lambDirection,
  larsStep,
  novogradStep,
  varianceUpdate,
  sm3Step,
  sm3Momentum,
  distanceMoments,
  distanceStep,
};

const optimizers: Readonly<Record<OptimizerOp, Kernel>> = {
  sgd,
  sgdMomentum,
  sgdNesterov,
  adam,
  adamAmsgrad,
  yogi,
  adadelta,
  adagrad,
  adamax,
  adamw,
  adamwAmsgrad,
  nadam,
  radam,
  rmsprop,
  rmspropCentered,
  rmspropMomentum,
  rmspropCenteredMomentum,
  rprop,
  sgdVelocity,
  sgdVelocityNesterov,
  adabelief,
  adabeliefAmsgrad,
  adan,
  ademamix,
  adopt,
  asgd,
  ftrl,
  lion,
  scheduleFreeAdamW,
  scheduleFreeSGD,
  signSgd,
  signum,
  sophiaG,
};

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
  gradientNorm,
  clipScale,
  scaleGradient,
  clipValues,
  adaptiveClip,
  accumulateGradient,
  divideGradient,
  countBatch,
  judgeStep,
  scaleRows,
  averageWeights,
  interpolate,
  addNoise,
  centralize,
  matrixMoment,
  matrixStep,
  blendSquare,
  normScale,
  soapDirection,
  reorder,
  inverseRoot,
  eigenbasis,
  adamUint8: withCodes(adam),
  adamBfloat16: withBfloat16(adam),
  adamAmsgradUint8: withCodes(adamAmsgrad),
  adamAmsgradBfloat16: withBfloat16(adamAmsgrad),
  adamwUint8: withCodes(adamw),
  adamwBfloat16: withBfloat16(adamw),
  adamwAmsgradUint8: withCodes(adamwAmsgrad),
  adamwAmsgradBfloat16: withBfloat16(adamwAmsgrad),
  lionUint8: withCodes(lion),
  lionBfloat16: withBfloat16(lion),
  scaleByWeight,
  ascentScale,
  ascend,
  pullBack,
  trustRatio,
  normAverage,
  rowMoments,
  columnMoments,
  rowMean,
  factoredUpdate,
  factoredScale,
  coverColumns,
  coverRows,
  maximumColumns,
  maximumRows,
  productSums,
  keepFirst,
  distanceRates,
  prodigyDistance,
  dadaptDistance,
  ...rules,
  ...optimizers,
  ...(Object.fromEntries(Object.entries(optimizers).map(([name, step]) => [`${name}OfDense`, ofDense(step)])) as Record<
    `${OptimizerOp}OfDense`,
    Kernel
  >),
};
