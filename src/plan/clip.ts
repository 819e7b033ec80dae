/** What is done to gradients before the optimizer's step. */
import { countOf } from '../layout.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { seedWords } from '../random.ts';
import type { Value } from './graph.ts';
import { blocksOf } from './norms.ts';
import { type Call, layoutDims, type Steps, shapeOf, type Updated } from './steps.ts';
import { type Transform, unitsOf } from './transforms.ts';

/** An op over each tensor's gradient; what it gives is what the next op reads. */
export function change(
  steps: Steps,
  op: Exclude<Transform['op'], 'norm'> | 'divideGradient',
  tensors: readonly Updated[],
  operands: (tensor: Updated, i: number) => Value[],
  dims: (tensor: Updated) => number[] = ({ size }) => [size],
): void {
  const calls = tensors.map((tensor, i) => {
    const out = steps.changed(tensor);
    const call = { operands: [...operands(tensor, i), out], dims: dims(tensor) };
    return { tensor, out, call };
  });
  steps.emit(
    op,
    calls.map(({ call }) => call),
  );
  for (const { tensor, out } of calls) tensor.gradient = out;
}

/** The norm of each group's gradients together, and what follows for their scale. */
function rescale(steps: Steps, groups: readonly (readonly Updated[])[], { kind, mean }: Transform, limit: Value): void {
  const norms: Call[] = [];
  const scales: Call[] = [];
  const scaled: [Updated, Value][] = [];
  for (const tensors of groups) {
    const label = tensors.length === 1 ? tensors[0].name : 'all';
    const blocks = tensors.map(blocksOf);
    const total = blocks.reduce((sum, n) => sum + n, 0);
    const count = mean ? tensors.reduce((sum, { shape }) => sum + countOf(shape), 0) : 0;
    const all = steps.scratch(`norms of ∂${label}`, 2 * total);
    const scale = steps.scratch(`scale of ∂${label}`, 1);
    let next = 0;
    tensors.forEach((tensor, i) => {
      const partials = steps.within(all, 2 * next, 2 * blocks[i], `norms of ∂${tensor.name}`);
      norms.push({ operands: [tensor.gradient, partials], dims: [...layoutDims(tensor, shapeOf(tensor)), kind] });
      scaled.push([tensor, scale]);
      next += blocks[i];
    });
    scales.push({ operands: [all, limit, scale], dims: [total, kind, count] });
  }
  steps.emit('gradientNorm', norms);
  steps.emit('clipScale', scales);
  change(
    steps,
    'scaleGradient',
    scaled.map(([tensor]) => tensor),
    (tensor, i) => [tensor.gradient, scaled[i][1]],
  );
}

function transform(steps: Steps, tensors: readonly Updated[], what: Transform, limit: Value): void {
  if (what.op === 'norm') {
    rescale(steps, what.together ? [tensors] : tensors.map((tensor) => [tensor]), what, limit);
  } else if (what.op === 'adaptiveClip') {
    change(
      steps,
      'adaptiveClip',
      tensors,
      ({ parameter, gradient }) => [parameter, gradient, limit],
      (tensor) => layoutDims(tensor, unitsOf(tensor.shape, countOf(tensor.shape))),
    );
  } else if (what.op === 'centralize') {
    change(
      steps,
      'centralize',
      tensors.filter(({ shape }) => shape.length > 1),
      ({ gradient }) => [gradient],
      (tensor) => layoutDims(tensor, shapeOf(tensor)),
    );
  } else if (what.op === 'addNoise') {
    const { low, high } = seedWords(what.seed ?? 0);
    change(
      steps,
      'addNoise',
      tensors,
      ({ gradient }) => [gradient, limit],
      (tensor) => [...layoutDims(tensor, shapeOf(tensor)), low, high, tensor.index],
    );
  } else {
    change(steps, what.op, tensors, ({ gradient }) => [gradient, limit]);
  }
}

/** What parts ask for, each for its own tensors. */
function transformAll(
  steps: Steps,
  tensors: readonly Updated[],
  parts: Optimizer['parts'],
  wanted: (what: Transform) => boolean,
): void {
  for (const part of parts) {
    const own = tensors.filter((tensor) => tensor.part === part);
    if (own.length === 0) continue;
    for (const what of part.transforms.filter(wanted)) {
      transform(steps, own, what, steps.scalars(part.column + what.column, what.limits.length));
    }
  }
}

/** Emits what is done to gradients: to each as its part says, then to all together; `lowerNoise` comes last. */
export function lowerTransforms(
  steps: Steps,
  tensors: readonly Updated[],
  { parts, globalNorm }: Pick<Optimizer, 'parts' | 'globalNorm'>,
): void {
  transformAll(steps, tensors, parts, ({ op }) => op !== 'addNoise');
  if (globalNorm && tensors.length > 0) {
    rescale(steps, [tensors], globalNorm, steps.scalars(globalNorm.column, globalNorm.limits.length));
  }
}

/** Emits the noise of a step, which is another one in each: the tensors must be at the same step. */
export const lowerNoise = (steps: Steps, tensors: readonly Updated[], parts: Optimizer['parts']): void =>
  transformAll(steps, tensors, parts, ({ op }) => op === 'addNoise');
