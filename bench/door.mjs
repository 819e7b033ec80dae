// @ts-check
// What does a plain array cost at the door, where it is copied once into shared memory?
import { measureApart } from './lib/child.mjs';
import { digits, table } from './lib/table.mjs';

export const question = 'copying 60,000 × 784 at the door, in ms';

/** @param {import('./lib/context.mjs').Context} _context */
export async function measure(_context) {
  const records = [];
  for (const kind of ['bytes', 'bytes, shared', 'floats', 'floats, shared']) {
    records.push({ kind, ...(await measureApart(new URL('./door/copy.mjs', import.meta.url), { kind })) });
  }
  return records;
}

/** @param {Awaited<ReturnType<typeof measure>>} records */
export function print(records) {
  return table(
    ['', 'ms', 'MB'],
    records.map(({ kind, milliseconds, megabytes }) => [kind, digits(milliseconds), digits(megabytes)]),
  );
}
