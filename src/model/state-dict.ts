/** The state of a model's optimizer, by name. */
import { stateError } from '../errors.ts';
import { countOf } from '../layout.ts';
import type { LoadOptions, StateDict, StateDifference } from '../optimizers/optimizer.ts';
import type { SearchState } from '../optimizers/search-state.ts';
import {
  loadState,
  numberEntries,
  put,
  STATE_VERSION,
  type StateEntry,
  scaleEntries,
  stateDictOf,
  windowEntry,
} from '../optimizers/state-dict.ts';
import { gateState } from '../plan/gate.ts';
import { placeStates } from '../plan/states.ts';
import { arrayOf, readState, type StateArray, writeState } from '../plan/stored.ts';
import { type Core, compiledOf, networkOf } from './core.ts';
import { assertReadable, assertWritable } from './lock.ts';
import { searchStateOf } from './search.ts';

/** @param loads - takes what is to be done once all of a state has been read */
function entriesOf(core: Core, loads: (() => void)[], agreements: SearchState['agree'][] = []): StateEntry[] {
  const { optimizer } = compiledOf(core, 'stateDict');
  const { parameters, control } = placeStates(optimizer, networkOf(core));
  const batches = optimizer.gate?.batches ?? 1;
  const window = (control ?? 0) + gateState.window;
  const entries: StateEntry[] = [];
  for (const stated of parameters) {
    if (!stated) continue;
    const { parameter, part, states } = stated;
    for (const place of states) {
      if (place.size === 0) continue;
      entries.push({
        name: `${parameter.name}.${place.spec.name}`,
        kind: arrayOf(place.spec),
        length: countOf(place.shape),
        ...(place.spec.shared && { common: place.spec }),
        read: () => readState(core.state, place).data,
        write: (values: StateArray) => writeState(core.state, place, values),
      });
    }
    entries.push({
      name: `${parameter.name}.step`,
      kind: 'count',
      read: () => core.step,
      write: (step) => {
        core.step = step;
      },
    });
    const stepOf = (): number => core.step;
    entries.push(...numberEntries(parameter.name, part.numbers, stepOf, stepOf, (load) => loads.push(load)));
    if (batches > 1) {
      const write = (held: number): void => {
        core.state[window] = held;
      };
      entries.push(windowEntry(parameter.name, batches, () => core.state[window], write));
    }
  }
  const search = searchStateOf(core);
  if (search) {
    entries.push(...search.entries);
    loads.push(search.finish);
    agreements.push(search.agree);
  }
  if (control !== null && optimizer.gate?.dynamic) {
    entries.push(...scaleEntries(core.state.subarray(control + gateState.scaling)));
  }
  entries.push({
    name: 'epochs',
    kind: 'count',
    optional: true,
    read: () => core.epochs,
    write: (epochs) => {
      core.epochs = epochs;
    },
  });
  return entries;
}

/** A model has one count of steps, and one window. */
function checkTogether(given: ReadonlyMap<string, number>): void {
  for (const ending of ['.step', '.accumulated']) {
    const counts = [...given].filter(([name]) => name.endsWith(ending));
    const other = counts.find(([, count]) => count !== counts[0][1]);
    if (!other) continue;
    throw stateError(
      'ERR_PLUMMET_STATE',
      `model.loadStateDict: "${counts[0][0]}" is ${counts[0][1]} and "${other[0]}" is ${other[1]}; in a model all parameters are at the same step`,
    );
  }
}

export function stateDict(core: Core): StateDict {
  assertReadable(core.lock, 'stateDict');
  const dict = stateDictOf(entriesOf(core, []));
  put<StateDict[string]>(dict, 'version', STATE_VERSION);
  return dict;
}

export function loadStateDict(core: Core, state: Readonly<StateDict>, options?: LoadOptions): StateDifference {
  assertWritable(core.lock, 'loadStateDict');
  const loads: (() => void)[] = [];
  const agreements: SearchState['agree'][] = [];
  const difference = loadState('model', entriesOf(core, loads, agreements), state, options, (given, arrays) => {
    // Reading the state may have run code of the user's.
    assertWritable(core.lock, 'loadStateDict');
    checkTogether(given);
    for (const agree of agreements) agree(given, arrays);
  });
  for (const load of loads) load();
  return difference;
}
