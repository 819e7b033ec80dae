// @ts-check
// What optimizers are tried on, and what counts as done.
import { descend, NEAR, parabola, rosenbrock } from './bare.mjs';
import { mnist, ROWS, xor } from './nets.mjs';
import { make, names, readSettings } from './settings.mjs';

/**
 * @typedef {import('./settings.mjs').Setting} Setting
 * @typedef {{ value: number, steps?: number }} Outcome
 * @typedef {object} Problem
 * @property {string} title
 * @property {(name: string) => number} steps - that an optimizer takes
 * @property {(make: () => import('./settings.mjs').Optimizer, steps: number, name: string) => Outcome | Promise<Outcome>} run
 * @property {(outcome: Outcome) => boolean} enough
 * @property {(outcome: Outcome) => number} score - the higher, the better
 * @property {(outcome: Outcome) => string} told
 */

/** Steps of most, or a 20th of them: L-BFGS makes up to 20 iterations a step. @param {number} most @returns {(name: string) => number} */
const upTo = (most) => (name) => (name === 'lbfgs' ? most / 20 : most);

/** Those whose steps need the gradient of all rows make 200 of them; all others go by batches, for five epochs. */
const fullBatch = ['rprop', 'asgd', 'lbfgs'];
const BATCH = 128;
const EPOCHS = 5;
const fullSteps = upTo(200);
/** @param {string} name */
const mnistFit = (name) =>
  fullBatch.includes(name) ? { batchSize: ROWS, epochs: fullSteps(name) } : { batchSize: BATCH, epochs: EPOCHS };

/** @param {string} title @param {import('./bare.mjs').Valley} valley @returns {Problem} */
const valleyProblem = (title, valley) => ({
  title,
  steps: upTo(10_000),
  run: (make, steps) => descend(make(), valley, steps),
  enough: ({ value }) => value <= NEAR,
  score: ({ value }) => -value,
  told: ({ value, steps }) => `${value === 0 ? '0' : value.toExponential(1)}${value <= NEAR ? `, ${steps} steps` : ''}`,
});

/** @type {Record<string, Problem>} */
export const problems = {
  parabola: valleyProblem('Parabola', parabola),
  rosenbrock: valleyProblem('Rosenbrock', rosenbrock),
  xor: {
    title: 'XOR',
    steps: upTo(2000),
    run: async (make, steps) => ({ value: await xor(make, steps) }),
    enough: ({ value }) => value === 4,
    score: ({ value }) => value,
    told: ({ value }) => `${value} of 4`,
  },
  mnist: {
    title: 'MNIST',
    steps: (name) => (fullBatch.includes(name) ? fullSteps(name) : EPOCHS * Math.ceil(ROWS / BATCH)),
    run: async (make, _, name) => ({ value: await mnist(make, mnistFit(name)) }),
    enough: ({ value }) => value > 0.96,
    score: ({ value }) => value,
    told: ({ value }) => value.toFixed(4),
  },
};

/** @param {string} name @param {string} problem @param {Setting} setting */
export function outcome(name, problem, setting) {
  const { run, steps } = problems[problem];
  return run(() => make(name, setting, steps(name)), steps(name), name);
}

/**
 * Every optimizer with its settings on every problem, or on some of them.
 * @param {readonly string[]} some - optimizers
 * @param {readonly string[]} on
 */
export async function* outcomes(some = names, on = Object.keys(problems)) {
  const settings = readSettings();
  for (const name of some) {
    for (const problem of on) {
      const setting = settings[name]?.[problem];
      if (!setting) throw new Error(`settings.json has nothing for ${name} on ${problem}: --search ${name}`);
      const result = await outcome(name, problem, setting);
      yield { name, problem, setting, result, enough: problems[problem].enough(result) };
    }
  }
}
