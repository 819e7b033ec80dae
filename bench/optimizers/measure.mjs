// @ts-check
// Steps of optimizers, in turn: node measure.mjs '{"cases": […], …}' prints JSON.
import { optimizers } from 'plummet';
import { opLoop } from '../lib/op-loop.mjs';
import { interleave, summary, timed } from '../lib/statistics.mjs';

/** @type {{ cases: import('../optimizers.mjs').Case[], isa: string, seconds: number, rounds: number }} */
const { cases, isa, seconds, rounds } = JSON.parse(process.argv[2] ?? '{}');

/** @type {Record<string, () => any>} */
const made = {
  sgd: () => optimizers.sgd({ learningRate: 1e-3 }),
  'sgd with momentum': () => optimizers.sgd({ learningRate: 1e-3, momentum: 0.9 }),
  adam: () => optimizers.adam({ learningRate: 1e-3 }),
  yogi: () => optimizers.yogi({ learningRate: 1e-3 }),
};

/** @param {import('../optimizers.mjs').Case} given */
function inside({ optimizer, elements, threads }) {
  const rule = made[optimizer]();
  const hyper = new Float32Array(16);
  rule.fill(hyper, 1000, 1);
  return opLoop(rule.op, [elements], { isa, threads, seconds, hyper });
}

/** @param {import('../optimizers.mjs').Case} given */
function called({ optimizer, elements, tensors, threads }) {
  const parameters = Array.from({ length: tensors }, (_, i) => [`p${i}`, new Float32Array(elements).fill(0.5)]);
  const gradients = Object.fromEntries(parameters.map(([name]) => [name, new Float32Array(elements).fill(0.01)]));
  const bound = made[optimizer]().bind(Object.fromEntries(parameters), { backend: { name: 'native', isa, threads } });
  return timed((count) => {
    for (let i = 0; i < count; i++) bound.step(gradients);
  }, seconds);
}

const tasks = Object.fromEntries(cases.map((given, i) => [i, given.how === 'called' ? called(given) : inside(given)]));
const values = await interleave(tasks, rounds);
process.stdout.write(`${JSON.stringify({ times: cases.map((_, i) => summary(values[i])) })}\n`);
