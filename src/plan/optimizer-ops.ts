/**
 * The optimizers among the ops: of each its states, and its scalars in order. `native/kernels/optimizers/list.h` holds the same table; a
 * test compares the two.
 */
import { at, dim, matrix, type OpSpec, pad, panels, read, tiles, update, write } from './op-spec.ts';

/** An element-wise optimizer step over n elements; states and scalars are lists with commas. */
function optimizer<N extends string>(name: N, stateNames: string, hyperNames: string): OpSpec<N> {
  const states = stateNames === '' ? [] : stateNames.split(',');
  const hyper = hyperNames.split(',');
  return {
    name,
    operands: [
      update('parameter', dim(0)),
      read('gradient', dim(0)),
      ...states.map((s) => update(s, dim(0))),
      read('hyper', () => hyper.length),
    ],
    dims: ['n'],
    units: (d) => Math.ceil(at(d, 0) / 16),
    work: (d) => 16 * (1 + states.length) * at(d, 0),
    hyper,
  };
}

const betas = 'beta1,oneMinusBeta1,beta2,oneMinusBeta2';
const adamRate = `${betas},rate,rootScale,epsilon`;
const rmspropHyper = 'alpha,oneMinusAlpha,rate,innerEpsilon,outerEpsilon,weightDecay,decay';

export const optimizerOps = [
  optimizer('sgd', '', 'learningRate,weightDecay'),
  optimizer('sgdMomentum', 'momentumBuffer', 'learningRate,weightDecay,momentum,oneMinusDampening'),
  optimizer('sgdNesterov', 'momentumBuffer', 'learningRate,weightDecay,momentum,oneMinusDampening,lookahead'),
  optimizer('adam', 'expAvg,expAvgSq', `${adamRate},weightDecay`),
  optimizer('adamAmsgrad', 'expAvg,expAvgSq,maxExpAvgSq', `${adamRate},weightDecay`),
  optimizer('yogi', 'expAvg,expAvgSq', 'beta1,oneMinusBeta1,oneMinusBeta2,rate,rootScale,epsilon,weightDecay,decay'),
  optimizer('adadelta', 'squareAvg,accDelta', 'rho,oneMinusRho,epsilon,learningRate,weightDecay,decay'),
  optimizer('adagrad', 'sum', 'rate,innerEpsilon,outerEpsilon,weightDecay,decay'),
  optimizer('adamax', 'expAvg,expInf', 'beta1,oneMinusBeta1,beta2,rate,innerEpsilon,outerEpsilon,weightDecay,decay'),
  optimizer('adamw', 'expAvg,expAvgSq', `${adamRate},decay`),
  optimizer('adamwAmsgrad', 'expAvg,expAvgSq,maxExpAvgSq', `${adamRate},decay`),
  optimizer('nadam', 'expAvg,expAvgSq', `${betas},meanRate,gradientRate,rootScale,epsilon,weightDecay,decay`),
  optimizer('radam', 'expAvg,expAvgSq', `${adamRate},rectified,weightDecay,decay`),
  optimizer('rmsprop', 'squareAvg', rmspropHyper),
  optimizer('rmspropCentered', 'squareAvg,gradAvg', rmspropHyper),
  optimizer('rmspropMomentum', 'squareAvg,momentumBuffer', `${rmspropHyper},momentum,learningRate`),
  optimizer('rmspropCenteredMomentum', 'squareAvg,gradAvg,momentumBuffer', `${rmspropHyper},momentum,learningRate`),
  optimizer('rprop', 'prev,stepSize', 'learningRate,first,etaMinus,etaPlus,stepMin,stepMax,weightDecay'),
  optimizer('sgdVelocity', 'velocity', 'learningRate,momentum,decay'),
  optimizer('sgdVelocityNesterov', 'velocity', 'learningRate,momentum,decay'),
  optimizer('adabelief', 'expAvg,expAvgVar', `${adamRate},epsilonRoot,weightDecay,decay`),
  optimizer('adabeliefAmsgrad', 'expAvg,expAvgVar,maxExpAvgVar', `${adamRate},epsilonRoot,weightDecay,decay`),
  optimizer(
    'adan',
    'expAvg,expAvgSq,expAvgDiff,negPrevGrad',
    `first,${betas},beta3,oneMinusBeta3,rate,differenceRate,rootScale,epsilon,decay,proximal`,
  ),
  optimizer(
    'ademamix',
    'expAvg,expAvgSq,expAvgSlow',
    `${betas},beta3,oneMinusBeta3,rate,slowRate,rootScale,epsilon,weightDecay,decay`,
  ),
  optimizer('adopt', 'expAvg,expAvgSq', `learningRate,${betas},epsilon,limit,weightDecay,decay`),
  optimizer('asgd', 'ax', 'eta,mu,weightDecay,decay'),
  optimizer('ftrl', 'accumulator,linear', 'power,inverseRate,l1,ridge,shrinkage,decay'),
  optimizer('lion', 'expAvg', `learningRate,${betas},decay`),
  optimizer(
    'scheduleFreeAdamW',
    'z,expAvgSq',
    'first,beta2,oneMinusBeta2,rootScale,epsilon,weightDecay,decay,average,learningRate,stepRate',
  ),
  optimizer('scheduleFreeSGD', 'z', 'first,weightDecay,average,learningRate,stepRate'),
  optimizer('signSgd', '', 'learningRate,weightDecay,decay'),
  optimizer('signum', 'momentumBuffer', 'learningRate,momentum,oneMinusMomentum,weightDecay,decay'),
  optimizer('sophiaG', 'expAvg,hessian', `estimate,${betas},learningRate,scale,epsilon,decay`),
] as const satisfies readonly OpSpec[];

