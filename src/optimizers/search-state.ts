/** What an optimizer remembers that looks for its steps, by name: each vector as parts, one for each parameter. */
import { rangeError, stateError } from '../errors.ts';
import type { StateArray } from '../plan/stored.ts';
import { listStates, memoryOf, numberStates, type SearchMemory, vectorStates } from './search.ts';
import type { StateEntry } from './state-dict.ts';

export interface SearchedPart {
  readonly name: string;
  /** Where its elements begin among those of all. */
  readonly offset: number;
  readonly length: number;
}

export interface SearchState {
  readonly entries: readonly StateEntry[];
  /** Throws where what was read of a state does not go together. */
  agree(numbers: ReadonlyMap<string, number>, arrays: ReadonlyMap<string, StateArray>): void;
  /** Takes over what entries were given; the rest stays as it is. */
  finish(): void;
}

export function searchState(
  who: string,
  parts: readonly SearchedPart[],
  historySize: number,
  get: () => SearchMemory,
  set: (memory: SearchMemory) => void,
): SearchState {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const given = new Map<string, StateArray | number>();
  const own = ({ name }: SearchedPart, state: string): string => `${name}.${state}`;
  const partOf = (part: SearchedPart, state: string): Float32Array | number =>
    new Map(memoryOf(get(), part.offset, part.length)).get(state) as Float32Array | number;
  const entries = parts.flatMap((part): StateEntry[] => {
    const write = (name: string) => (value: StateArray | number) => void given.set(name, value);
    const arrayEntry = (state: string, most?: number): StateEntry => ({
      name: own(part, state),
      kind: 'floats',
      length: part.length,
      ...(most !== undefined && { most }),
      read: () => partOf(part, state) as Float32Array,
      write: write(own(part, state)),
    });
    return [
      ...vectorStates.map((state) => arrayEntry(state)),
      ...listStates.map((state) => arrayEntry(state, historySize)),
      ...numberStates.map(
        (state): StateEntry => ({
          name: own(part, state),
          kind: state === 't' || state === 'prevLoss' ? 'any' : 'count',
          read: () => partOf(part, state) as number,
          write: write(own(part, state)),
        }),
      ),
    ];
  });

  /** The vectors of a state, over all parameters; null unless all parameters have theirs. */
  function vectorsOf(of: ReadonlyMap<string, StateArray | number>, state: string): Float32Array[] | null {
    if (!parts.every((part) => of.has(own(part, state)))) return null;
    const longest = parts.find(({ length }) => length > 0);
    const count = longest ? (of.get(own(longest, state)) as Float32Array).length / longest.length : 0;
    return Array.from({ length: count }, (_, i) => {
      const whole = new Float32Array(size);
      for (const part of parts) {
        const { offset, length } = part;
        whole.set((of.get(own(part, state)) as Float32Array).subarray(i * length, (i + 1) * length), offset);
      }
      return whole;
    });
  }

  return {
    entries,
    agree(numbers, arrays) {
      const counts = new Set<number>();
      for (const state of listStates) {
        for (const part of parts) {
          const array = arrays.get(own(part, state));
          if (part.length > 0) counts.add(array ? array.length / part.length : get()[state].length);
        }
      }
      if (counts.size > 1) {
        throw rangeError(
          'ERR_PLUMMET_SHAPE',
          `${who}: oldDirs and oldStps have ${[...counts].join(' and ')} vectors; both have as many, for all parameters`,
        );
      }
      const steps = parts.flatMap((part) => numbers.get(own(part, 'step')) ?? []);
      if (steps.some((step) => step !== steps[0])) {
        throw stateError(
          'ERR_PLUMMET_STATE',
          `${who}: step must be the same for all parameters, got ${steps.join(', ')}`,
        );
      }
      for (const state of numberStates) {
        const values = parts.map((part) => numbers.get(own(part, state)) ?? get()[state]);
        if (values.every((value) => Object.is(value, values[0]))) continue;
        throw stateError(
          'ERR_PLUMMET_STATE',
          `${who}: ${state} must be the same for all parameters, got ${values.join(', ')}`,
        );
      }
    },
    finish() {
      const held = get();
      const numberOf = (state: (typeof numberStates)[number]): number =>
        (given.get(own(parts[0], state)) as number | undefined) ?? held[state];
      if (parts.length > 0) {
        set({
          d: vectorsOf(given, 'd')?.[0] ?? held.d,
          prevFlatGrad: vectorsOf(given, 'prevFlatGrad')?.[0] ?? held.prevFlatGrad,
          oldDirs: vectorsOf(given, 'oldDirs') ?? held.oldDirs,
          oldStps: vectorsOf(given, 'oldStps') ?? held.oldStps,
          t: numberOf('t'),
          prevLoss: numberOf('prevLoss'),
          nIter: numberOf('nIter'),
          funcEvals: numberOf('funcEvals'),
        });
      }
      given.clear();
    },
  };
}
