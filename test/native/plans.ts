/** Small plans by hand, so that what is tested is the addon and not the lowering. */
import { createHash } from 'node:crypto';
import type { Addon, Numbers, PlanHandle } from '#src/kernels/addon.js';
import { loadAddon } from '#src/kernels/native.js';
import { type OpName, ops, PANEL, pad } from '#src/plan/ops.js';
import { EPOCH, FIRST, ROWS, SOURCE_ROWS, type Space, spaces } from '#src/plan/plan.js';

export const addon = loadAddon().addon as Addon;
/** Without a compiler there is no addon, and nothing to test. */
export const built = loadAddon().addon !== null;

export const opNumber = (name: OpName): number => ops.findIndex((op) => op.name === name);

export type Line = readonly [
  op: OpName,
  operands: readonly (readonly [Space, number] | null)[],
  dims: readonly number[],
];

export const words = (lines: readonly Line[]): Float64Array =>
  Float64Array.from(
    lines.flatMap(([op, operands, dims]) => [
      opNumber(op),
      ...operands.flatMap((operand) => (operand ? [spaces.indexOf(operand[0]), operand[1]] : [-1, 0])),
      ...dims,
    ]),
  );

export const shared = {
  f32: (n: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * n)),
  f64: (n: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * n)),
  i32: (n: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * n)),
};

/** A small deterministic source of numbers in [-1, 1). */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

/** Whole numbers below what is asked for. */
export function picker(seed: number): (count: number) => number {
  const random = numbersFrom(seed);
  return (count) => Math.floor(((random() + 1) / 2) * count);
}

/** A training of inputs → hidden (tanh) → outputs with Adam and the mean squared error, and all it needs. */
export interface Training {
  readonly train: readonly Line[];
  readonly shuffle: readonly Line[];
  readonly evaluate: readonly Line[];
  /** Where parameters stand in `params`: all but padding. */
  readonly real: readonly number[];
  arrays(): (Numbers | null)[];
  numbers(changes?: Partial<Numbered>): Float64Array;
}

export interface Numbered {
  rows: number;
  batchSize: number;
  evaluationRows: number;
  evaluationBatchSize: number;
  firstEpoch: number;
  firstBatch: number;
  endEpoch: number;
  maxSteps: number;
  stride: number;
}

/** Positions in `arrays`. */
export const slots = {
  params: 0, state: 1, scratch: 2, totals: 3, output: 4, x: 5, y: 6, rows: 7, scalars: 8, evaluationX: 9, evaluationY: 10, history: 11, control: 12, command: 13,
} as const; // biome-ignore format: one line reads best

/** The places of a panelled matrix of k × n. */
function* panelled(k: number, n: number): Generator<number> {
  for (let p = 0; p < k; p++) {
    for (let j = 0; j < n; j++) {
      const start = j - (j % PANEL);
      yield start * k + p * Math.min(PANEL, pad(n) - start) + (j - start);
    }
  }
}

