/** Norms of tensors in the step of an optimizer: the partial results that ops of few scalars go on from. */
import type { Value } from './graph.ts';
import { normBlocks } from './ops.ts';
import { layoutDims, type Steps, shapeOf, type Updated } from './steps.ts';
import { type NormKind, normKinds } from './transforms.ts';

/** Room for partial results, two floats each, of one tensor or of several, one behind the other. */
export interface Partials {
  /** Those of all tensors together, and how many they are. */
  readonly all: Value;
  readonly total: number;
  /** Those of each tensor. */
  readonly each: readonly Value[];
}

export const blocksOf = (tensor: Updated): number => normBlocks(...shapeOf(tensor));

export function roomForPartials(steps: Steps, tensors: readonly Updated[], label: string): Partials {
  const blocks = tensors.map(blocksOf);
  const total = blocks.reduce((sum, n) => sum + n, 0);
  const all = steps.scratch(label, 2 * total);
  let next = 0;
  const each = tensors.map(({ name }, i) => {
    const own = steps.within(all, 2 * next, 2 * blocks[i], `${label} of ${name}`);
    next += blocks[i];
    return own;
  });
  return { all, total, each };
}

/** Partial results of the norms of `of(tensor)`, which lies as the tensor does. */
export function norms(
  steps: Steps,
  tensors: readonly Updated[],
  label: string,
  of: (tensor: Updated) => Value,
  kind: NormKind = normKinds.squares,
): Partials {
  const partials = roomForPartials(steps, tensors, label);
  steps.emit(
    'gradientNorm',
    tensors.map((tensor, i) => ({
      operands: [of(tensor), partials.each[i]],
      dims: [...layoutDims(tensor, shapeOf(tensor)), kind],
    })),
  );
  return partials;
}

/** Adds weight decay to the gradient, g ← g + λp, where there is any; `column` is that of λ. */
export function addDecay(steps: Steps, tensors: readonly Updated[], column: number): void {
  const changed = tensors.map((tensor) => steps.changed(tensor));
  const scale = steps.scalars(column, 1);
  steps.emit(
    'addScaled',
    tensors.map(({ parameter, gradient, size }, i) => ({
      operands: [gradient, parameter, changed[i], scale],
      dims: [size],
    })),
  );
  tensors.forEach((tensor, i) => {
    tensor.gradient = changed[i];
  });
}
