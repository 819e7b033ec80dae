/** Sharpness-aware minimisation: the way up to where a step's gradients are taken. */
import { checkOptions, flag, inRange, rangeError } from '../errors.ts';
import { normBlocks } from '../plan/ops.ts';
import { layoutDims, shapeOf } from '../plan/steps.ts';
import { gateOptions } from './gate-options.ts';
import type { Ascent, Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';
import { innerOptimizer, wrap } from './wrapped.ts';

export interface SamOptions {
  /** What steps with the gradients found, with its own options, also those that all optimizers have; default `sgd()`. */
  optimizer?: Optimizer;
  /** Greater than 0: how far to go up; default 0.05, for asam 0.5. */
  rho?: number;
  /** At least 0: added to the norm of the gradients before `rho` is divided by it; default 1e-12. */
  epsilon?: number;
  /** Whether to go the farther up the larger a weight is, as asam does; default false. */
  adaptive?: boolean;
  /** At least 0: what every weight then counts as having more; default 0.01 where adaptive, otherwise 0, and of no effect. */
  eta?: number;
}

/** Scalars, in this order. */
const RHO = 0;
const ETA = 2;
const ONE = 3;

function ascentBy(column: number, adaptive: boolean): Ascent {
  return (steps, tensors) => {
    const eta = steps.scalars(column + ETA, 1);
    const directions = tensors.map((tensor) => {
      if (!adaptive) return tensor.gradient;
      return steps.scratch(`direction of ∂${tensor.name}`, tensor.size);
    });
    if (adaptive) {
      steps.emit(
        'scaleByWeight',
        tensors.map(({ parameter, gradient, size }, i) => ({
          operands: [parameter, gradient, eta, directions[i]],
          dims: [size],
        })),
      );
    }
    const blocks = tensors.map((tensor) => normBlocks(...shapeOf(tensor)));
    const total = blocks.reduce((sum, n) => sum + n, 0);
    const norms = steps.scratch('norms of all directions', 2 * total);
    const scale = steps.scratch('scale of all directions', 1);
    let next = 0;
    const partials = blocks.map((count) => {
      next += count;
      return steps.within(norms, 2 * (next - count), 2 * count, 'norm of a direction');
    });
    steps.emit(
      'gradientNorm',
      tensors.map((tensor, i) => ({
        operands: [directions[i], partials[i]],
        dims: [...layoutDims(tensor, shapeOf(tensor)), 0],
      })),
    );
    steps.emit('ascentScale', [{ operands: [norms, steps.scalars(column + RHO, 2), scale], dims: [total] }]);
    const kept = tensors.map(({ name, size }) => steps.scratch(`${name} before`, size));
    steps.emit(
      'ascend',
      tensors.map(({ parameter, size }, i) => ({
        operands: [parameter, directions[i], scale, adaptive ? eta : null, kept[i]],
        dims: [size],
      })),
    );
    return () =>
      steps.emit(
        'scaleGradient',
        tensors.map(({ parameter, size }, i) => ({
          operands: [kept[i], steps.scalars(column + ONE, 1), parameter],
          dims: [size],
        })),
      );
  };
}

const known = ['optimizer', 'rho', 'epsilon', 'adaptive', 'eta'] as const;

/** What sam and asam have in common. */
export function sharpnessAware(who: string, options: unknown, adaptiveByDefault: boolean): Optimizer {
  const given = checkOptions(who, options, known);
  const base = innerOptimizer(who, given.optimizer, sgd);
  if (base.ascent !== undefined) {
    throw rangeError('ERR_PLUMMET_OPTION', `${who}: the optimizer inside is sharpness-aware already: ${base.name}`);
  }
  if (base.gate !== null) {
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `${who}: a step takes gradients twice, so the optimizer inside cannot have ${gateOptions.join(', ')}`,
    );
  }
  const adaptive = flag(who, 'adaptive', given.adaptive ?? adaptiveByDefault);
  const rho = inRange(who, 'rho', given.rho ?? (adaptiveByDefault ? 0.5 : 0.05), 0, Number.POSITIVE_INFINITY, '()');
  const epsilon = inRange(who, 'epsilon', given.epsilon ?? 1e-12, 0, Number.POSITIVE_INFINITY);
  const eta = inRange(who, 'eta', given.eta ?? (adaptive ? 0.01 : 0), 0, Number.POSITIVE_INFINITY);
  const row = [rho, epsilon, eta, 1];
  return wrap(base, {
    name: who,
    options: { rho, epsilon, adaptive, eta },
    scalars: () => row,
    width: row.length,
    settledFrom: 1,
    ascent: (column) => ascentBy(column, adaptive),
  });
}
