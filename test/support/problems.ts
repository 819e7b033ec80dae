/** Functions to be minimised, as test/golden/README.md has them: values and gradients in float64, gradients rounded once. */
import type { Evaluation } from '#src/optimizers/optimizer.js';
import type { Problem } from './golden.ts';

function separable({ a, c, q }: Problem, params: readonly Float32Array[]) {
  let loss = 0;
  const gradients = params.map((values, p) =>
    Float32Array.from(values, (x, i) => {
      const d = x - c[p][i];
      loss += (a[p][i] * d * d) / 2 + (q[p][i] * x * x * x * x) / 4;
      return a[p][i] * d + q[p][i] * x * x * x;
    }),
  );
  return { loss, gradients };
}

function rosenbrock([x]: readonly Float32Array[]) {
  const gradient = new Float64Array(x.length);
  let loss = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const d = x[i + 1] - x[i] * x[i];
    loss += 100 * d * d + (1 - x[i]) * (1 - x[i]);
    gradient[i] += -400 * x[i] * d - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * d;
  }
  return { loss, gradients: [Float32Array.from(gradient)] };
}

/** The loss and its gradients at these parameters, which are named p0, p1 … */
export function evaluate(problem: Problem, params: readonly Float32Array[]): Evaluation {
  const { loss, gradients } = problem.kind === 'rosenbrock' ? rosenbrock(params) : separable(problem, params);
  return { loss, gradients: Object.fromEntries(gradients.map((g, p) => [`p${p}`, g])) };
}
