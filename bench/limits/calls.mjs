// @ts-check
// What a call from JavaScript into the addon costs, in ns.
import { loadAddon, ops } from '#internal';
import { interleave, scaled, summary, timed } from '../lib/statistics.mjs';

const { quick } = JSON.parse(process.argv[2] ?? '{}');
const { addon } = loadAddon();
const number = ops.findIndex(({ name }) => name === 'gemm');
const arrays = [new Float32Array(1), new Float32Array(1), new Float32Array(1)];
const dims = Float64Array.of(1, 1, 1, 0, 0, 0);
const isa = addon?.info().isas[0] ?? '';
const threshold = addon?.setThreadingThreshold(0) ?? 0;
addon?.setThreadingThreshold(threshold);

/** @type {Record<string, (count: number) => void>} */
const turns = addon
  ? {
      'a call with one number': (count) => {
        for (let i = 0; i < count; i++) addon.setThreadingThreshold(threshold);
      },
      'a kernel of one multiplication': (count) => {
        for (let i = 0; i < count; i++) addon.kernel(isa, 1, number, arrays, dims);
      },
    }
  : {};
const seconds = quick ? 0.005 : 0.05;
const tasks = Object.fromEntries(Object.entries(turns).map(([name, turn]) => [name, timed(turn, seconds)]));
const values = await interleave(tasks, quick ? 3 : 9);
const calls = Object.entries(values).map(([name, times]) => ({ name, ...scaled(summary(times), 1e9) }));
process.stdout.write(`${JSON.stringify({ calls })}\n`);
