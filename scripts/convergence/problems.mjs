// @ts-check
// What optimizers are tried on, and what counts as done.
import { descend, NEAR, parabola, rosenbrock, STEPS } from './bare.mjs';
import { mnist, mnistSteps, XOR_STEPS, xor } from './nets.mjs';
import { make, names, readSettings } from './settings.mjs';

/**
 * @typedef {import('./settings.mjs').Setting} Setting
 * @typedef {{ value: number, steps?: number }} Outcome
 * @typedef {object} Problem
 * @property {string} title
 * @property {(name: string) => number} steps - that an optimizer takes
 * @property {(make: () => import('./settings.mjs').Optimizer, name: string) => Outcome | Promise<Outcome>} run
 * @property {(outcome: Outcome) => boolean} enough
 * @property {(outcome: Outcome) => number} score - the higher, the better
 * @property {(outcome: Outcome) => string} told
 */

/** @param {string} title @param {import('./bare.mjs').Valley} valley @returns {Problem} */
const valleyProblem = (title, valley) => ({
  title,
  steps: () => STEPS,
  run: (make) => descend(make(), valley),
  enough: ({ value }) => value <= NEAR,
  score: ({ value }) => -value,
  told: ({ value, steps }) =>
    `${value === 0 ? '0' : value.toExponential(1)}${value <= NEAR ? `, ${steps} steps` : ''}`,
});

/** @type {Record<string, Problem>} */
export const problems = {
  parabola: valleyProblem('Parabola', parabola),
  rosenbrock: valleyProblem('Rosenbrock', rosenbrock),
  xor: {
    title: 'XOR',
    steps: () => XOR_STEPS,
    run: async (make) => ({ value: await xor(make) }),
    enough: ({ value }) => value === 4,
    score: ({ value }) => value,
    told: ({ value }) => `${value} of 4`,
  },
  mnist: {
    title: 'MNIST',
    steps: mnistSteps,
    run: async (make, name) => ({ value: await mnist(make, name) }),
    enough: ({ value }) => value > 0.96,
    score: ({ value }) => value,
    told: ({ value }) => value.toFixed(4),
  },
};

/** @param {string} name @param {string} problem @param {Setting} setting */
export const outcome = (name, problem, setting) =>
  problems[problem].run(() => make(name, setting, problems[problem].steps(name)), name);

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
