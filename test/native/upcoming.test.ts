import { describe, expect, it } from 'vitest';
import { data, layers, sequential } from '#src/index.js';
import { loadAddon } from '#src/kernels/native.js';

/** More than a mebibyte of inputs: of such datasets the next batch's rows are asked for ahead. */
const rows = 20_011;
const columns = 16;
const batchSize = 100;

const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 1009) / 1009);

async function trained(name: 'native' | 'reference', threads: number, units: number) {
  const model = sequential([layers.dense({ units, inputShape: [columns] })], { seed: 3 });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', backend: { name, threads } });
  const dataset = data.dataset({
    x: { data: numbers(rows * columns), shape: [rows, columns] },
    y: { data: numbers(rows * units), shape: [rows, units] },
  });
  await model.fit(dataset, { batchSize, epochs: 2, verbose: 0 });
  return model.digest();
}

describe.skipIf(loadAddon().addon === null)('rows that are asked for ahead', () => {
  // Of 16 targets a row whole rows of both arrays are; of 2 those of the inputs.
  it.each([2, 16])('change nothing, with %d targets a row', async (units) => {
    const expected = await trained('reference', 1, units);
    expect(await trained('native', 1, units)).toBe(expected);
    expect(await trained('native', 2, units)).toBe(expected);
  });
});
