/** One SHA-256 of a model's weights and of its optimizer's state: two trainings agree if it does. */
import { type DigestEntry, digest as digestOf } from '../digest.ts';
import { gateState } from '../plan/gate.ts';
import { placeStates } from '../plan/states.ts';
import { readState } from '../plan/stored.ts';
import { type Core, networkOf } from './core.ts';
import { assertReadable } from './lock.ts';
import { searchEntries } from './search.ts';
import { read } from './weights.ts';

/** `dense.kernel`, `dense.kernel.expAvg` …, and `dense.kernel.step`: how many steps were done. */
export function digest(core: Core): string {
  assertReadable(core.lock, 'digest');
  const network = networkOf(core);
  const entries = new Map<string, DigestEntry>();
  const { parameters: placed, control } = core.compiled
    ? placeStates(core.compiled.optimizer, network)
    : { parameters: [], control: null };
  const gate = core.compiled?.optimizer.gate;
  for (const [p, parameter] of network.parameters.entries()) {
    const { name } = parameter;
    entries.set(name, read(core.params, parameter));
    const stated = placed[p];
    if (!stated) continue;
    for (const place of stated.states) {
      if (place.size > 0) entries.set(`${name}.${place.spec.name}`, readState(core.state, place));
    }
    for (const [state, value] of searchEntries(core, name)) entries.set(`${name}.${state}`, value);
    entries.set(`${name}.step`, core.step);
    if (gate && gate.batches > 1 && control !== null) {
      entries.set(`${name}.accumulated`, core.state[control + gateState.window]);
    }
  }
  if (gate?.dynamic && control !== null) {
    const from = control + gateState.scaling;
    entries.set('lossScale', { data: core.state.slice(from, from + 1), shape: [1] });
    entries.set('lossScaleSteps', core.state[from + 1]);
  }
  return digestOf(entries);
}
