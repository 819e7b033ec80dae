import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adam, type Optimizer, sgd, yogi } from '#src/optimizers/index.js';
import { backends } from './backends.ts';

interface Case {
  name: string;
  convention: string;
  options: Record<string, number | boolean>;
  params: { shape: number[]; values: number[] }[];
  grads: (number[] | null)[][];
  trajectory: number[][][];
  state: Record<string, number | number[]>[];
  statePeak: Record<string, number[]>[];
  tolerance: { trajectory: number; state: number };
  learningRates?: number[];
  defaults: boolean;
}

/** Which recorded cases an optimizer can express, and how. */
const table: { file: string; create: (options: object) => Optimizer; conventions: string[]; expected: number }[] = [
  { file: 'sgd', create: sgd, conventions: ['torch'], expected: 8 },
  { file: 'adam', create: adam, conventions: ['torch'], expected: 6 },
  { file: 'amsgrad', create: adam, conventions: ['torch'], expected: 3 },
  { file: 'yogi', create: yogi, conventions: ['paper', 'kozistr', 'optax'], expected: 8 },
];

/** Our options for a case, or null where it asks for more than there is. */
function optionsOf({ convention, options }: Case): Record<string, number | boolean> | null {
  const { maximize, decoupledWeightDecay, ...ours } = options;
  if (maximize === true || (decoupledWeightDecay === true && options.weightDecay !== 0)) return null;
  // These libraries begin both moments with one value, and correct both.
  if (convention === 'kozistr' || convention === 'optax') {
    return { ...ours, initialMomentValue: ours.initialAccumulatorValue, biasCorrection: true };
  }
  return ours;
}

for (const { file, create, conventions, expected } of table) {
  const { cases } = JSON.parse(readFileSync(new URL(`../golden/optimizers/${file}.json`, import.meta.url), 'utf8')) as {
    cases: Case[];
  };
  const usable = cases.filter((c) => conventions.includes(c.convention) && optionsOf(c) !== null);

  describe(file, () => {
    it('has the cases it should', () => {
      expect(usable.length).toBe(expected);
    });

    it('has the defaults of its source', () => {
      const own = cases.find((c) => c.defaults && c.convention === conventions[0]) as Case;
      const options = file === 'amsgrad' ? { amsgrad: true } : {};
      expect(create(options).options).toEqual(optionsOf(own));
    });

    for (const backend of backends()) {
      for (const c of usable) {
        it(`${c.name} (${c.convention}) on ${backend.label}`, () => {
          follow(c, create(optionsOf(c) as object), backend.choice);
        });
      }
    }
  });
}

function follow(c: Case, optimizer: Optimizer, backend: never): void {
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
      const value = dict[`p${p}.${name}`];
      if (typeof wanted === 'number') {
        expect(value, name).toBe(wanted);
        continue;
      }
      expect(value, name).toBeInstanceOf(Float32Array);
      (value as Float32Array).forEach((x, i) => {
        const limit = c.tolerance.state * c.statePeak[p][name][i];
        if (!(Math.abs(x - wanted[i]) <= limit)) expect.fail(`${name} ${p}[${i}]: ${x}, expected ${wanted[i]}`);
      });
    }
    const ours = Object.keys(dict).filter((name) => name.startsWith(`p${p}.`) && !name.endsWith('.step'));
    expect(ours.sort()).toEqual(
      Object.keys(states)
        .filter((name) => name !== 'step')
        .map((name) => `p${p}.${name}`)
        .sort(),
    );
  });
}
