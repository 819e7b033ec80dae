// @ts-check
// Charts as data, and as SVG: drawn in Node, so that the page needs no script and no network.
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { digits } from '../lib/table.mjs';

/**
 * @typedef {{ name: string, value: number, noisy?: boolean, own?: boolean }} Bar
 * @typedef {{ kind: 'bars', title: string, unit: string, log?: boolean, limit?: { value: number, label: string }, data: Bar[] }} Bars
 * @typedef {{ kind: 'lines', title: string, x: string, y: string, data: { series: string, x: number, y: number, bound?: boolean }[] }} Lines
 * @typedef {{ kind: 'roofline', title: string, roofs: { name: string, peak: number, bandwidth: number }[], points: { name: string, x: number, y: number }[] }} Roofline
 * @typedef {Bars | Lines | Roofline} Chart
 */

const { document } = parseHTML('<html><body></body></html>');

/** Okabe and Ito's, which the colour-blind tell apart; readable on white and on black. */
export const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a8f98', '#a6761d'];
const OTHERS = '#8a8f98';

const style = {
  fontSize: '12px',
  fontFamily: 'inherit',
  background: 'none',
  color: 'currentColor',
  overflow: 'visible',
};

const ticks = (/** @type {number} */ value) =>
  Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);

const binary = (/** @type {number} */ value) =>
  value >= 2 ** 20 ? `${value / 2 ** 20} Mi` : value >= 2 ** 10 ? `${value / 2 ** 10} Ki` : `${value}`;

/** Each bar under its name: names stay whole however narrow the page. @param {Bars} chart @param {number} width */
function bars({ unit, log = false, limit, data }, width) {
  const rows = data.map((bar, i) => ({
    ...bar,
    i,
    label: `${bar.name}  ${digits(bar.value)}${bar.noisy ? ' ~' : ''}`,
  }));
  const least = Math.min(...data.map(({ value }) => value));
  const base = log ? 10 ** Math.floor(Math.log10(least) - 0.01) : 0;
  const largest = Math.max(...data.map(({ value }) => value), limit?.value ?? 0);
  return Plot.plot({
    document,
    width,
    height: 40 + 34 * rows.length + (limit ? 14 : 0),
    marginLeft: 2,
    marginRight: 14,
    marginTop: limit ? 18 : 4,
    marginBottom: 36,
    style,
    x: {
      type: log ? 'log' : 'linear',
      domain: [base, largest],
      label: unit,
      grid: true,
      ticks: width < 500 ? 4 : 8,
      tickFormat: ticks,
    },
    y: { axis: null, domain: rows.map(({ i }) => i), padding: 0 },
    marks: [
      Plot.barX(rows, {
        x1: base,
        x2: 'value',
        y: 'i',
        insetTop: 18,
        insetBottom: 5,
        fill: ({ own = true }) => (own ? colours[0] : OTHERS),
      }),
      Plot.text(rows, { x: base, y: 'i', text: 'label', textAnchor: 'start', dy: -7, dx: 1 }),
      ...(limit
        ? [
            Plot.ruleX([limit.value], { stroke: colours[1], strokeWidth: 2 }),
            Plot.text([limit], {
              x: 'value',
              frameAnchor: 'top',
              dy: -14,
              text: () => `${limit.label} ${digits(limit.value)}`,
              textAnchor: 'end',
              fill: colours[1],
            }),
          ]
        : []),
    ],
  });
}

/** @param {readonly { series: string }[]} data */
const seriesOf = (data) => [...new Set(data.map(({ series }) => series))];

/** @param {Lines} chart @param {number} width */
function lines({ x, y, data }, width) {
  const domain = seriesOf(data);
  const drawn = (/** @type {boolean} */ bound) => data.filter((point) => (point.bound ?? false) === bound);
  return Plot.plot({
    document,
    width,
    height: Math.min(420, width * 0.9),
    marginLeft: 44,
    marginBottom: 40,
    style,
    x: {
      type: 'log',
      base: 2,
      label: x,
      ticks: width < 500 ? 4 : 8,
      tickFormat: x === 'bytes' ? binary : String,
      grid: true,
    },
    y: { type: 'log', label: y, ticks: 5, tickFormat: ticks, grid: true },
    color: { domain, range: domain.map((_, i) => colours[i % colours.length]) },
    marks: [
      Plot.line(drawn(true), { x: 'x', y: 'y', z: 'series', stroke: 'series', strokeDasharray: '5 4' }),
      Plot.line(drawn(false), { x: 'x', y: 'y', z: 'series', stroke: 'series', strokeWidth: 2, marker: 'dot' }),
    ],
  });
}

/** @param {Roofline} chart @param {number} width */
function roofline({ roofs, points }, width) {
  const [left, right] = [0.125, Math.max(64, ...points.map((point) => point.x)) * 2];
  const corners = roofs.flatMap(({ name, peak, bandwidth }) => [
    { name, x: left, y: Math.min(peak, bandwidth * left) },
    { name, x: Math.min(right, Math.max(left, peak / bandwidth)), y: Math.min(peak, bandwidth * right) },
    { name, x: right, y: Math.min(peak, bandwidth * right) },
  ]);
  const domain = roofs.map(({ name }) => name);
  return Plot.plot({
    document,
    width,
    height: Math.min(440, width * 0.9),
    marginLeft: 44,
    marginBottom: 40,
    style,
    x: {
      type: 'log',
      base: 2,
      domain: [left, right],
      label: 'operations a byte',
      ticks: width < 500 ? 5 : 10,
      tickFormat: ticks,
      grid: true,
    },
    y: { type: 'log', label: 'GFLOP/s', ticks: 5, tickFormat: ticks, grid: true },
    color: { domain, range: domain.map((_, i) => colours[(i + 1) % colours.length]) },
    marks: [
      Plot.line(corners, { x: 'x', y: 'y', z: 'name', stroke: 'name', strokeWidth: 1.5 }),
      Plot.dot(points, { x: 'x', y: 'y', r: 3.5, fill: colours[0], title: 'name' }),
    ],
  });
}

/** What the colours say, where they say something. @param {Chart} chart @returns {{ name: string, colour: string, dashed?: boolean }[]} */
export function legend(chart) {
  if (chart.kind === 'lines') {
    return seriesOf(chart.data).map((name, i) => ({
      name,
      colour: colours[i % colours.length],
      dashed: chart.data.some((point) => point.series === name && point.bound),
    }));
  }
  if (chart.kind !== 'roofline') return [];
  return [
    ...chart.roofs.map(({ name }, i) => ({ name, colour: colours[(i + 1) % colours.length] })),
    { name: 'a product', colour: colours[0] },
  ];
}

/** @param {Chart} chart @param {number} width in pixels @returns {string} an <svg> element */
export function draw(chart, width) {
  const made =
    chart.kind === 'bars' ? bars(chart, width) : chart.kind === 'lines' ? lines(chart, width) : roofline(chart, width);
  made.setAttribute('role', 'img');
  made.setAttribute('aria-label', chart.title);
  return made.outerHTML;
}
