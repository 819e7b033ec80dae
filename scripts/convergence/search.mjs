// @ts-check
// Looks for settings that are enough: defaults first, then other rates, as they are or falling to 0.
import { outcome, problems } from './problems.mjs';
import { readSettings, varied, writeSettings } from './settings.mjs';

/** @typedef {import('./settings.mjs').Setting} Setting */

const RATES = [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 1.5, 3, 3e-4, 1e-4, 10, 30, 3e-5];

const momentum = { name: 'sgd', momentum: 0.9 };
/**
 * What an optimizer is given whatever its rate is: what is inside it; for gradient descent on all rows, a limit for its first steps, so
 * that later ones may be long; for ascents in a narrow valley, short ones; what makes large matrices bearable, and their roots small
 * where there have been few gradients.
 * @type {Record<string, (problem: string, steps: number) => Setting>}
 */
const given = {
  asgd: (problem) => (problem === 'mnist' ? { globalClipNorm: 0.5 } : {}),
  lookahead: () => ({ optimizer: momentum }),
  sam: (problem) => ({ ...(problem === 'rosenbrock' ? { rho: 0.005 } : {}), optimizer: momentum }),
  asam: (problem) => ({ ...(problem === 'rosenbrock' ? { rho: 0.005 } : {}), optimizer: momentum }),
  switchAt: (_, steps) => ({ step: Math.floor(steps / 2), first: { name: 'adam' }, second: momentum }),
  lbfgs: () => ({ lineSearchFn: 'strong_wolfe' }),
  shampoo: (problem) =>
    problem === 'mnist' ? { preconditionFrequency: 10, maxPreconditionDim: 256, epsilon: 1e-4 } : {},
  soap: (problem) => (problem === 'mnist' ? { maxPreconditionDim: 256 } : {}),
};

/** @param {string} name @param {string} problem @returns {Setting[]} */
function tries(name, problem) {
  const base = given[name]?.(problem, problems[problem].steps(name)) ?? {};
  const rates = [
    {},
    ...RATES.flatMap((learningRate) => [
      { learningRate },
      { learningRate, schedule: /** @type {const} */ ('linear') },
      { learningRate, schedule: /** @type {const} */ ('cosine') },
    ]),
  ];
  return [base, ...(base.optimizer || base.second ? [] : [{ ...base, weightDecay: 0 }])].flatMap((setting) =>
    rates.map((options) => varied(setting, options)),
  );
}

/** The outcome, or undefined where the optimizer refuses the setting. @param {string} name @param {string} problem @param {Setting} setting */
async function tried(name, problem, setting) {
  try {
    return await outcome(name, problem, setting);
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'ERR_PLUMMET_OPTION') throw error;
    return undefined;
  }
}

/** Searches where there are no settings yet, or none that are enough; writes them as they are found. @param {readonly string[]} names @param {readonly string[]} on */
export async function search(names, on = Object.keys(problems)) {
  const settings = readSettings();
  for (const name of names) {
    for (const problem of on) {
      const { enough, score } = problems[problem];
      const own = settings[name]?.[problem];
      /** @type {{ setting: Setting, score: number } | undefined} */
      let best;
      for (const setting of [...(own ? [own] : []), ...tries(name, problem)]) {
        const result = await tried(name, problem, setting);
        if (!result) continue;
        const number = Number.isNaN(score(result)) ? Number.NEGATIVE_INFINITY : score(result);
        if (!best || number > best.score) best = { setting, score: number };
        if (enough(result)) break;
      }
      if (!best) throw new Error(`${name} refuses every setting for ${problem}`);
      console.log(name, problem, JSON.stringify(best));
      settings[name] = { ...settings[name], [problem]: best.setting };
      writeSettings(settings);
    }
  }
}
