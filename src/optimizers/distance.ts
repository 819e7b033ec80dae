/** What Prodigy and D-Adaptation have in common: a step whose size follows from the distance to the solution, which they estimate. */
import { inRange } from '../errors.ts';
import { addDecay, norms, roomForPartials } from '../plan/norms.ts';
import type { OpName } from '../plan/ops.ts';
import { layoutDims, type Program, shapeOf } from '../plan/steps.ts';
import { normKinds } from '../plan/transforms.ts';

/** The numbers are the dim `kind` of the ops. */
export const distanceKinds = { prodigy: 0, dadapt: 1 } as const;

interface DistanceRule {
  readonly kind: keyof typeof distanceKinds;
  /** The op that estimates the distance, and of the states those that are the part's: the first is d. */
  readonly estimate: OpName & ('prodigyDistance' | 'dadaptDistance');
  readonly shared: readonly number[];
  /** The state that keeps the parameter as it was at its first step; −1 where there is none. */
  readonly first: number;
  /** Whether λp is added to gradients. */
  readonly coupled: boolean;
}

/** Scalars of the ops, as native/kernels/optimizers/distance.h has them; then the λ that is added to gradients. */
const HYPER = 13;
const EPSILON = 11;
export const DISTANCE_WIDTH = HYPER + 1;

/** States come first as s, expAvg, expAvgSq. */
export const distanceProgram =
  ({ kind, estimate, shared, first, coupled }: DistanceRule): Program =>
  (steps, tensors, { column }) => {
    const hyper = steps.scalars(column, HYPER);
    const own = shared.map((state) => tensors[0].states[state]);
    if (first >= 0) {
      steps.emit(
        'keepFirst',
        tensors.map(({ parameter, states, size }) => ({ operands: [parameter, states[first]], dims: [size] })),
      );
    }
    if (coupled) addDecay(steps, tensors, column + HYPER);
    const products = roomForPartials(steps, tensors, 'products');
    const epsilon = steps.scalars(column + EPSILON, 1);
    steps.emit(
      'productSums',
      tensors.map((tensor, i) => {
        const { parameter, gradient, states } = tensor;
        const factors = first >= 0 ? [states[first], parameter] : [states[0], states[2]];
        return {
          operands: [gradient, ...factors, epsilon, products.each[i]],
          dims: [...layoutDims(tensor, shapeOf(tensor)), distanceKinds[kind]],
        };
      }),
    );
    const rates = steps.scratch('rates', 6);
    steps.emit('distanceRates', [{ operands: [own[0], hyper, rates], dims: [distanceKinds[kind]] }]);
    steps.emit(
      'distanceMoments',
      tensors.map(({ gradient, states: [s, expAvg, expAvgSq], size }) => ({
        operands: [gradient, expAvg, expAvgSq, s, rates],
        dims: [size],
      })),
    );
    const sums = norms(steps, tensors, 'sums', ({ states }) => states[0], normKinds.magnitudes);
    const scale = steps.scratch('scale', 4);
    steps.emit(estimate, [{ operands: [products.all, sums.all, ...own, hyper, scale], dims: [products.total] }]);
    steps.emit(
      'distanceStep',
      tensors.map(({ parameter, states: [, expAvg, expAvgSq], size }) => ({
        operands: [parameter, expAvg, expAvgSq, scale],
        dims: [size],
      })),
    );
  };

/** An option that is a factor of at least 1, or no limit at all. */
export const growthRateOption = (who: string, value: unknown): number =>
  value === Number.POSITIVE_INFINITY ? value : inRange(who, 'growthRate', value, 1, Number.POSITIVE_INFINITY);