export function training(
  inputs: number,
  hidden: number,
  outputs: number,
  rows: number,
  batchSize: number,
  epochs = 1,
): Training {
  const [ldx, ldh, ldo] = [pad(inputs), pad(hidden), pad(outputs)];
  let size = 0;
  const place = (n: number): number => {
    size += pad(n);
    return size - pad(n);
  };
  const [w1, b1, w2, b2] = [place(inputs * ldh), place(ldh), place(hidden * ldo), place(ldo)];
  const parameters = size; // gradients lie in scratch as the parameters do
  const [x, h, z, dz, dh, loss] = [
    place(batchSize * ldx),
    place(batchSize * ldh),
    place(batchSize * ldo),
    place(batchSize * ldo),
    place(batchSize * ldh),
    place(batchSize),
  ];
  const at = (space: Space, offset: number) => [space, offset] as const;
  const perRow = [ROWS, SOURCE_ROWS, outputs, FIRST, ldo];
  const forward = (order: readonly [Space, number] | null): Line[] => [
    ['gatherFloats', [at('x', 0), order, at('scratch', x)], [ROWS, SOURCE_ROWS, inputs, FIRST, ldx]],
    [
      'dense',
      [at('scratch', x), at('params', w1), at('params', b1), at('scratch', h)],
      [ROWS, inputs, hidden, ldx, ldh, 3],
    ],
    [
      'dense',
      [at('scratch', h), at('params', w2), at('params', b2), at('scratch', z)],
      [ROWS, hidden, outputs, ldh, ldo, 0],
    ],
  ];
  const order = at('rows', 0);
  const train: Line[] = [
    ...forward(order),
    ['meanSquaredError', [at('scratch', z), at('y', 0), order, at('scratch', loss), at('scratch', dz)], perRow],
    ['addToTotal', [at('scratch', loss), at('totals', 0)], [ROWS]],
    ['absoluteError', [at('scratch', z), at('y', 0), order, at('scratch', loss)], perRow],
    ['addToTotal', [at('scratch', loss), at('totals', 1)], [ROWS]],
    [
      'denseInputGradient',
      [at('scratch', dz), at('params', w2), at('scratch', h), at('scratch', dh)],
      [ROWS, hidden, outputs, ldo, ldh, 3],
    ],
    [
      'denseKernelGradient',
      [at('scratch', h), at('scratch', dz), at('scratch', w2)],
      [ROWS, hidden, outputs, ldh, ldo],
    ],
    ['columnSums', [at('scratch', dz), at('scratch', b2)], [ROWS, outputs, ldo]],
    ['denseKernelGradient', [at('scratch', x), at('scratch', dh), at('scratch', w1)], [ROWS, inputs, hidden, ldx, ldh]],
    ['columnSums', [at('scratch', dh), at('scratch', b1)], [ROWS, hidden, ldh]],
    [
      'adam',
      [at('params', 0), at('scratch', 0), at('state', 0), at('state', parameters), at('scalars', 0)],
      [parameters],
    ],
  ];
  const evaluate: Line[] = [
    ...forward(null),
    ['meanSquaredError', [at('scratch', z), at('y', 0), null, at('scratch', loss), null], perRow],
    ['addToTotal', [at('scratch', loss), at('totals', 2)], [ROWS]],
  ];
  const steps = epochs * Math.ceil(rows / batchSize);
  const kernels = [
    ...Array.from(panelled(inputs, hidden), (i) => w1 + i),
    ...Array.from(panelled(hidden, outputs), (i) => w2 + i),
  ];
  const biases = [
    ...Array.from({ length: hidden }, (_, j) => b1 + j),
    ...Array.from({ length: outputs }, (_, j) => b2 + j),
  ];
  return {
    train,
    real: [...kernels, ...biases],
    evaluate,
    shuffle: [['shuffle', [order], [rows, 7, 0, EPOCH]]],
    arrays() {
      const random = numbersFrom(1);
      const filled = (array: Float32Array): Float32Array => array.map(random);
      const fill = (n: number): Float32Array => {
        const array = shared.f32(n);
        array.set(filled(array));
        return array;
      };
      const params = shared.f32(parameters);
      for (const i of kernels) params[i] = random() / 4;
      const scalars = shared.f32(8 * steps);
      for (let s = 0; s < steps; s++) {
        scalars.set(
          [0.9, 0.1, 0.999, 0.001, 0.01 / (1 - 0.9 ** (s + 1)), 1 / Math.sqrt(1 - 0.999 ** (s + 1)), 1e-8, 0],
          8 * s,
        );
      }
      const order_ = shared.i32(rows);
      for (let i = 0; i < rows; i++) order_[i] = i;
      const [dataX, dataY] = [fill(rows * inputs), fill(rows * outputs)];
      return [
        params, shared.f32(2 * parameters), shared.f32(size), shared.f64(3), null, dataX, dataY, order_, scalars, dataX, dataY, shared.f64(3 * epochs), shared.i32(16),
      ]; // biome-ignore format: the order of addon.ts
    },
    numbers(changes = {}) {
      const all = {
        rows,
        batchSize,
        evaluationRows: rows,
        evaluationBatchSize: batchSize,
        firstEpoch: 0,
        firstBatch: 0,
        endEpoch: epochs,
        maxSteps: Infinity,
        stride: 8,
        ...changes,
      };
      return Float64Array.of(
        all.rows,
        all.batchSize,
        all.evaluationRows,
        all.evaluationBatchSize,
        all.firstEpoch,
        all.firstBatch,
        all.endEpoch,
        all.maxSteps,
        all.stride,
      );
    },
  };
}

export interface Handles {
  train: PlanHandle;
  shuffle: PlanHandle;
  evaluate: PlanHandle;
}

export function handles(plan: Training, threads = 1, isa = addon.info().isas[0]): Handles {
  const make = (lines: readonly Line[]) => addon.createPlan(isa, threads, words(lines));
  return { train: make(plan.train), shuffle: make(plan.shuffle), evaluate: make(plan.evaluate) };
}

/** The numbers of a run where `prepare` takes them. */
export function command(numbers: Float64Array): Float64Array {
  const words = shared.f64(numbers.length);
  words.set(numbers);
  return words;
}

/** Prepares and runs, all in one. */
export const run = (
  plan: PlanHandle,
  shuffle: PlanHandle | null,
  evaluation: PlanHandle | null,
  arrays: (Numbers | null)[],
  numbers: Float64Array,
): number => addon.prepare(plan, shuffle, evaluation, [...arrays, command(numbers)])();

export const started = (plan: Handles, arrays: (Numbers | null)[], numbers: Float64Array): Promise<number> =>
  new Promise((resolve, reject) => {
    const call = addon.prepare(plan.train, plan.shuffle, plan.evaluate, [...arrays, command(numbers)]);
    call((error, status) => (error ? reject(error) : resolve(status)));
  });

/** A digest of all that a training leaves behind, without padding, which is unspecified. NaN does not occur in it. */
export function bits({ real }: Training, arrays: (Numbers | null)[]): string {
  const hash = createHash('sha256');
  const [params, state] = [arrays[slots.params] as Float32Array, arrays[slots.state] as Float32Array];
  for (let from = 0; from < state.length; from += params.length) {
    hash.update(Float32Array.from(real, (i) => state[from + i]));
  }
  hash.update(Float32Array.from(real, (i) => params[i]));
  for (const slot of [slots.totals, slots.history]) hash.update(Float64Array.from(arrays[slot] as Float64Array));
  return hash.digest('hex');
}
