/** The scale that a model's loss has at the moment. */
import { gateState } from '../plan/gate.ts';
import { placeStates } from '../plan/states.ts';
import { type Core, compiledOf, networkOf } from './core.ts';

export function lossScaleOf(core: Core): number {
  const { optimizer } = compiledOf(core, 'optimizer');
  const { gate } = optimizer;
  if (!gate?.scaled) return 1;
  const { control } = placeStates(optimizer, networkOf(core));
  return gate.dynamic && control !== null ? core.state[control + gateState.scaling] : gate.scale;
}
