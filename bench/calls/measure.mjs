// @ts-check
// Direct calls from JavaScript, in turn: node measure.mjs '{"threads":1, …}' prints JSON.
import { optimizers } from 'plummet';
import { kernels } from 'plummet/kernels';
import { network, numbers } from '../lib/network.mjs';
import { interleave, summary, timed } from '../lib/statistics.mjs';

const { threads, networks, sizes, seconds, rounds } = JSON.parse(process.argv[2] ?? '{}');
const backend = { name: /** @type {const} */ ('native'), threads };
/** @type {Record<string, () => number>} */
const tasks = {};
/** @param {string} name @param {() => void} call */
const add = (name, call) => {
  tasks[name] = timed((count) => {
    for (let i = 0; i < count; i++) call();
  }, seconds);
};

for (const { widths, batchSize } of networks) {
  const model = network({ widths, activation: 'tanh', optimizer: 'adam', backend });
  const [x, y] = [numbers(batchSize * widths[0]), numbers(batchSize * widths.at(-1))];
  const row = numbers(widths[0]);
  add(`trainOnBatch, ${widths.join('-')}, batch ${batchSize}`, () => model.trainOnBatch(x, y));
  add(`predictSync, ${widths.join('-')}, one row`, () => model.predictSync(row));
}
for (const [name, elements] of [
  ['one array of 16', 16],
  ['one array of 1,024', 1024],
]) {
  const parameter = numbers(Number(elements));
  const bound = optimizers.adam({ learningRate: 1e-3 }).bind({ parameter }, { backend });
  const gradients = { parameter: numbers(Number(elements)) };
  add(`step of Adam, ${name}`, () => bound.step(gradients));
}
const { gemm } = kernels('native', { threads });
for (const size of sizes) {
  const [a, b, c] = [numbers(size * size), numbers(size * size), new Float32Array(size * size)];
  const given = { m: size, n: size, k: size, a, b, c };
  add(`gemm, ${size}×${size}×${size}`, () => gemm(given));
}
const values = await interleave(tasks, rounds);
const times = Object.entries(values).map(([name, own]) => ({ name, ...summary(own) }));
process.stdout.write(`${JSON.stringify({ times })}\n`);
