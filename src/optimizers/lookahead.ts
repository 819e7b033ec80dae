import { checkOptions, inRange, oneOf, positiveInteger, rangeError } from '../errors.ts';
import type { Program } from '../plan/steps.ts';
import type { Optimizer, Part } from './optimizer.ts';
import { sgd } from './sgd.ts';
import { innerOptimizer, wrap } from './wrapped.ts';

export interface LookaheadOptions {
  /** What makes the fast weights, with its own options, also those that all optimizers have; default `sgd()`. */
  optimizer?: Optimizer;
  /** An integer of at least 1: the slow weights move every k steps; default 5. */
  k?: number;
  /** In [0, 1]: how far they move to the fast ones; default 0.5. */
  alpha?: number;
  /**
   * What becomes of the momentum of the fast weights when these are pulled back: it stays (`none`, the default), becomes 0 (`reset`), or is pulled back as they are
   * (`pullback`). The last two are for optimizers that have a `momentumBuffer` or a `velocity` of every parameter.
   */
  pullbackMomentum?: 'none' | 'reset' | 'pullback';
}

const known = ['optimizer', 'k', 'alpha', 'pullbackMomentum'] as const;
const ways = ['none', 'reset', 'pullback'] as const;
const momenta = ['momentumBuffer', 'velocity'];

/**
 * Lookahead (Zhang, Lucas, Hinton, Ba 2019, Algorithm 1), around any optimizer that takes steps by gradients.
 *
 * Every k steps slow ← slow + alpha · (p − slow); p ← slow. States: those of the optimizer inside and `slow`, with `pullback` also `slowMomentum`. The slow weights begin as
 * the first ones. Each parameter goes by its own count of steps.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range.
 * @example
 * const optimizer = optimizers.lookahead({ optimizer: optimizers.adam(), k: 5, alpha: 0.5 });
 */
export function lookahead(options: LookaheadOptions = {}): Optimizer {
  const who = 'lookahead';
  const given = checkOptions(who, options, known);
  const base = innerOptimizer(who, given.optimizer, sgd);
  const k = positiveInteger(who, 'k', given.k ?? 5);
  const alpha = inRange(who, 'alpha', given.alpha ?? 0.5, 0, 1);
  const pullbackMomentum = oneOf(who, 'pullbackMomentum', given.pullbackMomentum ?? 'none', ways);
  if (pullbackMomentum !== 'none' && !base.parts.every((part) => momentumOf(part) >= 0)) {
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `lookahead: pullbackMomentum "${pullbackMomentum}" needs an optimizer with a momentum for every parameter, as sgd({ momentum: 0.9 }); ${base.name} has none`,
    );
  }
  if (base.parts.some(({ states }) => states.some(({ name }) => name === 'slow'))) {
    throw rangeError('ERR_PLUMMET_OPTION', `lookahead: the optimizer inside keeps slow weights already: ${base.name}`);
  }
  const slowMomentum = pullbackMomentum === 'pullback' ? [{ name: 'slowMomentum', initial: 0 }] : [];
  return wrap(base, {
    name: who,
    options: { k, alpha, pullbackMomentum },
    // Before the step inside: whether slow weights begin. Behind it: whether they move.
    scalars: (step) => [step === 1 ? 1 : 0, 0, 0, 0, step % k === 0 ? 1 : 0, alpha],
    width: 6,
    settledFrom: k === 1 ? 2 : Number.POSITIVE_INFINITY,
    part: (part, column) => ({
      ...part,
      op: null,
      elementwise: false,
      program: around(part, column, pullbackMomentum),
      states: [...part.states, { name: 'slow', initial: 0 }, ...slowMomentum],
    }),
  });
}

/** Which state is the momentum; −1 where there is none, or not for every parameter, as with muon. */
const momentumOf = ({ states }: Part): number =>
  states.findIndex(({ name, shape }) => shape === undefined && momenta.includes(name));

/** The program of a part with what goes around it. */
function around(inside: Part, column: number, pullback: (typeof ways)[number]): Program {
  const count = inside.states.length;
  const momentum = momentumOf(inside);
  return (steps, tensors, part) => {
    const own = part.column + column;
    const begin = steps.scalars(own, 3);
    const pull = steps.scalars(own + 3, 3);
    steps.emit(
      'pullBack',
      tensors.map(({ parameter, states, size }) => ({ operands: [parameter, states[count], begin], dims: [size] })),
    );
    inside.program(
      steps,
      tensors.map((tensor) => ({ ...tensor, part: inside, states: tensor.states.slice(0, count) })),
      { ...inside, column: part.column },
    );
    steps.emit(
      'pullBack',
      tensors.map(({ parameter, states, size }) => ({ operands: [parameter, states[count], pull], dims: [size] })),
    );
    if (pullback === 'none') return;
    steps.emit(
      'pullBack',
      tensors.map(({ states, size }) => ({
        operands: [states[momentum], pullback === 'pullback' ? states[count + 1] : null, pull],
        dims: [size],
      })),
    );
  };
}
