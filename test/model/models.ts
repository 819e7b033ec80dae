/** Small models and data that the tests of the model share. */
import { backend, type Callback, type CompileOptions, layers, losses, type Model, sequential } from '#src/index.js';

export type Name = 'native' | 'reference';

/** Both executors where both can run. */
export const backends: readonly Name[] = backend().name === 'native' ? ['native', 'reference'] : ['reference'];

/** Numbers that look random and are the same everywhere: multiples of 1/512 in [−1, 1). */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 22) / 512 - 1;
  });
}

/** Rows with class labels that can be learned from them. */
export function classes(rows: number, inputs = 5, outputs = 3): { x: Float32Array; y: Int32Array } {
  const x = numbers(rows * inputs, 7);
  const y = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let c = 1; c < outputs; c++) if (x[i * inputs + c] > x[i * inputs + best]) best = c;
    y[i] = best;
  }
  return { x, y };
}

/** 5-7-3 with softmax: odd widths, so that padding is everywhere. */
export function classifier(options: Partial<CompileOptions> = {}, seed = 3): Model {
  const model = sequential(
    [
      layers.dense({ units: 7, activation: 'tanh', inputShape: [5] }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    { seed },
  );
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'], ...options });
  return model;
}

/** 2-8-1 for exclusive or. */
export function xorModel(options: Partial<CompileOptions> = {}, seed = 0): Model {
  const model = sequential(
    [
      layers.dense({ units: 8, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
    { seed },
  );
  model.compile({ optimizer: 'adam', loss: losses.binaryCrossentropy(), metrics: ['accuracy'], ...options });
  return model;
}

export const xor = {
  x: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  y: [[0], [1], [1], [0]],
};

/** What an awaited call rejects with, or a call throws. */
export async function errorOf(act: () => unknown): Promise<Error & { code?: string }> {
  try {
    await act();
  } catch (error) {
    return error as Error & { code?: string };
  }
  throw new Error('expected an error, there was none');
}

/** Repeats with longer and longer times until `act` says that they were long enough: machines may be busy. */
export async function patiently(act: (milliseconds: number) => Promise<boolean>): Promise<void> {
  for (const milliseconds of [50, 250, 1000, 5000]) if (await act(milliseconds)) return;
  throw new Error('nothing happened in five seconds');
}

/** Writes down which hooks were called, in order. */
export function recorder(names: readonly (keyof Callback)[]): {
  callback: Callback;
  calls: string[];
  logs: Record<string, number>[];
} {
  const calls: string[] = [];
  const logs: Record<string, number>[] = [];
  const callback: Record<string, (...args: unknown[]) => void> = {};
  for (const name of names) {
    callback[name] = (...args) => {
      calls.push([name, ...args.filter((arg) => typeof arg === 'number')].join(' '));
      logs.push(args.at(-1) as Record<string, number>);
    };
  }
  return { callback: callback as Callback, calls, logs };
}
