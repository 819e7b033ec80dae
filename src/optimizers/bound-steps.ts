/** The steps of a bound optimizer: ops over the user's arrays and memory of its own, made once and run again and again. */
import type { Execution, PreparedCalls } from '../kernels/contract.ts';
import { atLeast, sharedFloats } from '../memory.ts';
import { lowerNoise, lowerTransforms } from '../plan/clip.ts';
import { lowerGate, type Verdict, withoutSum } from '../plan/gate.ts';
import type { Value } from '../plan/graph.ts';
import { type OpName, pad } from '../plan/ops.ts';
import type { Call, Steps, Updated } from '../plan/steps.ts';
import type { Optimizer, Part } from './optimizer.ts';
import type { BoundParameter } from './parameters.ts';

/** A parameter with what updates it, its states and its own count of steps. */
export interface Slot extends BoundParameter {
  readonly part: Part;
  readonly states: readonly Float32Array[];
  /** Which of all parameters it is. */
  readonly index: number;
  step: number;
  /** Batches in its window: 0 where each batch is a step. */
  batches: number;
}

/** One call of an op, for several tensors. */
interface Batch {
  readonly op: OpName;
  readonly operands: (Float32Array | null)[];
  readonly dims: Float64Array;
  /** Where among the operands the user's gradients go, and whose. */
  readonly gradients: readonly (readonly [place: number, slot: number])[];
  /** Whether these are all gradients of the step, in their order. */
  readonly inOrder: boolean;
  /** Floats that must not be 0. */
  readonly when: readonly Float32Array[];
  /** Calls that hold the operands: of many small tensors, from the second step on. */
  ready: PreparedCalls | null;
}

/** Tensors of one part that are at the same step. */
export interface SlotGroup {
  readonly part: Part;
  readonly slots: readonly Slot[];
  readonly batches: readonly Batch[];
  /** Those that `step` is the count of: all of a part that has states in common. */
  readonly counted: readonly Slot[];
  /** Steps that they have done: `settle` hands it on to the slots. */
  step: number;
}

/** What a step is for certain tensors. */
export interface BoundStep {
  readonly slots: readonly Slot[];
  /** Of the slots, side by side: what each step looks at. */
  readonly names: readonly string[];
  readonly data: readonly Float32Array[];
  readonly lengths: readonly number[];
  /** What makes gradients those that a step takes, and says whether there is one. */
  readonly opening: readonly Batch[];
  /** By how much steps advance, after that; null: by one. */
  readonly advance: Float32Array | null;
  /** The way to where a step's gradients are taken, and the way back. */
  readonly up: readonly Batch[];
  readonly down: readonly Batch[];
  /** What is done to gradients before. */
  readonly changes: readonly Batch[];
  readonly groups: readonly SlotGroup[];
  /** Many tensors, and small ones: to look into the arrays takes longer than the step, so they are held from one step to the next. */
  readonly many: boolean;
}

/** Tensors in one call: gradients are its arguments, of which there can be no more than fit the stack. */
const MOST = 4096;

/** From so many tensors on, and up to so many floats in each on average. */
const MANY = 8;
const SMALL = 4096;

export const nothing: BoundStep = {
  slots: [],
  names: [],
  data: [],
  lengths: [],
  opening: [],
  advance: null,
  up: [],
  down: [],
  changes: [],
  groups: [],
  many: false,
};

/** Hands the counts of steps on to the slots. */
export function settle({ groups }: BoundStep): void {
  for (const { counted, step } of groups) for (const slot of counted) slot.step = step;
}

interface Draft {
  readonly op: OpName;
  readonly calls: readonly Call[];
  readonly when: readonly Value[];
}

/** A value in memory of our own: so many floats of `room`, from there on. */
interface Place {
  readonly offset: number;
  readonly floats: number;
}

const value = (label: string): Value => ({ label, layout: 'flat', shape: [null], home: null, differentiable: false });

