/**
 * Every optimizer against what other libraries, or formulas of none, have computed in float64: parameters and states within each case's
 * own tolerance, and defaults.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { OptimizerName } from '#src/optimizers/index.js';
import type { Optimizer } from '#src/optimizers/optimizer.js';
import * as optimizers from '#src/optimizers/optimizers.js';
import { type Case, casesOf, folders, follow, type Options } from '../support/golden.ts';
import { backends } from './backends.ts';

/** One file of cases, and how an optimizer says what they do. */
interface Row {
  file: string;
  /** How many cases it follows. */
  expected: number;
  /** The factory, where it is not named as the file is, and what it is told in every case. */
  factory?: OptimizerName;
  always?: Options;
  /** Cases that no options express. */
  left?: (c: Case) => boolean;
  /** How the options of a convention are said here; what stays the same is left out. */
  translate?: Readonly<Record<string, (options: Options) => Options>>;
  /** The state of a convention whose sign is the other one. */
  negated?: Readonly<Record<string, string>>;
  /** States that no case has. */
  unrecorded?: RegExp;
  /** States that are recorded once for all parameters. */
  besides?: readonly string[];
  /** How many steps are counted that the cases do not count. */
  ahead?: number;
}

const isOptax = (c: Case): boolean => c.convention === 'optax';
const hasSmallStates = (c: Case): boolean => 'stateDtype' in c.options;
/** Both moments begin with one value, and both are corrected. */
const bothMoments = (options: Options): Options => ({
  ...options,
  initialMomentValue: options.initialAccumulatorValue,
  biasCorrection: true,
});

const isKozistr = (c: Case): boolean => c.convention === 'kozistr';

const table: Row[] = [
  { file: 'adabelief', expected: 7 },
  { file: 'adadelta', expected: 7 },
  // optax and pytorch_optimizer add ε₁ to squares, without what Keras does besides.
  { file: 'adafactor', expected: 6, left: (c) => isOptax(c) || isKozistr(c) },
  { file: 'adagrad', expected: 8 },
  // A second ε, under the root and after the correction, is nothing that anybody else has.
  { file: 'adam', expected: 13, left: (c) => hasSmallStates(c) || c.name === 'optax epsilonRoot' },
  { file: 'adamax', expected: 6 },
  {
    file: 'adamw',
    expected: 10,
    left: hasSmallStates,
    // It always is.
    translate: { paper: ({ decoupledWeightDecay: _, ...rest }) => rest },
  },
  // optax weights the difference by another factor.
  { file: 'adan', expected: 7, left: isOptax },
  // optax counts the schedule of alpha from 0, and has none of beta3.
  { file: 'ademamix', expected: 7, left: (c) => 'tAlpha' in c.options },
  { file: 'adopt', expected: 6, translate: { kozistr: (options) => ({ ...options, clipDelay: 0 }) } },
  {
    file: 'amsgrad',
    expected: 8,
    // The maximum of the corrected second moment needs the correction before the state.
    left: (c) => c.name === 'optax fast beta2',
    translate: {
      optax: ({ biasCorrectionMu, biasCorrectionNu: _, ...rest }) => ({ ...rest, biasCorrection: biasCorrectionMu }),
    },
  },
  { file: 'asgd', expected: 4 },
  { file: 'dadaptAdam', expected: 6, besides: ['k', 'd', 'numeratorWeighted'] },
  { file: 'ftrl', expected: 5 },
  // pytorch_optimizer corrects the rate alone, and caps norms.
  { file: 'lamb', expected: 6, left: isKozistr },
  // pytorch_optimizer has the ratio of the paper, for matrices only.
  { file: 'lars', expected: 5, left: isKozistr },
  { file: 'lion', expected: 8, left: hasSmallStates },
  {
    file: 'muon',
    expected: 13,
    translate: {
      kozistr: ({ useAdjustedLr: _, ...rest }) => rest,
      optax: (options) => ({ ...options, convention: 'optax' }),
    },
  },
  {
    file: 'nadam',
    expected: 9,
    translate: { optax: (options) => ({ ...options, momentumDecay: Number.POSITIVE_INFINITY }) },
  },
  { file: 'novograd', expected: 7 },
  { file: 'prodigy', expected: 9, besides: ['p0', 'k', 'd', 'dMax', 'dHat', 'dNumerator', 'dDenom'] },
  {
    file: 'radam',
    expected: 7,
    translate: { optax: ({ threshold: _, ...rest }) => ({ ...rest, correctedEpsilon: true }) },
  },
  {
    file: 'rmsprop',
    expected: 12,
    // A mean of squares that is corrected is what Adam without momentum has.
    left: (c) => c.name === 'optax bias correction',
    // The root's ε and the buffer's rate are those of Keras.
    translate: {
      optax: ({ epsilonInsideSqrt: _, biasCorrection: __, ...rest }) => ({ ...rest, convention: 'keras' }),
    },
    negated: { optax: 'momentumBuffer' },
  },
  { file: 'rprop', expected: 6 },
  // optax steps z with the rate of the step before while it warms up.
  { file: 'scheduleFreeAdamW', expected: 8, left: (c) => isOptax(c) && c.options.warmupSteps !== 0 },
  { file: 'scheduleFreeSGD', expected: 6 },
  { file: 'sgd', expected: 15 },
  { file: 'shampoo', expected: 6 },
  { file: 'signum', expected: 7 },
  // The signs of a basis are free. The first step moves nothing.
  { file: 'soap', expected: 5, unrecorded: /^basis\d$/, ahead: 1 },
  { file: 'sm3', expected: 7 },
  { file: 'sophiaG', expected: 4 },
  { file: 'yogi', expected: 10, translate: { kozistr: bothMoments, optax: bothMoments } },
];

