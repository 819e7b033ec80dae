/**
 * Every optimizer against what other libraries have computed, in float64: parameters and states within each case's own tolerance. Every
 * recorded case of an optimizer that exists is either followed or named, with the reason, among the exceptions.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { optimizers } from '#src/index.js';
import type { Optimizer } from '#src/optimizers/index.js';
import { backends } from './backends.ts';

interface Case {
  name: string;
  convention: string;
  options: Record<string, number | boolean | null>;
  params: { shape: number[]; values: number[] }[];
  grads: (number[] | null)[][];
  trajectory: number[][][];
  state: Record<string, number | number[]>[];
  statePeak: Record<string, number[]>[];
  tolerance: { trajectory: number; state: number };
  learningRates?: number[];
  defaults: boolean;
}
type Options = Record<string, unknown>;

const folder = new URL('../golden/optimizers/', import.meta.url);
const create = optimizers as unknown as Record<string, (options: Options) => Optimizer>;

/** Files that are named otherwise than their factory. */
const factories: Readonly<Record<string, string>> = { amsgrad: 'adam' };

/** How the options of a library that is neither the default nor Keras are said here; what stays the same is left out. */
const translations: Readonly<Record<string, (options: Options) => Options>> = {
  // Both moments begin with one value, and both are corrected.
  'yogi kozistr': both,
  'yogi optax': both,
  'amsgrad optax': ({ epsilonRoot: _, biasCorrectionMu, biasCorrectionNu: __, ...rest }) => ({
    ...rest,
    amsgrad: true,
    biasCorrection: biasCorrectionMu,
  }),
  'adamw optax': ({ epsilonRoot: _, ...rest }) => rest,
  'nadam optax': ({ epsilonRoot: _, ...rest }) => ({ ...rest, momentumDecay: Number.POSITIVE_INFINITY }),
  'radam optax': ({ epsilonRoot: _, threshold: __, ...rest }) => ({ ...rest, correctedEpsilon: true }),
  // The root's ε and the buffer's rate are those of Keras.
  'rmsprop optax': ({ epsilonInsideSqrt: _, biasCorrection: __, ...rest }) => ({ ...rest, convention: 'keras' }),
};

function both(options: Options): Options {
  return { ...options, initialMomentValue: options.initialAccumulatorValue, biasCorrection: true };
}

/** Cases that no options express: file, convention and name, and why. */
const exceptions: Readonly<Record<string, string>> = {
  'adam optax epsilonRoot': 'a second ε, under the root and after the correction, is nothing that anybody else has',
  'amsgrad optax fast beta2': 'the maximum of the corrected second moment needs the correction before the state',
  'rmsprop optax bias correction': 'a mean of squares that is corrected is what Adam without momentum has',
};

/** States of other libraries whose sign is the other one. */
const turned: Readonly<Record<string, string>> = { 'rmsprop optax': 'momentumBuffer' };

/** Numbers that follow from the step, and so are no state here. */
const derived = new Set(['muProduct']);

/** Our options for a case. */
function optionsOf(file: string, convention: string, { options, ...c }: Case): Options {
  const ours: Options = { ...options };
  if (c.convention === convention) return ours;
  if (c.convention === 'keras') return { ...ours, convention: 'keras' };
  const translate = translations[`${file} ${c.convention}`];
  if (!translate) throw new Error(`how does ${file} say what ${c.convention} does?`);
  return translate(ours);
}

/** Those that golden-second.test.ts follows. */
const second = new Set(['adabelief', 'adan', 'ademamix', 'adopt', 'asgd', 'ftrl', 'lion', 'scheduleFreeAdamW']);

for (const name of readdirSync(folder)) {
  const file = name.replace(/\.json$/, '');
  const make = create[factories[file] ?? file];
  if (!make || second.has(file)) continue;
  const { cases } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { cases: Case[] };
  const convention = cases[0].convention;
  const labelled = cases.map((c) => ({
    c,
    label: `${file} ${c.name.startsWith(c.convention) ? c.name : `${c.convention} ${c.name}`}`,
  }));

  describe(file, () => {
    it.each(labelled.filter(({ c }) => c.defaults && (c.convention === convention || c.convention === 'keras')))(
      'has the defaults of $label',
      ({ c }) => {
        const { maximize: _, ...wanted } = c.options;
        const own = {
          ...(c.convention === 'keras' && { convention: 'keras' }),
          ...(file === 'amsgrad' && { amsgrad: true }),
        };
        expect(make(own).options).toMatchObject(wanted);
      },
    );

    for (const { c, label } of labelled) {
      if (label in exceptions) continue;
      it(label, () => {
        const optimizer = make(optionsOf(file, convention, c));
        for (const { choice } of backends()) follow(c, optimizer, choice, turned[`${file} ${c.convention}`]);
      });
    }
  });
}

it('names no exception that is not there', () => {
  const names = readdirSync(folder).flatMap((file) =>
    (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { cases: Case[] }).cases.map(
      (c) => `${file.replace(/\.json$/, '')} ${c.name}`,
    ),
  );
  for (const exception of Object.keys(exceptions)) expect(names).toContain(exception);
});

function follow(c: Case, optimizer: Optimizer, backend: never, negated?: string): void {
  const parameters = c.params.map(({ values }) => Float32Array.from(values));
  const peaks = c.params.map(({ values }) => values.map(Math.abs));
  const named = Object.fromEntries(c.params.map(({ shape }, p) => [`p${p}`, { data: parameters[p], shape }]));
  const bound = optimizer.bind(named, { backend });
  c.grads.forEach((gradients, step) => {
    if (c.learningRates) bound.learningRate = c.learningRates[step];
    const given = gradients.map((g, p) => [`p${p}`, g === null ? undefined : Float32Array.from(g)] as const);
    bound.step(Object.fromEntries(given));
    parameters.forEach((values, p) => {
      values.forEach((value, i) => {
        const wanted = c.trajectory[step][p][i];
        peaks[p][i] = Math.max(peaks[p][i], Math.abs(wanted));
        const error = Math.abs(value - wanted);
        const limit = c.tolerance.trajectory * peaks[p][i];
        if (!(error <= limit)) expect.fail(`step ${step}, parameter ${p}[${i}]: ${value}, expected ${wanted}`);
      });
    });
  });
  const dict = bound.stateDict();
  c.state.forEach((states, p) => {
    for (const [name, wanted] of Object.entries(states)) {
      if (derived.has(name)) continue;
      const value = dict[`p${p}.${name}`];
      if (typeof wanted === 'number') {
        expect(value, name).toBe(wanted);
        continue;
      }
      expect(value, name).toBeInstanceOf(Float32Array);
      (value as Float32Array).forEach((x, i) => {
        const limit = c.tolerance.state * c.statePeak[p][name][i];
        const meant = name === negated ? -wanted[i] : wanted[i];
        if (!(Math.abs(x - meant) <= limit)) expect.fail(`${name} ${p}[${i}]: ${x}, expected ${meant}`);
      });
    }
    const ours = Object.keys(dict).filter((name) => name.startsWith(`p${p}.`) && !name.endsWith('.step'));
    expect(ours.sort()).toEqual(
      Object.keys(states)
        .filter((name) => name !== 'step' && !derived.has(name))
        .map((name) => `p${p}.${name}`)
        .sort(),
    );
  });
}
