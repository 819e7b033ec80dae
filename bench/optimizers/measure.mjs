// @ts-check
// Steps of optimizers, in turn: node measure.mjs '{"cases": […], …}' prints JSON.
import { opLoop } from '../lib/op-loop.mjs';
import { interleave, summary, timed } from '../lib/statistics.mjs';
import { ruleNamed } from './rules.mjs';

/** @type {{ cases: import('../optimizers.mjs').Case[], isa: string, seconds: number, rounds: number }} */
const { cases, isa, seconds, rounds } = JSON.parse(process.argv[2] ?? '{}');

/** @param {import('../optimizers.mjs').Case} given */
function inside({ optimizer, shape, threads }) {
  const rule = ruleNamed(optimizer).make();
  const hyper = new Float32Array(16);
  rule.fill(hyper, 1000, 1);
  const elements = shape.reduce((product, n) => product * n, 1);
  return opLoop(/** @type {any} */ (rule.op), [elements], { isa, threads, seconds, hyper });
}

/** @param {import('../optimizers.mjs').Case} given */
function called({ optimizer, shape, tensors, threads, how }) {
  const elements = shape.reduce((product, n) => product * n, 1);
  const each = (/** @type {number} */ value) =>
    Object.fromEntries(Array.from({ length: tensors }, (_, i) => [`p${i}`, new Float32Array(elements).fill(value)]));
  const parameters = Object.fromEntries(Object.entries(each(0.5)).map(([name, data]) => [name, { data, shape }]));
  // What is the same from step to step is held; otherwise two sets take turns.
  const gradients = how === 'other arrays' ? [each(0.01), each(0.02)] : [each(0.01)];
  const bound = ruleNamed(optimizer)
    .make()
    .bind(parameters, { backend: /** @type {any} */ ({ name: 'native', isa, threads }) });
  return timed((count) => {
    for (let i = 0; i < count; i++) bound.step(gradients[i % gradients.length]);
  }, seconds);
}

const tasks = Object.fromEntries(cases.map((given, i) => [i, given.how === 'inside' ? inside(given) : called(given)]));
const values = await interleave(tasks, rounds);
process.stdout.write(`${JSON.stringify({ times: cases.map((_, i) => summary(values[i])) })}\n`);
