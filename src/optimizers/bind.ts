import { bufferOf, float32Array } from '../arrays.ts';
import { checkOptions, flag, nonNegativeInteger, rangeError, stateError, suggestion } from '../errors.ts';
import { executeFor } from '../kernels/index.ts';
import { countOf } from '../layout.ts';
import { sharedFloats } from '../memory.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { type BoundStep, createStepMaker, runBatches, type Slot } from './bound-steps.ts';
import type { BoundOptimizer, Optimizer, StateDifference, StateSpec } from './optimizer.ts';
import {
  type BoundParameter,
  checkGradient,
  checkParameter,
  entries,
  listed,
  overlap,
  readParameters,
} from './parameters.ts';

const nothing: BoundStep = { slots: [], changes: [], groups: [] };

/** Puts an optimizer to work on plain arrays. */
export function bind(optimizer: Optimizer, parameters: unknown, options: unknown): BoundOptimizer {
  const who = optimizer.name;
  const given = checkOptions(`${who}.bind`, options, ['backend']);
  const execute = executeFor(given.backend);
  const read = readParameters(who, parameters);
  const parts = optimizer.partsFor(read.map(({ name }) => name));
  const slots = new Map<string, Slot>();
  const shared = new Map<StateSpec, Float32Array>();
  const stateOf = (spec: StateSpec, { shape }: BoundParameter): Float32Array => {
    const made = shared.get(spec) ?? sharedFloats(countOf(spec.shape?.(shape) ?? shape)).fill(spec.initial);
    if (spec.shared) shared.set(spec, made);
    return made;
  };
  const frozen = new Map<string, BoundParameter>();
  read.forEach((parameter, i) => {
    const part = parts[i];
    if (!part) {
      frozen.set(parameter.name, parameter);
      return;
    }
    const states = part.states.map((spec) => stateOf(spec, parameter));
    slots.set(parameter.name, { ...parameter, part, states, step: 0 });
  });
  const buffers = new Set(read.map(({ data }) => data.buffer));

  const table = sharedFloats(optimizer.width);
  const makeStep = createStepMaker(optimizer, table);
  /** Steps of the parameters that were skipped least: what schedules go by. */
  let most = 0;
  /** The one before: mostly the next one is of the same tensors. */
  let last = nothing;

  function stepOf(chosen: readonly Slot[]): BoundStep {
    if (chosen.length !== last.slots.length || !chosen.every((slot, i) => slot === last.slots[i])) {
      last = makeStep(chosen);
    }
    return last;
  }

  /** The gradients that are there, checked, with what they belong to. */
  function take(gradients: unknown): [Slot[], Float32Array[]] {
    const chosen: Slot[] = [];
    const checked: Float32Array[] = [];
    for (const [name, value] of entries(who, 'gradients', gradients)) {
      if (value === undefined || value === null) continue;
      const slot = slots.get(name);
      const parameter = slot ?? frozen.get(name);
      if (!parameter) throw unknownName(who, name, [...slots.keys(), ...frozen.keys()]);
      const gradient = checkGradient(who, parameter, value);
      if (buffers.has(bufferOf(gradient))) checkApart(who, name, gradient, read);
      // One of a frozen parameter is of no use, but no mistake.
      if (!slot) continue;
      chosen.push(slot);
      checked.push(gradient);
    }
    for (const slot of chosen) checkParameter(who, slot);
    return [chosen, checked];
  }

  return Object.freeze({
    step(gradients: unknown) {
      const [chosen, checked] = take(gradients);
      if (chosen.length === 0) return;
      const { changes, groups } = stepOf(chosen);
      const scheduledFrom = most + 1;
      groups.forEach(({ slots: own, batches }, i) => {
        const step = own[0].step + 1;
        optimizer.fill(table, step, 1, scheduledFrom);
        // Limits are the same in every row.
        if (i === 0) runBatches(execute, changes, checked, table);
        runBatches(execute, batches, checked, table);
        for (const slot of own) slot.step = step;
        if (step > most) most = step;
      });
    },

    averaged() {
      const dict: Record<string, Float32Array> = {};
      for (const slot of slots.values()) {
        checkParameter(who, slot);
        put(dict, slot.name, averagedOf(slot));
      }
      return dict;
    },

    updateHessian(gradients: unknown) {
      if (optimizer.parts.every(({ hessianScalars }) => hessianScalars === undefined)) {
        throw stateError('ERR_PLUMMET_OPTION', `${who}: it has no Hessian to update; sophiaG has`);
      }
      const [chosen, checked] = take(gradients);
      for (const { part, batches } of makeStep(chosen, false).groups) {
        if (part.hessianScalars === undefined) continue;
        table.set(part.hessianScalars, part.column);
        runBatches(execute, batches, checked, table);
      }
    },

    stateDict() {
      const dict: Record<string, Float32Array | number> = {};
      for (const { name, part, states, step } of slots.values()) {
        states.forEach((values, i) => {
          put(dict, `${name}.${part.states[i].name}`, Float32Array.from(values));
        });
        put(dict, `${name}.step`, step);
      }
      return dict;
    },

    loadStateDict(state: unknown, options?: unknown) {
      const { strict: wanted } = checkOptions(`${who}.loadStateDict`, options, ['strict']);
      const strict = wanted === undefined || flag(`${who}.loadStateDict`, 'strict', wanted);
      const loaded = new Map(entries(`${who}.loadStateDict`, 'the state', state));
      const difference = compareNames([...slots.values()].flatMap(stateNames), loaded);
      if (strict) checkNames(who, difference);
      const changes = [...slots.values()].map((slot) => ({
        slot,
        step: loaded.has(`${slot.name}.step`)
          ? nonNegativeInteger(who, `"${slot.name}.step"`, loaded.get(`${slot.name}.step`))
          : slot.step,
        values: slot.part.states.map(({ name }, i) => {
          const own = `${slot.name}.${name}`;
          return loaded.has(own) ? checkState(who, own, loaded.get(own), slot.states[i].length) : null;
        }),
      }));
      for (const { slot, step, values } of changes) {
        slot.states.forEach((target, i) => {
          const given = values[i];
          if (given) target.set(given);
        });
        slot.step = step;
      }
      last = nothing;
      most = changes.reduce((max, { step }) => Math.max(max, step), 0);
      return difference;
    },

    get learningRate(): number {
      return optimizer.learningRateAt(most + 1);
    },
    set learningRate(value: number | Schedule) {
      optimizer.learningRate = value;
    },
  });
}

