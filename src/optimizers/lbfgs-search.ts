/** The iterations of one step of L-BFGS, as PyTorch does them. */
import { strongWolfe } from './line-search.ts';
import type { Evaluated, Search, SearchMemory } from './search.ts';
import { addScaled, along, dot, dotWide, largest, magnitudes, negative, times } from './vectors.ts';

export interface LbfgsRule {
  readonly maxIter: number;
  readonly maxEval: number;
  readonly toleranceGrad: number;
  readonly toleranceChange: number;
  readonly historySize: number;
  readonly strongWolfe: boolean;
  readonly maximize: boolean;
}

/** Differences of gradients, and the steps between them, whose product with each other is at least this. */
const LEAST_CURVATURE = 1e-10;

const curvatures = new WeakMap<Float32Array, number>();

/** The product of a difference of gradients with its step, which is asked for as long as both are remembered. */
function curvatureOf(y: Float32Array, s: Float32Array): number {
  let product = curvatures.get(y);
  if (product === undefined) {
    product = dot(y, s);
    curvatures.set(y, product);
  }
  return product;
}

/** −(inverse Hessian) · gradient, by the two-loop recursion of Nocedal 1980 over the pairs that are remembered. */
function directionOf({ oldDirs, oldStps }: SearchMemory, gradient: Float32Array): Float32Array {
  const count = oldDirs.length;
  if (count === 0) return times(-1, gradient);
  const q = negative(gradient);
  const products = oldDirs.map((y, i) => curvatureOf(y, oldStps[i]));
  const factors = new Array<number>(count);
  for (let i = count - 1; i >= 0; i--) {
    factors[i] = dotWide(oldStps[i], q) / products[i];
    addScaled(q, -factors[i], oldDirs[i]);
  }
  const latest = oldDirs[count - 1];
  const scale = products[count - 1] / dot(latest, latest);
  for (let i = 0; i < q.length; i++) q[i] *= scale;
  for (let i = 0; i < count; i++) addScaled(q, factors[i] - dotWide(oldDirs[i], q) / products[i], oldStps[i]);
  return new Float32Array(q);
}

/** With the last step and what it did to the gradient. */
function remember(memory: SearchMemory, gradient: Float32Array, historySize: number): void {
  const { d, t, prevFlatGrad } = memory;
  const y = along(gradient, -1, prevFlatGrad);
  const s = times(t, d);
  if (!(dot(y, s) > LEAST_CURVATURE)) return;
  const kept = memory.oldDirs.length < historySize ? 0 : 1;
  memory.oldDirs = [...memory.oldDirs.slice(kept), y];
  memory.oldStps = [...memory.oldStps.slice(kept), s];
}

export function lbfgsSearch(rule: LbfgsRule): Search {
  const { maxIter, maxEval, toleranceGrad, toleranceChange } = rule;
  const signed = ({ loss, gradient }: Evaluated): Evaluated =>
    rule.maximize ? { loss: -loss, gradient: times(-1, gradient) } : { loss, gradient };
  return {
    historySize: rule.historySize,
    *step(from, start, learningRate) {
      const memory = { ...from };
      let x = start;
      const first = yield x;
      let { loss, gradient } = signed(first);
      memory.funcEvals++;
      const end = () => ({ x, loss: first.loss, memory });
      if (largest(gradient) <= toleranceGrad) return end();
      let evaluations = 1;
      for (let iteration = 1; ; iteration++) {
        memory.nIter++;
        const fresh = memory.nIter === 1;
        if (!fresh) remember(memory, gradient, rule.historySize);
        memory.d = directionOf(memory, gradient);
        memory.prevFlatGrad = gradient;
        memory.prevLoss = loss;
        memory.t = fresh ? Math.min(1, 1 / magnitudes(gradient)) * learningRate : learningRate;
        const { d } = memory;
        const slope = dot(gradient, d);
        if (slope > -toleranceChange) break;
        let more = 0;
        if (rule.strongWolfe) {
          const search = strongWolfe({ t: 0, loss, gradient, slope }, memory.t, largest(d), maxEval - evaluations);
          let next = search.next();
          while (!next.done) {
            const there = signed(yield along(x, next.value, d));
            next = search.next({ t: next.value, ...there, slope: dot(there.gradient, d) });
          }
          const { point } = next.value;
          ({ loss, gradient, t: memory.t } = point);
          more = next.value.evaluations;
          x = along(x, memory.t, d);
        } else {
          x = along(x, memory.t, d);
          if (iteration < maxIter) {
            ({ loss, gradient } = signed(yield x));
            more = 1;
          }
        }
        evaluations += more;
        memory.funcEvals += more;
        if (iteration === maxIter || evaluations >= maxEval) break;
        if (largest(gradient) <= toleranceGrad) break;
        if (largest(d) * Math.abs(memory.t) <= toleranceChange) break;
        if (Math.abs(loss - memory.prevLoss) < toleranceChange) break;
      }
      return end();
    },
  };
}
