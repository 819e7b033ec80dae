/** How steps come about from batches: windows of several, losses that are scaled, steps that are skipped. */
import { change } from './clip.ts';
import type { Value } from './graph.ts';
import { normBlocks } from './ops.ts';
import { type Call, layoutDims, type Steps, shapeOf, type Updated } from './steps.ts';
import { normKinds } from './transforms.ts';

/** A scale of the loss that follows from whether gradients overflow. */
export interface DynamicScale {
  /** Steps in a row that have to be good before it grows. */
  readonly interval: number;
}

export interface Gate {
  /** Batches whose mean gradient is that of one step. */
  readonly batches: number;
  /** Whether steps are skipped whose gradients are not finite. */
  readonly skips: boolean;
  /** Whether the loss is scaled, */
  readonly scaled: boolean;
  /** and by what: a scale that changes begins with it. */
  readonly scale: number;
  /** null: its scale is the same for ever. */
  readonly dynamic: DynamicScale | null;
  /** Where these stand in a row of the table: the scale that is the same for ever (or 1), 1, the factors of growth and of backing off. */
  readonly column: number;
}

/** What stands at `Gate.column`. */
export const gateColumns = { scale: 0, one: 1, factors: 2, count: 4 } as const;

/** The state of a gate, floats of the `state` space: batches in the window; the scale of the loss, steps since it has changed. */
export const gateState = { window: 0, scaling: 1, size: 3 } as const;

/** The name of the state that holds the sum of a window's gradients; the last one of its parameter. */
export const GRADIENT_SUM = 'gradientSum';

/** What a step depends on. */
export interface GateValues {
  /** 0 where the batch is not the last one of its window; null: each one is. */
  readonly last: Value | null;
  /** What gradients, or their sums, are divided by; null: nothing. */
  readonly divisor: Value | null;
  readonly scaling: Value | null;
}

/** Whether a step is done, and by how much steps advance. */
export interface Verdict {
  readonly done: Value;
  readonly advance: Value;
}

/** A tensor without the sum of its gradients. */
export const withoutSum = (tensor: Updated): Updated => ({ ...tensor, states: tensor.states.slice(0, -1) });

/** Makes gradients what a step takes, and says whether there is one; null where there always is. */
export function lowerGate(steps: Steps, tensors: readonly Updated[], gate: Gate, values: GateValues): Verdict | null {
  const { last, divisor, scaling } = values;
  let verdict: Verdict | null = last && { done: last, advance: last };
  const prepare = (): void => {
    if (divisor) {
      const from = ({ gradient, states }: Updated): Value => (gate.batches > 1 ? states[states.length - 1] : gradient);
      change(steps, 'divideGradient', tensors, (tensor) => [from(tensor), divisor]);
    }
    if (gate.skips) verdict = judge(steps, tensors, gate, last, scaling);
  };
  if (last) steps.where([last], prepare);
  else prepare();
  return verdict;
}

function judge(
  steps: Steps,
  tensors: readonly Updated[],
  { dynamic, column }: Gate,
  last: Value | null,
  scaling: Value | null,
): Verdict {
  const blocks = tensors.map((tensor) => normBlocks(...shapeOf(tensor)));
  const total = blocks.reduce((sum, n) => sum + n, 0);
  const all = steps.scratch('largest of ∂', 2 * total);
  let next = 0;
  const calls = tensors.map((tensor, i): Call => {
    const partials = steps.within(all, 2 * next, 2 * blocks[i], `largest of ∂${tensor.name}`);
    next += blocks[i];
    return {
      operands: [tensor.gradient, partials],
      dims: [...layoutDims(tensor, shapeOf(tensor)), normKinds.largest],
    };
  });
  steps.emit('gradientNorm', calls);
  const verdict = steps.scratch('verdict', 2);
  const factors = dynamic && steps.scalars(column + gateColumns.factors, 2);
  // Also where a window goes on: then there is no step.
  steps.always(() =>
    steps.emit('judgeStep', [
      { operands: [all, last, factors, dynamic && scaling, verdict], dims: [total, dynamic?.interval ?? 1] },
    ]),
  );
  return {
    done: steps.within(verdict, 0, 1, 'step is done'),
    advance: steps.within(verdict, 1, 1, 'steps'),
  };
}
