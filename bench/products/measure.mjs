// @ts-check
// Products in turn with the peak of the same threads and instruction set: node measure.mjs '{"products": […], …}' prints JSON.
import { leadingDimension as ld } from '#internal';
import { settled } from '../lib/limits.mjs';
import { opLoop } from '../lib/op-loop.mjs';
import { probe } from '../lib/probe.mjs';
import { interleave, summary } from '../lib/statistics.mjs';

/** @type {{ products: import('../products.mjs').Product[], isa: string, threads: number, probed: boolean, seconds: number, rounds: number }} */
const { products, isa, threads, probed, seconds, rounds } = JSON.parse(process.argv[2] ?? '{}');

/** Which op a product is, over arrays of users (row by row) or over a network's own (panels), as plans lay them out. @type {Record<string, (p: import('../products.mjs').Product) => [any, number[]]>} */
const forms = {
  rows: ({ form, m, n, k }) => ['gemm', [m, n, k, form === 'TN' ? 1 : 0, form === 'NT' ? 1 : 0, 0]],
  'panels NN': ({ m, n, k }) => ['dense', [m, k, n, ld(k), ld(n), 0]],
  'panels TN': ({ m, n, k }) => ['denseKernelGradient', [k, m, n, ld(m), ld(n)]],
  'panels NT': ({ m, n, k }) => ['denseInputGradient', [m, n, k, ld(k), ld(n), 0]],
};

/** @type {Record<string, () => number | Promise<number>>} */
const tasks = probed ? { peak: () => probe('fma', isa, threads, Math.max(seconds / 2, settled(threads))) } : {};
for (const [i, product] of products.entries()) {
  const form = product.layout === 'rows' ? 'rows' : `panels ${product.form}`;
  const [op, dims] = forms[form](product);
  tasks[i] = opLoop(op, dims, { isa, threads, seconds });
}
const values = await interleave(tasks, rounds);
process.stdout.write(
  `${JSON.stringify({
    peak: probed ? summary(values.peak, 'most') : null,
    times: products.map((_, i) => summary(values[i])),
  })}\n`,
);
