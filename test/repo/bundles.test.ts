/** What users import is bundled; what the other tests import is not. Both are the same program. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import * as bundled from 'plummet';
import * as bundledKernels from 'plummet/kernels';
import { describe, expect, test } from 'vitest';
import * as single from '#src/index.js';
import * as singleKernels from '#src/kernels/index.js';
import { backends } from '../model/models.ts';

const maps = readdirSync('lib').filter((file) => file.endsWith('.map'));
const sources = maps.flatMap((map) =>
  JSON.parse(readFileSync(join('lib', map), 'utf8')).sources.map((source: string) => normalize(join('lib', source))),
);

test('the doors export what their sources do', () => {
  expect(Object.keys(bundled)).toEqual(Object.keys(single));
  for (const name of ['data', 'initializers', 'layers', 'losses', 'optimizers'] as const) {
    expect(Object.keys(bundled[name]), name).toEqual(Object.keys(single[name]));
  }
  expect(Object.keys(bundledKernels)).toEqual(Object.keys(singleKernels));
});

test('nothing is bundled twice, so that state is shared by all doors', () => {
  expect(sources).toContain(normalize('src/backend.ts'));
  expect(sources.filter((source, i) => sources.indexOf(source) !== i)).toEqual([]);
  expect(sources.filter((source) => !existsSync(source))).toEqual([]);
});

test('the package is found from both', () => {
  expect(bundled.backend()).toEqual(single.backend());
});

async function trained({ sequential, layers }: typeof single, backend: 'native' | 'reference'): Promise<string> {
  const model = sequential(
    [
      layers.dense({ units: 20, activation: 'relu', kernelInitializer: 'heNormal', inputShape: [5] }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    { seed: 3 },
  );
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', backend });
  const x = Float32Array.from({ length: 35 }, (_, i) => ((i * 7) % 11) / 11);
  await model.fit(
    x,
    Int32Array.from({ length: 7 }, (_, i) => i % 3),
    { batchSize: 3, epochs: 2, verbose: 0 },
  );
  return model.digest();
}

describe.each(backends)('%s', (backend) => {
  test('trains to the same bits through either', async () => {
    expect(await trained(bundled as typeof single, backend)).toBe(await trained(single, backend));
  });

  test('computes the same products through either', () => {
    const product = ({ kernels }: typeof singleKernels): Float32Array => {
      const c = new Float32Array(4);
      kernels(backend).gemm({ m: 2, n: 2, k: 1, a: Float32Array.of(1, 2), b: Float32Array.of(3, 0.1), c });
      return c;
    };
    expect(product(bundledKernels)).toEqual(product(singleKernels));
    expect(product(bundledKernels)[3]).toBe(Math.fround(2 * Math.fround(0.1)));
  });
});
