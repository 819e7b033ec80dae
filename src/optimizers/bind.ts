import { bufferOf, float32Array, isFloat32Array, isResizable, lengthOf } from '../arrays.ts';
import { checkOptions, flag, inRange, nonNegativeInteger, rangeError, stateError, suggestion } from '../errors.ts';
import { executionFor } from '../kernels/index.ts';
import { countOf } from '../layout.ts';
import { sharedFloats } from '../memory.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { createStepMaker, nothing, runBatches, type Slot, settle } from './bound-steps.ts';
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

/** Up to so many names are counted in each step. */
const FEW = 64;

/** Puts an optimizer to work on plain arrays. */
export function bind(optimizer: Optimizer, parameters: unknown, options: unknown): BoundOptimizer {
  const who = optimizer.name;
  const given = checkOptions(`${who}.bind`, options, ['backend']);
  const execution = executionFor(given.backend);
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
  /** The gradients that it had, where it holds them. */
  let held: readonly Float32Array[] = [];

  /** Nothing is held any more. */
  function forget(): void {
    settle(last);
    last = nothing;
    held = [];
  }

  function stepOf(chosen: readonly Slot[]) {
    if (chosen === last.slots) return last;
    if (chosen.length !== last.slots.length || !chosen.every((slot, i) => slot === last.slots[i])) {
      settle(last);
      last = makeStep(chosen);
    }
    return last;
  }

  /** A step with gradients that were checked; false where memory was gone that nobody looked at, and nothing has changed. */
  function advance(chosen: readonly Slot[], gradients: readonly Float32Array[]): boolean {
    const before = last;
    const { changes, groups, many } = stepOf(chosen);
    const hold = many && last === before && execution.prepareCalls !== null;
    const same = gradients === held;
    const scheduledFrom = most + 1;
    for (const [i, group] of groups.entries()) {
      const step = group.step + 1;
      optimizer.fill(table, step, 1, scheduledFrom);
      // Limits are the same in every row.
      if (i === 0 && !runBatches(execution, changes, gradients, table, hold, same)) return false;
      if (!runBatches(execution, group.batches, gradients, table, hold, same)) return false;
      group.step = step;
      if (step > most) most = step;
    }
    held = hold ? gradients : [];
    return true;
  }

  /**
   * The gradients, checked, where they are of the tensors of the step before, which holds them: many small ones. False where anything
   * is not as it was; `take` then says what is wrong, if something is.
   */
  function takeAgain(gradients: unknown): [readonly Slot[], readonly Float32Array[]] | false {
    if (typeof gradients !== 'object' || gradients === null) return false;
    const { slots: chosen, names, data, lengths, changes, groups } = last;
    let fresh: Float32Array[] | null = null;
    for (let i = 0; i < names.length; i++) {
      const gradient = (gradients as Record<string, unknown>)[names[i]] as Float32Array;
      if (gradient !== held[i]) {
        if (!isFloat32Array(gradient)) return false;
        const buffer = bufferOf(gradient);
        if (isResizable(buffer) || buffers.has(buffer)) return false;
        fresh ??= held.slice(0, i);
      }
      if (fresh) fresh.push(gradient);
    }
    // Whoever passes the same arrays by the same names has had the names checked; to count thousands takes as long as the step.
    if ((fresh || names.length <= FEW) && Object.keys(gradients).length !== names.length) return false;
    const taken = fresh ?? held;
    // Where a step is one call, that call looks whether all memory is there before it begins.
    const alone = changes.length === 0 && groups.length === 1 && groups[0].batches.length === 1;
    for (let i = 0; i < taken.length && !(alone && fresh === null); i++) {
      if (lengthOf(taken[i]) !== lengths[i] || !(alone || lengthOf(data[i]) === lengths[i])) return false;
    }
    return [chosen, taken];
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
      const again = held.length > 0 && takeAgain(gradients);
      if (again && advance(...again)) return;
      const taken = take(gradients);
      if (again) forget();
      if (taken[0].length > 0) advance(...taken);
    },

    averaged() {
      settle(last);
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
        runBatches(execution, batches, checked, table, false, false);
      }
    },

    stateDict() {
      settle(last);
      const dict: Record<string, Float32Array | number> = {};
      for (const { name, part, states, step } of slots.values()) {
        states.forEach((values, i) => {
          put(dict, `${name}.${part.states[i].name}`, Float32Array.from(values));
        });
        put(dict, `${name}.step`, step);
        const values = part.numbers?.at(step, most);
        part.numbers?.names.forEach((number, i) => {
          put(dict, `${name}.${number}`, values?.[i] as number);
        });
      }
      return dict;
    },

    loadStateDict(state: unknown, options?: unknown) {
      const { strict: wanted } = checkOptions(`${who}.loadStateDict`, options, ['strict']);
      const strict = wanted === undefined || flag(`${who}.loadStateDict`, 'strict', wanted);
      const loaded = new Map(entries(`${who}.loadStateDict`, 'the state', state));
      const bound = [...slots.values()];
      const difference = compareNames(bound.flatMap(stateNames), bound.flatMap(numberNames), loaded);
      if (strict) checkNames(who, difference);
      forget();
      const changes = bound.map((slot) => ({
        slot,
        step: loaded.has(`${slot.name}.step`)
          ? nonNegativeInteger(who, `"${slot.name}.step"`, loaded.get(`${slot.name}.step`))
          : slot.step,
        values: slot.part.states.map(({ name }, i) => {
          const own = `${slot.name}.${name}`;
          return loaded.has(own) ? checkState(who, own, loaded.get(own), slot.states[i].length) : null;
        }),
        numbers: numberNames(slot).flatMap((own) =>
          loaded.has(own) ? [inRange(who, `"${own}"`, loaded.get(own), 0, Number.POSITIVE_INFINITY)] : [],
        ),
      }));
      for (const { slot, step, values } of changes) {
        slot.states.forEach((target, i) => {
          const given = values[i];
          if (given) target.set(given);
        });
        slot.step = step;
      }
      most = changes.reduce((max, { step }) => Math.max(max, step), 0);
      for (const { slot, numbers } of changes) {
        const known = slot.part.numbers;
        if (numbers.length === known?.names.length) known.load?.(most, numbers);
      }
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

/** Those that a state may have, too: they mostly follow from the step. */
const numberNames = ({ part, name }: Slot): string[] =>
  (part.numbers?.names ?? []).map((number) => `${name}.${number}`);

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
function compareNames(
  wanted: readonly string[],
  possible: readonly string[],
  given: ReadonlyMap<string, unknown>,
): StateDifference {
  const known = new Set([...wanted, ...possible]);
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
