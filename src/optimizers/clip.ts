/** What is done to gradients before a step on plain arrays, in memory of its own: the same ops as in a plan. */
import type { Execute } from '../kernels/contract.ts';
import { sharedFloats } from '../memory.ts';
import { normBlocks } from '../plan/ops.ts';
import { rowsAndColumns, type Transform, unitsOf } from '../plan/transforms.ts';
import type { Optimizer, Part } from './optimizer.ts';

/** A tensor whose gradient is changed. */
export interface Clipped {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly length: number;
  readonly part: Part;
}

/** Changes gradients: returns those to go on with, which are of the caller's where nothing had to be done. */
export type Clip = (tensors: readonly Clipped[], gradients: readonly Float32Array[]) => Float32Array[];

interface Work {
  readonly tensor: Clipped;
  /** What the next op reads: the user's gradient, then our own memory. */
  from: Float32Array;
}

const blocksOf = ({ shape, length }: Clipped): number => normBlocks(...rowsAndColumns(shape, length));

/** What an optimizer does to gradients; null where it does nothing. */
export function createClip(optimizer: Optimizer, execute: Execute): Clip | null {
  if (!optimizer.globalNorm && optimizer.parts.every(({ transforms }) => transforms.length === 0)) return null;
  const limits = new Map<Transform, Float32Array>();
  const limitsOf = (transform: Transform): Float32Array => {
    let own = limits.get(transform);
    if (!own) {
      own = sharedFloats(transform.limits.length);
      own.set(transform.limits);
      limits.set(transform, own);
    }
    return own;
  };
  const buffers = new Map<Clipped, Float32Array>();
  const bufferOf = (tensor: Clipped): Float32Array => {
    const own = buffers.get(tensor) ?? sharedFloats(tensor.length);
    buffers.set(tensor, own);
    return own;
  };
  let partials = sharedFloats(0);
  let scales = sharedFloats(0);

  /** One call for an op over several tensors; what it gives is what the next op reads. */
  function run(
    op: Exclude<Transform['op'], 'norm'>,
    works: readonly Work[],
    operands: (work: Work, i: number) => (Float32Array | null)[],
    dims: (work: Work) => number[],
  ): void {
    const all = works.flatMap((work, i) => [...operands(work, i), bufferOf(work.tensor)]);
    execute(op, all, Float64Array.from(works.flatMap(dims)));
    for (const work of works) work.from = bufferOf(work.tensor);
  }

  const flat = ({ tensor }: Work): number[] => [tensor.length];

  /** Norms of these tensors, each by itself or all together, and what follows for their scale. */
  function rescale(works: readonly Work[], transform: Transform, together: boolean): void {
    const { kind, mean } = transform;
    const limit = limitsOf(transform);
    const blocks = works.map(({ tensor }) => blocksOf(tensor));
    const total = blocks.reduce((sum, n) => sum + n, 0);
    if (partials.length < 2 * total) partials = sharedFloats(2 * total);
    if (scales.length < works.length) scales = sharedFloats(works.length);
    let next = 0;
    const parts = blocks.map((n) => {
      const part = partials.subarray(next, next + 2 * n);
      next += 2 * n;
      return part;
    });
    execute(
      'gradientNorm',
      works.flatMap(({ from }, i) => [from, parts[i]]),
      Float64Array.from(
        works.flatMap(({ tensor: { shape, length } }) => {
          const [rows, columns] = rowsAndColumns(shape, length);
          return [rows, columns, columns, 0, kind];
        }),
      ),
    );
    const scaleOf = (i: number): Float32Array => scales.subarray(together ? 0 : i, together ? 1 : i + 1);
    if (together) {
      const count = mean ? works.reduce((sum, { tensor }) => sum + tensor.length, 0) : 0;
      execute('clipScale', [partials, limit, scaleOf(0)], Float64Array.of(total, kind, count));
    } else {
      execute(
        'clipScale',
        works.flatMap((_, i) => [parts[i], limit, scaleOf(i)]),
        Float64Array.from(works.flatMap(({ tensor }, i) => [blocks[i], kind, mean ? tensor.length : 0])),
      );
    }
    run('scaleGradient', works, ({ from }, i) => [from, scaleOf(i)], flat);
  }

  function apply(works: readonly Work[], transform: Transform): void {
    const limit = limitsOf(transform);
    if (transform.op === 'norm') {
      rescale(works, transform, false);
    } else if (transform.op === 'adaptiveClip') {
      const dims = ({ tensor: { shape, length } }: Work): number[] => {
        const [rows, columns] = unitsOf(shape, length);
        return [rows, columns, columns, 0];
      };
      run('adaptiveClip', works, ({ tensor, from }) => [tensor.data, from, limit], dims);
    } else {
      run(transform.op, works, ({ from }) => [from, limit], flat);
    }
  }

  return (tensors, gradients) => {
    const works = tensors.map((tensor, i): Work => ({ tensor, from: gradients[i] }));
    // Of nothing there is no norm, and nothing to change.
    const filled = works.filter(({ tensor }) => tensor.length > 0);
    for (const part of optimizer.parts) {
      const own = filled.filter(({ tensor }) => tensor.part === part);
      if (own.length > 0) for (const transform of part.transforms) apply(own, transform);
    }
    if (optimizer.globalNorm && filled.length > 0) rescale(filled, optimizer.globalNorm, true);
    return works.map(({ from }) => from);
  };
}
