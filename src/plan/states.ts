/** Where the states of an optimizer lie. */
import { countOf } from '../layout.ts';
import type { Optimizer, Part, StateSpec } from '../optimizers/optimizer.ts';
import { gateState } from './gate.ts';
import type { Network, Parameter } from './network.ts';
import { pad } from './ops.ts';
import type { Layout } from './plan.ts';
import { stateShape, wordsOf } from './stored.ts';

/** One state of one parameter, in the `state` space. */
export interface StatePlace {
  readonly spec: StateSpec;
  readonly offset: number;
  /** Floats occupied: none where the parameter has none of it. */
  readonly size: number;
  /** As people see it. */
  readonly shape: readonly number[];
  readonly layout: Layout;
}

/** A parameter that is updated, and with what. */
export interface Stated {
  readonly parameter: Parameter;
  readonly part: Part;
  readonly states: readonly StatePlace[];
}

export interface Placement {
  /** One for each parameter, in order; null where it is frozen. */
  readonly parameters: readonly (Stated | null)[];
  /** Where the state of the optimizer's gate lies; null without. */
  readonly control: number | null;
  /** Floats in the `state` space. */
  readonly size: number;
}

const alike = ({ shape, shared, stored }: StateSpec): boolean => shape === undefined && !shared && !stored;

/**
 * States of floats that have their parameter's shape come first: state s of all parameters from s × network.size on, each where its parameter
 * is in `params`, so that those of neighbours are neighbours. Behind them lie those with a shape of their own, those in few bits (row-major), and
 * those that a part has once for all its parameters.
 */
export function placeStates(optimizer: Optimizer, network: Network): Placement {
  const parts = optimizer.partsFor(network.parameters.map(({ name }) => name));
  const most = Math.max(0, ...optimizer.parts.map(({ states }) => states.filter(alike).length));
  let size = most * network.size;
  const take = (floats: number): number => {
    const offset = size;
    size += pad(floats);
    return offset;
  };
  const shared = new Map<StateSpec, number>();
  const parameters = network.parameters.map((parameter, i): Stated | null => {
    const part = parts[i];
    if (!part || !parameter.trainable.now) return null;
    part.check?.(parameter.name, parameter.shape);
    let slot = 0;
    const states = part.states.map((spec): StatePlace => {
      if (alike(spec)) {
        const { size: floats, shape, layout } = parameter;
        return { spec, offset: slot++ * network.size + parameter.offset, size: floats, shape, layout };
      }
      const shape = stateShape(spec, parameter.shape) ?? [0];
      const floats = wordsOf(spec, countOf(shape));
      const offset = shared.get(spec) ?? take(floats);
      if (spec.shared) shared.set(spec, offset);
      return { spec, offset, size: floats, shape, layout: 'flat' };
    });
    return { parameter, part, states };
  });
  const control = optimizer.gate ? take(gateState.size) : null;
  return { parameters, control, size };
}