/** What a gate goes by, beside the table. */
export interface GateMemory {
  /** What gradients, or their sums, are divided by. */
  readonly divisor: Float32Array;
  /** The scale of the loss, steps since it has changed. */
  readonly scaling: Float32Array;
}

/** Makes steps of an optimizer, whose scalars stand in `table`; `all` are the parameters it was bound to. */
export function createStepMaker(
  optimizer: Optimizer,
  table: Float32Array,
  memory: GateMemory,
  all: ReadonlyMap<string, Slot>,
) {
  let room = sharedFloats(0);

  /** @param transformed - whether gradients are changed first as options ask for; otherwise steps see them as they are */
  return (slots: readonly Slot[], transformed = true): BoundStep => {
    const arrays = new Map<Value, Float32Array>();
    const places = new Map<Value, Place>();
    const given = new Map<Value, number>();
    let floats = 0;
    let drafts: Draft[] = [];
    let when: readonly Value[] = [];
    const known = (label: string, array: Float32Array): Value => {
      const made = value(label);
      arrays.set(made, array);
      return made;
    };
    const placed = (label: string, place: Place): Value => {
      const made = value(label);
      places.set(made, place);
      return made;
    };
    const under = (wanted: readonly Value[], write: () => void): void => {
      const outer = when;
      when = wanted;
      write();
      when = outer;
    };
    const changed = new Map<string, Value>();
    const steps: Steps = {
      emit(op, calls) {
        for (let i = 0; i < calls.length; i += MOST) drafts.push({ op, calls: calls.slice(i, i + MOST), when });
      },
      where: (more, write) => under([...when, ...more], write),
      always: (write) => under([], write),
      scalars: (column, count) => known('scalars', table.subarray(column, column + count)),
      scratch(label, count) {
        const offset = floats;
        floats += pad(count);
        return placed(label, { offset, floats: count });
      },
      within(whole, from, count, label) {
        const place = places.get(whole);
        if (place) return placed(label, { offset: place.offset + from, floats: count });
        return known(label, (arrays.get(whole) as Float32Array).subarray(from, from + count));
      },
      changed({ name, size }) {
        const own = changed.get(name) ?? steps.scratch(`∂${name}`, size);
        changed.set(name, own);
        return own;
      },
    };
    const updated = slots.map((slot, i): Updated => {
      const { name, shape, length: size, part, data, index } = slot;
      const gradient = value(`∂${name}`);
      given.set(gradient, i);
      const states = slot.states.map((state, s) => known(`${name}.${part.states[s].name}`, state));
      const parameter = known(name, data);
      return { name, shape, layout: 'flat', size, part, parameter, gradient, states, index };
    });
    /** Those of nothing have no norm, and nothing to update. */
    let filled = updated.filter(({ size }) => size > 0);

    const written = (write: () => void) => {
      drafts = [];
      write();
      return drafts;
    };
    let back = (): void => undefined;
    const up = written(() => {
      if (optimizer.ascent && filled.length > 0) back = optimizer.ascent(steps, filled);
    });
    const down = written(() => back());
    const { gate } = optimizer;
    const summed = gate !== null && gate.batches > 1;
    let verdict: Verdict | null = null;
    const opening = written(() => {
      if (!gate || !transformed || filled.length === 0) return;
      verdict = lowerGate(steps, filled, gate, {
        last: null,
        divisor: gate.scaled || summed ? known('divisor', memory.divisor) : null,
        scaling: known('scale of the loss', memory.scaling),
      });
    });
    if (summed) filled = filled.map(withoutSum);
    const tensorOf = new Map(filled.map((tensor) => [tensor.name, tensor]));
    const changes = written(() => transformed && lowerTransforms(steps, filled, optimizer));
    const groups = groupsOf(slots).map(({ part, step, members }) => {
      const tensors = members.flatMap((i) => tensorOf.get(slots[i].name) ?? []);
      const ops = written(() => {
        if (tensors.length === 0) return;
        if (transformed) lowerNoise(steps, tensors, [part]);
        part.program(steps, tensors, part);
      });
      const own = members.map((i) => slots[i]);
      const counted = hasShared(part) ? [...all.values()].filter((slot) => slot.part === part) : own;
      return { part, step, slots: own, counted, ops };
    });

    room = atLeast(room, floats);
    const resolve = (operand: Value): Float32Array => {
      const place = places.get(operand);
      // What is the user's stands there only while the op runs.
      return place ? room.subarray(place.offset, place.offset + place.floats) : (arrays.get(operand) ?? table);
    };
    const batchOf = ({ op, calls, when: conditions }: Draft): Batch => {
      const operands = calls.flatMap((call) => call.operands);
      const read = operands.flatMap((operand, place) => {
        const slot = operand ? given.get(operand) : undefined;
        return slot === undefined ? [] : [[place, slot] as const];
      });
      return {
        op,
        operands: operands.map((operand) => operand && resolve(operand)),
        dims: Float64Array.from(calls.flatMap(({ dims }) => dims)),
        gradients: read,
        inOrder: read.length === slots.length && read.every(([, slot], i) => slot === i),
        when: conditions.map(resolve),
        ready: null,
      };
    };
    const { advance } = (verdict as Verdict | null) ?? { advance: null };
    const floatsOfAll = filled.reduce((sum, { size }) => sum + size, 0);
    return {
      slots,
      names: slots.map(({ name }) => name),
      data: slots.map(({ data }) => data),
      lengths: slots.map(({ length }) => length),
      many: filled.length >= MANY && floatsOfAll <= SMALL * filled.length,
      opening: opening.map(batchOf),
      advance: advance && resolve(advance),
      up: up.map(batchOf),
      down: down.map(batchOf),
      changes: changes.map(batchOf),
      groups: groups.map(({ ops, ...group }) => ({ ...group, batches: ops.map(batchOf) })),
    };
  };
}

