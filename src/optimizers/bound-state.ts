/** What a bound optimizer keeps, by name, and what it is evaluated by. */
import type { Gate } from '../plan/gate.ts';
import { arrayOf, elementsOf, readStored, type StateArray, stateShape, writeStored } from '../plan/stored.ts';
import type { Slot } from './bound-steps.ts';
import { numberEntries, type StateEntry, scaleEntries, windowEntry } from './state-dict.ts';

/** What to evaluate of a parameter: a copy. */
export function averagedOf(slot: Slot): Float32Array {
  const { averaged, states } = slot.part;
  const values = Float32Array.from(slot.data);
  if (averaged === undefined || slot.step < (averaged.from ?? 1)) return values;
  const state = slot.states[states.findIndex(({ name }) => name === averaged.state)];
  if (averaged.weight === 1) return Float32Array.from(state);
  // The op `interpolate`, which models are evaluated by.
  const weight = Math.fround(averaged.weight);
  return values.map((p, i) => p + Math.fround(weight * Math.fround(state[i] - p)));
}

/** `w.expAvg` …, `w.step`, and how many batches are in its window. */
function entriesOfSlot(slot: Slot, batches: number): StateEntry[] {
  const { name, part, states, shape } = slot;
  return [
    ...states.flatMap((values, i): StateEntry[] => {
      const spec = part.states[i];
      if (stateShape(spec, shape) === null) return [];
      const length = elementsOf(spec, shape);
      return [
        {
          name: `${name}.${spec.name}`,
          kind: arrayOf(spec),
          length,
          ...(spec.shared && { common: spec }),
          read: () => readStored(spec, values, length),
          write: (given: StateArray) => writeStored(spec, values, given),
        },
      ];
    }),
    {
      name: `${name}.step`,
      kind: 'count',
      read: () => slot.step,
      write: (step) => {
        slot.step = step;
      },
    },
    ...(batches > 1
      ? [
          windowEntry(
            name,
            batches,
            () => slot.batches,
            (held) => {
              slot.batches = held;
            },
          ),
        ]
      : []),
  ];
}

/**
 * All of a bound optimizer's state.
 *
 * @param most - steps of the parameters that were skipped least
 * @param later - takes what is to be done once all of a state has been read
 */
export const boundEntries = (
  slots: readonly Slot[],
  gate: Gate | null,
  scaling: Float32Array,
  most: () => number,
  later: (load: () => void) => void,
): StateEntry[] => [
  ...slots.flatMap((slot) => [
    ...entriesOfSlot(slot, gate?.batches ?? 1),
    ...numberEntries(slot.name, slot.part.numbers, () => slot.step, most, later),
  ]),
  ...(gate?.dynamic ? scaleEntries(scaling) : []),
];
