/** The page of the benchmark, from made-up results. */
import { expect, test } from 'vitest';
import { onnxNetwork } from '../../bench/peers/onnx.mjs';
import { page } from '../../bench/report/page.mjs';
import { rooflines } from '../../bench/report/roofline.mjs';
import { traffic } from '../../bench/scaling.mjs';

const section = (name: string, noisy: number) => ({
  name,
  question: `what about <${name}>?`,
  text: 'a table & more',
  load: [0.1, 2.25],
  noisy,
  measured: 4,
  charts: [
    {
      kind: 'bars' as const,
      title: 'Bars',
      unit: 'seconds',
      log: true,
      limit: { value: 3, label: 'peak' },
      data: [
        { name: 'ours', value: 0.055, own: true },
        { name: 'theirs', value: 0.24, own: false, noisy: true },
      ],
    },
    {
      kind: 'lines' as const,
      title: 'Lines',
      x: 'width',
      y: 'µs',
      data: [64, 128, 4096].flatMap((x) => [
        { series: 'measured', x, y: x * 2 },
        { series: 'bound', x, y: x, bound: true },
      ]),
    },
  ],
});

const html = page({
  machine: { processor: 'Imaginary 9000 <b>', clock: '3.1 GHz', date: '2001-01-01' },
  sections: [section('quiet', 0), section('loud', 3)],
  recorded: [
    {
      machine: 'another one',
      date: 'once',
      entries: [{ question: 'quiet', peer: 'Theirs', value: 0.094, unit: 's', version: '1.0', command: 'run it' }],
    },
  ],
});

test('the page stands alone: no script, nothing from elsewhere', () => {
  const elsewhere = [...html.matchAll(/(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]*)/g)].map(([, target]) => target);
  expect(elsewhere.filter((target) => !target.startsWith('#'))).toEqual([]);
  expect(html).not.toMatch(/<script|@import/);
});

test('every chart is drawn for narrow and for wide pages, with its values', () => {
  expect(html.match(/<svg/g)).toHaveLength(2 * 2 * 2);
  expect(html.match(/width="340"/g)).toHaveLength(4);
  expect(html).toContain('ours  0.0550');
  expect(html).toContain('theirs  0.240 ~');
  expect(html).toContain('peak 3.00');
  expect(html).not.toMatch(/NaN|undefined/);
});

test('it names the machine and marks noise where there was some', () => {
  expect(html).toContain('Imaginary 9000 &lt;b&gt;');
  expect(html).toContain('What about &lt;loud&gt;?');
  expect(html.match(/class="noise"/g)).toHaveLength(1);
  expect(html).toContain('in 3 of 4 measurements');
  expect(html.match(/Recorded on another machine/g)).toHaveLength(1);
});

test('a product lies under its roofs by the bytes it moves at least', () => {
  const limits = {
    peaks: [{ isa: 'avx2', threads: 1, best: 100 }],
    bandwidths: [
      { kind: 'read', level: 'L1', threads: 1, best: 200 },
      { kind: 'copy', level: 'L1', threads: 1, best: 300 },
    ],
  };
  const product = { form: 'NN', m: 16, n: 16, k: 16, layout: 'rows', isa: 'avx2', threads: 1, best: 50 };
  const [roofline] = rooflines(limits, [product]);
  expect(roofline.roofs).toEqual([{ name: 'L1 200 GB/s', peak: 100, bandwidth: 200 }]);
  expect(roofline.points[0].x).toBeCloseTo(8192 / 3072);
  expect(page({ machine: {}, sections: [{ ...section('roof', 0), charts: [roofline] }] })).toContain(
    'operations a byte',
  );
});

test('the traffic of a step grows with both of its sizes', () => {
  expect(traffic(128, 32)).toBeGreaterThan(traffic(64, 32));
  expect(traffic(64, 64)).toBeGreaterThan(traffic(64, 32));
});

test('the network for onnxruntime has its weights in it', () => {
  const bytes = onnxNetwork([2, 8, 1]);
  expect(bytes.length).toBeGreaterThan(4 * (2 * 8 + 8 + 8 + 1));
  for (const name of ['Gemm', 'Tanh', 'w1']) expect(bytes.includes(name), name).toBe(true);
});
