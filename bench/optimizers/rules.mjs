// @ts-check
// What is measured: every optimizer with its defaults, some also in another form, and what PyTorch calls them.
import { optimizers } from 'plummet';

/**
 * @typedef {ReturnType<typeof optimizers.adam>} Optimizer
 * @typedef {{ name: string, make: () => Optimizer, pytorch?: { name: string, options?: object } }} Rule
 *   `pytorch`: a class of torch.optim that computes the same
 */

/** @type {Record<string, string>} */
const pytorch = {
  adadelta: 'Adadelta', adafactor: 'Adafactor', adagrad: 'Adagrad', adam: 'Adam', adamax: 'Adamax', adamw: 'AdamW',
  asgd: 'ASGD', muon: 'Muon', nadam: 'NAdam', radam: 'RAdam', rmsprop: 'RMSprop', rprop: 'Rprop', sgd: 'SGD',
}; // biome-ignore format: a table

/** Those that need a function that gives gradients, and those that others are given to. */
const others = ['lbfgs', 'sam', 'asam', 'lookahead', 'switchAt'];

/** @type {Rule[]} */
const plain = Object.entries(optimizers)
  .filter(([name]) => !others.includes(name))
  .map(([name, create]) => ({
    name,
    make: /** @type {() => Optimizer} */ (create),
    ...(pytorch[name] && { pytorch: { name: pytorch[name] } }),
  }));

/** @type {Rule[]} */
export const rules = [
  ...plain,
  {
    name: 'sgd with momentum',
    make: () => optimizers.sgd({ momentum: 0.9 }),
    pytorch: { name: 'SGD', options: { momentum: 0.9 } },
  },
  {
    name: 'rmsprop, centered, with momentum',
    make: () => optimizers.rmsprop({ centered: true, momentum: 0.9 }),
    pytorch: { name: 'RMSprop', options: { centered: true, momentum: 0.9 } },
  },
];

/** @param {string} name @returns {Rule} */
export function ruleNamed(name) {
  const found = rules.find((rule) => rule.name === name);
  if (!found) throw new Error(`there is no rule ${name}`);
  return found;
}

/**
 * Floats that a step must move for each parameter where it is one op: the parameter in and out, its gradient in, each state in and
 * out. Undefined where it is more than one op.
 * @param {Rule} rule
 */
export function floatsOf({ make }) {
  const { op, states } = make();
  return op === null ? undefined : 3 + 2 * states.length;
}
