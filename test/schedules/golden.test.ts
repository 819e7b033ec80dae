/** What PyTorch, optax and Keras compute for the first 51 steps. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schedules } from '#src/index.js';

interface Case {
  name: string;
  schedule: schedules.LibrarySchedule;
  source: string;
  options: Record<string, unknown>;
  values: number[];
  momentum?: number[];
  losses?: number[];
}

const { cases, steps } = JSON.parse(readFileSync(new URL('../golden/schedules.json', import.meta.url), 'utf8')) as {
  cases: Case[];
  steps: number;
};

/** 1e-12 of the largest value of the case: where one falls to 0 the libraries leave the rounding errors of what came before. */
function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual).toHaveLength(wanted.length);
  const tolerance = 1e-12 * Math.max(...wanted);
  wanted.forEach((value, t) => {
    if (!(Math.abs(actual[t] - value) <= tolerance)) expect.fail(`step ${t}: ${actual[t]}, expected ${value}`);
  });
}

const all = <T>(value: (t: number) => T): T[] => Array.from({ length: steps }, (_, t) => value(t));

/** The rates: `values[t + 1]` follows `losses[t]`. */
function reported(schedule: schedules.PlateauSchedule, losses: readonly number[]): number[] {
  return all((t) => {
    const value = schedule(t);
    schedule.report(losses[t]);
    return value;
  });
}

describe('schedules compute what the libraries compute', () => {
  it('in all cases', () => {
    expect(cases).toHaveLength(40);
    expect(steps).toBe(51);
  });

  for (const c of cases) {
    it(`${c.name} (${c.source})`, () => {
      const schedule = schedules.named(c.schedule, c.options);
      const values = c.losses ? reported(schedule as schedules.PlateauSchedule, c.losses) : all(schedule);
      expectClose(values, c.values);
      if (c.momentum) expectClose(all((schedule as schedules.CycleSchedule).momentum), c.momentum);
    });
  }

  it('every library schedule has a case', () => {
    const message = (() => {
      try {
        return String(schedules.named('?' as never, {}));
      } catch (error) {
        return (error as Error).message;
      }
    })();
    const names = message.slice(message.indexOf('Known: ') + 7, -1).split(', ');
    expect(names.sort()).toEqual([...new Set(cases.map(({ schedule }) => schedule))].sort());
  });
});