/** Our options for a case. Options of other libraries that are at a value at which they do nothing are left out. */
function optionsOf({ file, translate }: Row, c: Case): Options {
  const options = { ...c.options };
  if (isOptax(c) && options.epsilonRoot === 0 && file !== 'lamb') delete options.epsilonRoot;
  if (options.growthRate === 'Infinity') options.growthRate = Number.POSITIVE_INFINITY;
  if (c.convention === 'keras') options.convention = 'keras';
  return translate?.[c.convention]?.(options) ?? options;
}

/** Those around other optimizers, and those that ask for gradients, have tests of their own. */
const elsewhere = new Set(['asam', 'lbfgs', 'lookahead', 'sam']);

it('has a row for every file of an optimizer that is there', () => {
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => name.replace(/\.json$/, '')));
  const rows = new Set(table.map(({ file }) => file));
  expect(files.filter((file) => file in optimizers && !rows.has(file) && !elsewhere.has(file))).toEqual([]);
});

describe.each(table)('$file', (row) => {
  const { file, expected, factory = file, always, left, negated, unrecorded, besides, ahead } = row;
  const make = (options: Options): Optimizer =>
    (optimizers as unknown as Record<string, (options: Options) => Optimizer>)[factory]({ ...always, ...options });
  const cases = casesOf(file);
  const usable = cases.filter((c) => !left?.(c));
  const isSource = ({ convention }: Case): boolean => convention === cases[0].convention || convention === 'keras';

  it('has the cases it should', () => {
    expect(usable.length).toBe(expected);
    expect(cases[0].defaults).toBe(true);
  });

  it.each(cases.filter((c) => c.defaults && isSource(c)))('has the defaults of $convention', (c) => {
    const { maximize: _, ...defaults } = optionsOf(row, c);
    expect(make(c.convention === 'keras' ? { convention: 'keras' } : {}).options).toMatchObject(defaults);
  });

  // To go up along a gradient is to go down along its negative.
  const turned = usable.map((c) => ({
    ...c,
    name: `${c.name}, the other way`,
    options: { ...c.options, maximize: c.options.maximize !== true },
    grads: c.grads.map((gradients) => gradients.map((g) => (g === null ? null : g.map((x) => -x)))),
  }));

  for (const { label, choice } of backends()) {
    it.each([...usable, ...turned])(`$name ($convention) on ${label}`, (c) => {
      follow(c, make(optionsOf(row, c)), choice, { negated: negated?.[c.convention], unrecorded, besides, ahead });
    });
  }
});
