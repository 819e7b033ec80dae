import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Optimizer } from '#src/optimizers/optimizer.js';
import * as optimizers from '#src/optimizers/optimizers.js';
import { backends } from './backends.ts';

type Options = Record<string, number | boolean | string | null>;
interface Case {
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
  tolerance: { trajectory: number; state: number };
  learningRates?: number[];
  defaults: boolean;
}

/** What no optimizer has as a state: scalars that follow from the step. */
const derived = new Set(['step', 'eta', 'mu']);

/**
 * Which recorded cases an optimizer can express, and how: `left` names cases that it cannot, `translate` says what to pass. Options
 * of another library that are at a value at which they do nothing are left out.
 */
interface Row {
  name: string;
  create: (options: object) => Optimizer;
  expected: number;
  left?: (c: Case) => boolean;
  translate?: (c: Case, options: Options) => Options;
}

const optaxOf = (c: Case): boolean => c.convention === 'optax';

const table: Row[] = [
  { name: 'adabelief', create: optimizers.adabelief, expected: 7 },
  // optax weights the difference by another factor.
  { name: 'adan', create: optimizers.adan, expected: 6, left: (c) => optaxOf(c) || c.options.maxGradNorm !== 0 },
  // optax counts the schedule of alpha from 0, and has none of beta3.
  { name: 'ademamix', create: optimizers.ademamix, expected: 7, left: (c) => 'tAlpha' in c.options },
  {
    name: 'adopt',
    create: optimizers.adopt,
    expected: 6,
    translate: (c, options) => (c.convention === 'kozistr' ? { ...options, clipDelay: 0 } : options),
  },
  { name: 'asgd', create: optimizers.asgd, expected: 4 },
  { name: 'ftrl', create: optimizers.ftrl, expected: 5 },
  { name: 'lion', create: optimizers.lion, expected: 8, left: (c) => 'stateDtype' in c.options },
  {
    name: 'scheduleFreeAdamW',
    create: optimizers.scheduleFreeAdamW,
    expected: 8,
    // optax steps z with the rate of the step before while it warms up.
    left: (c) => optaxOf(c) && c.options.warmupSteps !== 0,
  },
  { name: 'scheduleFreeSGD', create: optimizers.scheduleFreeSGD, expected: 6 },
  { name: 'signum', create: optimizers.signum, expected: 7 },
  { name: 'sophiaG', create: optimizers.sophiaG, expected: 4 },
];

function optionsOf({ translate }: Row, c: Case): Options {
  const { maxGradNorm: _, ...options } = c.options;
  if (optaxOf(c) && options.epsilonRoot === 0) delete options.epsilonRoot;
  if (c.convention === 'keras') options.convention = 'keras';
  return translate ? translate(c, options) : options;
}

/** Options that all optimizers have are told only where they are given. */
function defaultsOf(row: Row, c: Case): Options {
  const { maximize: _, ...defaults } = optionsOf(row, c);
  return defaults;
}

function casesOf(name: string): Case[] {
  return ['optimizers', 'recorded'].flatMap((folder) => {
    const file = new URL(`../golden/${folder}/${name}.json`, import.meta.url);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases : [];
  });
}

for (const row of table) {
  const cases = casesOf(row.name);
  const usable = cases.filter((c) => !row.left?.(c));

  describe(row.name, () => {
    it('has the cases it should', () => {
      expect(usable.length).toBe(row.expected);
    });

    it('has the defaults of its source', () => {
      const own = cases.find((c) => c.defaults) as Case;
      expect(row.create({}).options).toMatchObject(defaultsOf(row, own));
    });

    it.each(cases.filter((c) => c.defaults && c.convention === 'keras'))('has the defaults of Keras', (c) => {
      expect(row.create({ convention: 'keras' }).options).toMatchObject(defaultsOf(row, c));
    });

    for (const backend of backends()) {
      for (const c of usable) {
        it(`${c.name} (${c.convention}) on ${backend.label}`, () => {
          follow(c, row.create(optionsOf(row, c)), backend.choice);
        });
      }
    }
  });
}

/** An element may differ by a part of the largest magnitude it has had so far. */
function comparing(c: Case, trajectory: number[][][], what: string) {
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

function follow(c: Case, optimizer: Optimizer, backend: never): void {
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
  const dict = bound.stateDict();
  c.state.forEach((states, p) => {
    const names = Object.keys(states).filter((name) => !derived.has(name));
    if (typeof states.step === 'number') expect(dict[`p${p}.step`]).toBe(states.step);
    for (const name of names) {
      const wanted = states[name] as number[];
      (dict[`p${p}.${name}`] as Float32Array).forEach((x, i) => {
        const limit = c.tolerance.state * c.statePeak[p][name][i];
        if (!(Math.abs(x - wanted[i]) <= limit)) expect.fail(`${name} ${p}[${i}]: ${x}, expected ${wanted[i]}`);
      });
    }
    const ours = Object.keys(dict).filter((name) => name.startsWith(`p${p}.`) && !name.endsWith('.step'));
    if (names.length > 0 || ours.length === 0) expect(ours.sort()).toEqual(names.map((name) => `p${p}.${name}`).sort());
  });
}
