// @ts-check
import { data } from 'plummet';

const { kind } = JSON.parse(process.argv[2] ?? '{}');
const rows = 60_000;
const Type = kind.startsWith('bytes') ? Uint8Array : Float32Array;
const bytes = rows * 784 * Type.BYTES_PER_ELEMENT;
/** @type {any} */
const memory = kind.endsWith('shared') ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
const x = new Type(memory).fill(1);
const y = new Int32Array(rows);

const times = [];
for (let i = 0; i < 5; i++) {
  const begin = performance.now();
  const dataset = data.dataset(Type === Uint8Array ? { x, y, divisor: 255 } : { x: tensorLike(x), y });
  times.push(performance.now() - begin);
  if (dataset.rows !== rows) throw new Error(`a dataset of ${dataset.rows} rows`);
}
process.stdout.write(`${JSON.stringify({ milliseconds: Math.min(...times), megabytes: bytes / 1e6 })}\n`);

/** @param {Uint8Array | Float32Array} values */
function tensorLike(values) {
  return { data: values, shape: [rows, 784] };
}
