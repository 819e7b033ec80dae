/** Optimizers that look for their step, evaluating the loss where they like: what they remember, and how they ask. */

/** What there is at a point: the loss, and its gradient for all parameters, one behind the other. */
export interface Evaluated {
  readonly loss: number;
  readonly gradient: Float32Array;
}

/** What L-BFGS knows from one step to the next, under PyTorch's words. Vectors are never written to, so a copy is that of the references. */
export interface SearchMemory {
  /** The last direction, and how far it was followed. */
  d: Float32Array;
  t: number;
  /** Differences of gradients, and the steps between them, the oldest first. */
  oldDirs: readonly Float32Array[];
  oldStps: readonly Float32Array[];
  prevFlatGrad: Float32Array;
  prevLoss: number;
  nIter: number;
  funcEvals: number;
}

/** How a step ends: where, with which loss it began, and what is remembered. */
export interface Found {
  readonly x: Float32Array;
  readonly loss: number;
  readonly memory: SearchMemory;
}

export interface Search {
  readonly historySize: number;
  /** Yields where it wants the loss and its gradient, and takes them; nothing that it is given is changed. */
  step(memory: SearchMemory, x: Float32Array, learningRate: number): Generator<Float32Array, Found, Evaluated>;
}

export const emptyMemory = (size: number): SearchMemory => ({
  d: new Float32Array(size),
  t: 0,
  oldDirs: [],
  oldStps: [],
  prevFlatGrad: new Float32Array(size),
  prevLoss: 0,
  nIter: 0,
  funcEvals: 0,
});

/** Names of vectors that there is one of, of lists of vectors, and of numbers. */
export const vectorStates = ['d', 'prevFlatGrad'] as const;
export const listStates = ['oldDirs', 'oldStps'] as const;
export const numberStates = ['t', 'prevLoss', 'nIter', 'funcEvals'] as const;

/** What is remembered of `length` elements from `offset` on; lists have their vectors one behind the other. */
export function* memoryOf(
  memory: SearchMemory,
  offset: number,
  length: number,
): Generator<readonly [name: string, value: Float32Array | number]> {
  const part = (vector: Float32Array): Float32Array => vector.subarray(offset, offset + length);
  for (const name of vectorStates) yield [name, part(memory[name]).slice()];
  for (const name of listStates) {
    const whole = new Float32Array(memory[name].length * length);
    memory[name].forEach((vector, i) => {
      whole.set(part(vector), i * length);
    });
    yield [name, whole];
  }
  for (const name of numberStates) yield [name, memory[name]];
}