/** What to evaluate of a parameter: a copy. */
function averagedOf(slot: Slot): Float32Array {
  const { averaged, states } = slot.part;
  const values = Float32Array.from(slot.data);
  if (averaged === undefined || slot.step === 0) return values;
  const state = slot.states[states.findIndex(({ name }) => name === averaged.state)];
  if (averaged.weight === 1) return Float32Array.from(state);
  return values.map((p, i) => p + averaged.weight * (state[i] - p));
}

/** Names such as `__proto__` are names like others. */
function put<T>(dict: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(dict, name, { value, enumerable: true, writable: true, configurable: true });
}

const stateNames = ({ part, name }: Slot): string[] =>
  [...part.states.map((state) => state.name), 'step'].map((state) => `${name}.${state}`);

function unknownName(who: string, name: string, known: readonly string[]): Error {
  return rangeError('ERR_PLUMMET_OPTION', `${who}: there is no parameter "${name}".${suggestion(name, known)}`);
}

/** A gradient must not lie in the memory of a parameter: it would change while it is read. */
function checkApart(who: string, name: string, gradient: Float32Array, slots: Iterable<BoundParameter>): void {
  for (const slot of slots) {
    if (!overlap(slot.data, gradient)) continue;
    throw rangeError(
      'ERR_PLUMMET_OVERLAP',
      `${who}: the gradient of "${name}" shares memory with the parameter "${slot.name}"; pass a copy`,
    );
  }
}

/** Names that a state should have and has not, and names that it has and should not. */
function compareNames(wanted: readonly string[], given: ReadonlyMap<string, unknown>): StateDifference {
  const known = new Set(wanted);
  return {
    missing: wanted.filter((name) => !given.has(name)),
    unexpected: [...given.keys()].filter((name) => !known.has(name)),
  };
}

function checkNames(who: string, { missing, unexpected }: StateDifference): void {
  if (missing.length + unexpected.length === 0) return;
  const problems = [
    missing.length > 0 ? `missing ${listed(missing)}` : '',
    unexpected.length > 0 ? `unexpected ${listed(unexpected)}` : '',
  ].filter((problem) => problem !== '');
  throw stateError(
    'ERR_PLUMMET_STATE',
    `${who}: the state does not belong to these parameters: ${problems.join('; ')}`,
  );
}

function checkState(who: string, own: string, values: unknown, length: number): Float32Array {
  const name = `"${own}"`;
  const array = float32Array(who, name, values);
  if (array.length !== length) {
    const problem = `${name} has ${array.length} elements, it must have ${length}`;
    throw rangeError('ERR_PLUMMET_SHAPE', `${who}: ${problem}`);
  }
  return array;
}