/** Whether parameters have states in common: they then have their count of steps in common, too. */
const hasShared = ({ states }: Part): boolean => states.some(({ shared }) => shared);

/** Tensors that one row of scalars is for: those at the same step of the same part. */
function groupsOf(slots: readonly Slot[]): { part: Part; step: number; members: number[] }[] {
  const groups: { part: Part; step: number; members: number[] }[] = [];
  slots.forEach(({ part, step }, i) => {
    const group = groups.find((known) => known.part === part && (known.step === step || hasShared(part)));
    if (!group) {
      groups.push({ part, step, members: [i] });
      return;
    }
    group.members.push(i);
    group.step = Math.max(group.step, step);
  });
  return groups;
}

/**
 * Runs ops with these gradients; nothing of the user's is kept, but for what `hold` makes ready.
 *
 * @param none - what stands in a gradient's place between two steps
 * @param same - whether the gradients are those of the step before
 * @returns false where memory that is held has been taken away: nothing has been run then by the op that found it
 */
export function runBatches(
  { execute, prepareCalls }: Execution,
  batches: readonly Batch[],
  gradients: readonly Float32Array[],
  none: Float32Array,
  hold: boolean,
  same: boolean,
): boolean {
  for (const batch of batches) {
    const { op, operands, dims, gradients: places, when } = batch;
    if (when.some((condition) => condition[0] === 0)) continue;
    const status = batch.ready?.(batch.inOrder ? gradients : places.map(([, slot]) => gradients[slot]), same);
    if (status === 0) continue;
    if (status !== undefined) return false;
    for (const [place, slot] of places) operands[place] = gradients[slot];
    execute(op, operands, dims);
    if (hold && prepareCalls) {
      const varying = Int32Array.from(places, ([place]) => place);
      batch.ready = prepareCalls(op, operands, dims, varying);
    }
    for (const [place] of places) operands[place] = none;
  }
  return true;
}
