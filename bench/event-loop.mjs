// @ts-check
// Does the event loop stay free during fit? Its delay from before the call to its end, over a dataset made before.
import { measureApart } from './lib/child.mjs';
import { needMnist } from './lib/mnist-bytes.mjs';
import { trainings } from './lib/mnist-trainings.mjs';
import { digits, table } from './lib/table.mjs';

export const question = 'delay of the event loop during fit, in ms';

/** @param {import('./lib/context.mjs').Context} context */
export async function measure({ quick }) {
  needMnist();
  const script = new URL('./event-loop/fit.mjs', import.meta.url);
  const records = [];
  for (const [training, settings] of Object.entries(trainings)) {
    for (const backend of ['native', 'reference']) {
      const size =
        backend === 'native' ? { rows: 60_000, epochs: quick ? 2 : 10 } : { rows: quick ? 1_500 : 12_000, epochs: 1 };
      records.push({ training, backend, ...size, ...(await measureApart(script, { ...settings, backend, ...size })) });
    }
  }
  return records;
}

/** @param {Awaited<ReturnType<typeof measure>>} records */
export function print(records) {
  return table(
    ['', 'backend', 'p50', 'p99', 'maximum', 'fit, s'],
    records.map(({ training, backend, p50, p99, max, seconds }) => [
      training,
      backend,
      digits(p50),
      digits(p99),
      digits(max),
      digits(seconds),
    ]),
  );
}
