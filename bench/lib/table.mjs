// @ts-check

/**
 * Columns of text, the first flush left, the others flush right.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (/** @type {readonly string[]} */ cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Three significant digits, without an exponent. @param {number | undefined} value */
export function digits(value) {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1) return value.toFixed(2);
  return size >= 0.1 ? value.toFixed(3) : value.toFixed(4);
}

/** @param {number | undefined} share */
export const percent = (share) =>
  share === undefined || !Number.isFinite(share) ? '–' : `${(100 * share).toFixed(0)} %`;

/** A mark for what the machine disturbed. @param {{ noisy?: boolean }} record */
export const mark = (record) => (record.noisy ? 'noisy' : '');
