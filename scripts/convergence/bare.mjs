// @ts-check
// Functions of one array, minimised by the bare optimizer.

/** @typedef {import('plummet').optimizers.Optimizer} Optimizer */

/** The largest distance of an element from where the minimum is that counts as there, as in optax' tests. */
export const NEAR = 3e-2;
/** After so many steps it is looked where things are; and Sophia's estimate of the Hessian is renewed. */
const OFTEN = 10;

/**
 * @typedef {object} Valley
 * @property {readonly number[]} shape
 * @property {readonly number[]} start
 * @property {readonly number[]} minimum
 * @property {(w: Float32Array, g: Float32Array) => number} gradient - writes it, returns the loss
 * @property {(w: Float32Array, h: Float32Array) => void} curvature - writes the diagonal of the Hessian
 */

const SIDE = 10;
const hundred = Array.from({ length: SIDE * SIDE }, (_, i) => i);

/** Σ (w − minimum)² in 100 dimensions, as a matrix of 10 × 10. @type {Valley} */
export const parabola = {
  shape: [SIDE, SIDE],
  start: hundred.map((i) => ((i * 37) % 101) / 5 - 10),
  minimum: hundred.map((i) => ((i * 29) % 31) / 15 - 1),
  gradient(w, g) {
    let loss = 0;
    for (let i = 0; i < w.length; i++) {
      const d = w[i] - parabola.minimum[i];
      g[i] = 2 * d;
      loss += d * d;
    }
    return loss;
  },
  curvature: (_, h) => void h.fill(2),
};

/** (1 − x)² + 100 (y − x²)², from (0, 0), the two as a matrix of 1 × 2. @type {Valley} */
export const rosenbrock = {
  shape: [1, 2],
  start: [0, 0],
  minimum: [1, 1],
  gradient([x, y], g) {
    const d = y - x * x;
    g[0] = -2 * (1 - x) - 400 * x * d;
    g[1] = 200 * d;
    return (1 - x) * (1 - x) + 100 * d * d;
  },
  curvature([x, y], h) {
    h[0] = 2 - 400 * (y - x * x) + 800 * x * x;
    h[1] = 200;
  },
};

/**
 * @param {Optimizer} optimizer
 * @param {Valley} valley
 * @param {number} steps
 * @returns the largest distance of an element from the minimum, and the steps after which it stays near
 */
export function descend(optimizer, { shape, start, minimum, gradient, curvature }, steps) {
  const w = Float32Array.from(start);
  const g = new Float32Array(w.length);
  const bound = optimizer.bind({ w: { data: w, shape } }, { backend: { name: 'native', threads: 2 } });
  const closure = () => ({ loss: gradient(w, g), gradients: { w: g } });
  const byClosure = optimizer.search !== undefined || optimizer.ascent !== undefined;
  const averages = optimizer.parts.some(({ averaged }) => averaged !== undefined);
  const distance = () => {
    const at = averages ? bound.averaged().w : w;
    let most = 0;
    for (let i = 0; i < at.length; i++) {
      const d = Math.abs(at[i] - minimum[i]);
      if (!(d <= most)) most = d; // what is not a number is the farthest
    }
    return most;
  };
  /** The squared gradients of sampled labels, times batchSize, are an estimate of the diagonal of the Hessian; here it is known. */
  const sampled = () => {
    curvature(w, g);
    const rows = /** @type {number} */ (optimizer.options.batchSize);
    for (let i = 0; i < g.length; i++) g[i] = Math.sqrt(Math.max(0, g[i]) / rows);
    return { w: g };
  };
  const estimates = optimizer.name === 'sophiaG';
  let near = 0;
  for (let step = 1; step <= steps; step++) {
    if (byClosure) {
      bound.step(closure);
    } else {
      gradient(w, g);
      bound.step({ w: g });
    }
    if (step % OFTEN > 0) continue;
    if (estimates) bound.updateHessian(sampled());
    if (!(distance() <= NEAR)) near = step + OFTEN;
  }
  return { value: distance(), steps: Math.max(near, OFTEN) };
}
