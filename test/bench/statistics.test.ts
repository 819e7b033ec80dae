/** The benchmark's arithmetic, on made-up numbers: nothing is timed here. */
import { describe, expect, test, vi } from 'vitest';
import { interleave, median, rates, scaled, summary, timed } from '../../bench/lib/statistics.mjs';
import { digits, percent, table } from '../../bench/lib/table.mjs';

describe('summary', () => {
  test('of times the least is best, of rates the most', () => {
    expect(summary([3, 1, 2])).toEqual({ best: 1, median: 2, spread: 1, noisy: true, samples: 3 });
    expect(summary([3, 1, 2], 'most')).toEqual({ best: 3, median: 2, spread: 0.5, noisy: true, samples: 3 });
  });

  test('a spread of a tenth is still quiet', () => {
    expect(summary([100, 109, 120]).noisy).toBe(false);
    expect(summary([100, 111, 120]).noisy).toBe(true);
  });

  test('nothing measured is an error, not NaN', () => {
    expect(() => summary([])).toThrow('nothing was measured');
  });

  test('the median of an even number lies between', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('in other units best stays best', () => {
    const times = summary([0.5, 0.25]);
    expect(scaled(times, 1000)).toMatchObject({ best: 250, median: 375 });
    expect(rates(times, 1)).toMatchObject({ best: 4, median: 1 / 0.375 });
  });
});

test('tasks take turns, and may yield several values a turn', async () => {
  const turns: string[] = [];
  const task = (name: string, value: number | number[]) => () => {
    turns.push(name);
    return value;
  };
  expect(await interleave({ a: task('a', 1), b: task('b', [2, 3]) }, 2)).toEqual({ a: [1, 1], b: [2, 3, 2, 3] });
  expect(turns).toEqual(['a', 'b', 'a', 'b']);
});

test('tables are flush, and what is unknown is a dash', () => {
  const rows = [
    ['one', digits(1234.5)],
    ['x', digits(Number.NaN)],
  ];
  expect(table(['', 'n'], rows).split('\n')).toEqual(['        n', '---  ----', 'one  1235', 'x       –']);
  expect([0.0123, 0.123, 1.234, 12.34].map(digits)).toEqual(['0.0123', '0.123', '1.23', '12.3']);
  expect([percent(0.876), percent(undefined)]).toEqual(['88 %', '–']);
});

test('a measured function gets as many turns as its time needs, and more once it is faster', () => {
  let now = 0;
  let cost = 1;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  const turns: number[] = [];
  const task = timed((count) => {
    turns.push(count);
    now += cost * count;
  }, 0.1);
  expect(task()).toBeCloseTo(1e-3);
  const before = turns.at(-1) as number;
  expect(before).toBeGreaterThanOrEqual(50);
  cost = 0.1;
  expect(task()).toBeCloseTo(1e-4);
  expect(turns.at(-1)).toBeGreaterThan(5 * before);
  clock.mockRestore();
});
