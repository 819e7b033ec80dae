/** Recorded cases of optimizers (test/golden/README.md), and the comparison of an optimizer with one of them. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { BoundOptimizer, Optimizer } from '#src/optimizers/optimizer.js';

export type Options = Record<string, number | boolean | string | null>;

/** A function of all parameters. */
export interface Problem {
  kind: 'separable' | 'rosenbrock';
  a: number[][];
  c: number[][];
  q: number[][];
}

export interface Case {
  name: string;
  convention: string;
  options: Options;
  params: { shape: number[]; values: number[] }[];
  grads: (number[] | null)[][];
  hessianGrads?: (number[][] | null)[];
  trajectory: number[][][];
  evalTrajectory?: number[][][];
  state: Record<string, number | number[]>[];
  statePeak: Record<string, number[]>[];
  /** Numbers that a group has once: those that are states are under each of its parameters. */
  groupState?: Record<string, number>;
  tolerance: { trajectory: number; state: number };
  /** In place of gradients. */
  problem?: Problem;
  losses?: number[];
  evaluations?: number[];
  learningRates?: number[];
  defaults: boolean;
}

/** Where cases stand. */
export const folders = ['optimizers', 'recorded'].map((name) => new URL(`../golden/${name}/`, import.meta.url));

/** All cases of that name, from wherever. */
export function casesOf(name: string): Case[] {
  return folders.flatMap((folder) => {
    const file = new URL(`${name}.json`, folder);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases : [];
  });
}

/** An element may differ by a part of the largest magnitude that it has had so far. */
export function comparing(c: Case, trajectory: number[][][], what: string) {
  const peaks = c.params.map(({ values }) => values.map(Math.abs));
  return (step: number, p: number, values: Float32Array): void => {
    values.forEach((value, i) => {
      const wanted = trajectory[step][p][i];
      peaks[p][i] = Math.max(peaks[p][i], Math.abs(wanted));
      const limit = c.tolerance.trajectory * peaks[p][i];
      if (!(Math.abs(value - wanted) <= limit))
        expect.fail(`${what}, step ${step}, parameter ${p}[${i}]: ${value}, expected ${wanted}`);
    });
  };
}

/** How what an optimizer keeps differs from what was recorded. */
export interface Differences {
  /** A state of the other sign. */
  readonly negated?: string | undefined;
  /** States that were not recorded. */
  readonly unrecorded?: RegExp | undefined;
  /** States that are recorded once for all parameters. */
  readonly besides?: readonly string[] | undefined;
  /** How many steps are counted that the recorded count leaves out. */
  readonly ahead?: number | undefined;
}

/** Takes the steps of a case; parameters, averages and states must be the recorded ones. */
export function follow(c: Case, optimizer: Optimizer, backend: never, differences: Differences = {}): void {
  const parameters = c.params.map(({ values }) => Float32Array.from(values));
  const named = Object.fromEntries(c.params.map(({ shape }, p) => [`p${p}`, { data: parameters[p], shape }]));
  const bound = optimizer.bind(named, { backend });
  const given = (gradients: (number[] | null)[]) =>
    Object.fromEntries(gradients.map((g, p) => [`p${p}`, g === null ? undefined : Float32Array.from(g)]));
  const compare = comparing(c, c.trajectory, 'trajectory');
  const compareAveraged = comparing(c, c.evalTrajectory ?? c.trajectory, 'averaged');
  c.grads.forEach((gradients, step) => {
    if (c.learningRates) bound.learningRate = c.learningRates[step];
    bound.step(given(gradients));
    const sampled = c.hessianGrads?.[step];
    if (sampled) bound.updateHessian(given(sampled));
    const averaged = bound.averaged();
    parameters.forEach((values, p) => {
      compare(step, p, values);
      if (c.evalTrajectory || !optimizer.parts[0].averaged) compareAveraged(step, p, averaged[`p${p}`]);
    });
  });
  compareStates(c, bound.stateDict(), differences);
}

/** Of what a library keeps for all parameters: what we have with each of them. */
const numbersOf = (group: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(group).filter(([name]) => ['weightSum', 'lrMax'].includes(name)));

/** A state that is one number. */
function expectNumber(value: unknown, wanted: number, tolerance: number, name: string): void {
  expect(value, name).toBeInstanceOf(Float32Array);
  const [own, ...rest] = value as Float32Array;
  expect(rest, name).toEqual([]);
  if (!(Math.abs(own - wanted) <= tolerance * Math.abs(wanted))) expect.fail(`${name}: ${own}, expected ${wanted}`);
}

export function compareStates(
  c: Case,
  dict: ReturnType<BoundOptimizer['stateDict']>,
  { negated, unrecorded, besides = [], ahead = 0 }: Differences = {},
): void {
  for (const [name, wanted] of Object.entries(c.groupState ?? {})) {
    const own = dict[`p0.${name}`];
    if (!besides.includes(name)) continue;
    if (typeof own === 'number') expect(own, name).toBe(wanted);
    else expectNumber(own, wanted, c.tolerance.state, name);
  }
  c.state.forEach((states, p) => {
    const own = Object.entries({ ...states, ...numbersOf(c.groupState ?? {}) });
    for (const [name, wanted] of own) {
      const values = dict[`p${p}.${name}`];
      if (typeof wanted === 'number' && typeof values === 'number') {
        // Numbers of a step are float64.
        const meant = name === 'step' ? wanted + ahead : wanted;
        const near = Number.isInteger(wanted) ? 0 : 1e-13 * Math.abs(meant);
        if (!(Math.abs(values - meant) <= near)) expect.fail(`${name} ${p}: ${values}, expected ${meant}`);
        continue;
      }
      if (typeof wanted === 'number') {
        expectNumber(values, wanted, c.tolerance.state, name);
        continue;
      }
      expect(values, name).toBeInstanceOf(Float32Array);
      (values as Float32Array).forEach((x, i) => {
        const limit = c.tolerance.state * c.statePeak[p][name][i];
        const meant = name === negated ? -wanted[i] : wanted[i];
        if (!(Math.abs(x - meant) <= limit)) expect.fail(`${name} ${p}[${i}]: ${x}, expected ${meant}`);
      });
    }
    const others = new Set(['step', ...besides].map((name) => `p${p}.${name}`));
    // Numbers are of a step, and not every library shows them.
    const ours = Object.keys(dict).filter(
      (name) =>
        name.startsWith(`p${p}.`) &&
        (typeof dict[name] !== 'number' || name.slice(3) in states) &&
        !others.has(name) &&
        !unrecorded?.test(name.replace(`p${p}.`, '')),
    );
    const theirs = Object.keys(states).flatMap((name) => (name === 'step' ? [] : [`p${p}.${name}`]));
    expect(ours.sort()).toEqual(theirs.sort());
  });
}
