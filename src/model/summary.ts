/** A model as a table, as Keras prints it. */
import { countOf } from '../layout.ts';
import type { Network } from '../plan/network.ts';

const number = (n: number): string => n.toLocaleString('en-US');

function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = n;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(2)} ${units[unit]}`;
}

export function summarize(name: string, { layers, parameters }: Network): string {
  const head = ['Layer (type)', 'Output Shape', 'Param #'];
  const rows = layers.map(({ name: layer, layer: { className }, outputs, parameters: own }) => [
    `${layer} (${className})`,
    `(null, ${outputs})`,
    number(own.reduce((sum, { shape }) => sum + countOf(shape), 0)),
  ]);
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column].length)));
  const line = (left: string, fill: string, middle: string, right: string): string =>
    left + widths.map((width) => fill.repeat(width + 2)).join(middle) + right;
  const cells = (row: readonly string[], edge: string): string =>
    `${edge} ${row.map((cell, i) => (i === 2 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(` ${edge} `)} ${edge}`;
  const total = parameters.reduce((sum, { shape }) => sum + countOf(shape), 0);
  return [
    `Model: "${name}"`,
    line('┏', '━', '┳', '┓'),
    cells(head, '┃'),
    line('┡', '━', '╇', '┩'),
    rows.map((row) => cells(row, '│')).join(`\n${line('├', '─', '┼', '┤')}\n`),
    line('└', '─', '┴', '┘'),
    ` Total params: ${number(total)} (${bytes(4 * total)})`,
    ` Trainable params: ${number(total)} (${bytes(4 * total)})`,
    ' Non-trainable params: 0 (0.00 B)',
  ].join('\n');
}