/** An element-wise rule that is a part of a step; before an operand's name stands what is done to it: < read, > written, = both. */
function rule<N extends string>(name: N, operandNames: string, hyperNames: string): OpSpec<N> {
  const hyper = hyperNames.split(',');
  const make = { '<': read, '>': write, '=': update };
  const operands = operandNames
    .split(',')
    .map((operand) => make[operand[0] as keyof typeof make](operand.slice(1), dim(0)));
  return {
    name,
    operands: [...operands, read('hyper', () => hyper.length)],
    dims: ['n'],
    units: (d) => Math.ceil(at(d, 0) / 16),
    work: (d) => 16 * (operands.length - 1) * at(d, 0),
    hyper,
  };
}

export const ruleOps = [
  rule('addScaled', '<x,<y,>out', 'scale'),
  rule('subtractScaled', '=parameter,<x', 'scale,decay'),
  rule(
    'lambDirection',
    '<parameter,<gradient,=expAvg,=expAvgSq,>direction',
    `${betas},meanScale,squareScale,epsilonRoot,epsilon,weightDecay`,
  ),
  rule('larsStep', '=parameter,<gradient,=momentumBuffer', 'scale,momentum,lookahead'),
  rule('novogradStep', '=parameter,<gradient,=momentumBuffer', 'norm,weightDecay,momentum,gain,learningRate'),
  rule('varianceUpdate', '<gradient,=variance,>out', 'beta2,oneMinusBeta2,added,least'),
  rule('sm3Step', '=parameter,<gradient,=cover', 'keep,gain,epsilon,learningRate'),
  rule(
    'sm3Momentum',
    '=parameter,<gradient,=cover,=momentumBuffer',
    'keep,gain,epsilon,learningRate,momentum,oneMinusMomentum',
  ),
  rule('distanceMoments', '<gradient,=expAvg,=expAvgSq,=s', 'beta1,meanRate,beta2,squareRate,beta3,sumRate'),
  rule('distanceStep', '=parameter,<expAvg,<expAvgSq', 'decay,rate,epsilon,active'),
] as const satisfies readonly OpSpec[];

export type RuleOp = (typeof ruleOps)[number]['name'];

export type OptimizerOp = (typeof optimizerOps)[number]['name'];

/** The gradient of a dense layer's kernel and, while it is in the cache, the optimizer's step with it. */
function ofDense<N extends OptimizerOp>({ name, operands, hyper }: OpSpec<N>): OpSpec<`${N}OfDense`> {
  const [parameter, , ...rest] = operands;
  const states = rest.slice(0, -1);
  const gradient = [read('x', matrix(0, 3)), read('dy', matrix(0, 4)), write('gradient', panels(1, 2))];
  return {
    name: `${name}OfDense`,
    operands: [...gradient, ...[parameter, ...states].map((o) => update(o.name, panels(1, 2))), rest[states.length]],
    dims: ['rows', 'inputs', 'outputs', 'ldx', 'ldy'],
    units: (d) => tiles(at(d, 1), at(d, 2)),
    work: (d) => 2 * at(d, 0) * at(d, 1) * pad(at(d, 2)),
    ...(hyper && { hyper }),
  };
}

export const denseOptimizerOps = optimizerOps.map((spec) => ofDense<OptimizerOp>(spec));
