import { bufferOf, isFloat32Array, isResizable, lengthOf } from '../arrays.ts';
import { checkOptions, stateError } from '../errors.ts';
import { executionFor } from '../kernels/index.ts';
import { sharedFloats } from '../memory.ts';
import type { Gate } from '../plan/gate.ts';
import { elementsOf, fillStored, wordsOf } from '../plan/stored.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { bindSearch } from './bind-search.ts';
import { averagedOf, boundEntries } from './bound-state.ts';
import {
  type BoundStep,
  createStepMaker,
  type GateMemory,
  nothing,
  runBatches,
  type Slot,
  settle,
} from './bound-steps.ts';
import { checkClosure, createCaller } from './closures.ts';
import { checkApart, unknownName } from './names.ts';
import type { BoundOptimizer, Optimizer, StateSpec } from './optimizer.ts';
import { type BoundParameter, checkGradient, checkParameter, entries, readParameters } from './parameters.ts';
import { loadState, put, stateDictOf } from './state-dict.ts';

const ZERO = sharedFloats(1);
const ONE = sharedFloats(1).fill(1);

/** Up to so many names are counted in each step. */
const FEW = 64;

/** Puts an optimizer to work on plain arrays. */
export function bind(optimizer: Optimizer, parameters: unknown, options: unknown): BoundOptimizer {
  if (optimizer.search) return bindSearch(optimizer, optimizer.search, parameters, options);
  const who = optimizer.name;
  const given = checkOptions(`${who}.bind`, options, ['backend']);
  const execution = executionFor(given.backend);
  const read = readParameters(who, parameters);
  const parts = optimizer.partsFor(read.map(({ name }) => name));
  const slots = new Map<string, Slot>();
  const shared = new Map<StateSpec, Float32Array>();
  const stateOf = (spec: StateSpec, { shape }: BoundParameter): Float32Array => {
    const known = shared.get(spec);
    if (known) return known;
    const count = elementsOf(spec, shape);
    const made = sharedFloats(wordsOf(spec, count));
    fillStored(spec, made, count);
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
    part.check?.(parameter.name, parameter.shape);
    const states = part.states.map((spec) => stateOf(spec, parameter));
    slots.set(parameter.name, { ...parameter, part, states, index: i, step: 0, batches: 0 });
  });
  const buffers = new Set(read.map(({ data }) => data.buffer));

  const table = sharedFloats(optimizer.width);
  const { gate } = optimizer;
  const memory: GateMemory = { divisor: sharedFloats(1), scaling: sharedFloats(2) };
  memory.scaling[0] = gate?.scale ?? 1;
  const makeStep = createStepMaker(optimizer, table, memory, slots);
  let skipped = 0;
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

  /** Adds gradients to the sums of their windows; returns the parameters whose window that ends. */
  function accumulate(chosen: readonly Slot[], gradients: readonly Float32Array[], batches: number): Slot[] {
    const operands: Float32Array[] = [];
    const lengths: number[] = [];
    chosen.forEach(({ states, length, batches: held }, i) => {
      if (length === 0) return;
      operands.push(gradients[i], held === 0 ? ZERO : ONE, states[states.length - 1]);
      lengths.push(length);
    });
    if (lengths.length > 0) execution.execute('accumulateGradient', operands, Float64Array.from(lengths));
    return chosen.filter((slot) => {
      slot.batches = (slot.batches + 1) % batches;
      return slot.batches === 0;
    });
  }

  /** Makes gradients those that a step takes; false where it is skipped. */
  function opens(
    { opening, advance: by, groups }: BoundStep,
    { batches }: Gate,
    gradients: readonly Float32Array[],
  ): boolean {
    if (opening.length === 0) return true;
    optimizer.fill(table, groups[0].step + 1, 1, most + 1);
    memory.divisor[0] = batches * memory.scaling[0];
    runBatches(execution, opening, gradients, table, false, false);
    if (by === null || by[0] > 0) return true;
    skipped++;
    return false;
  }

  /** A step with gradients that were checked; false where memory was gone that nobody looked at, and nothing has changed. */
  function advance(given: readonly Slot[], gradients: readonly Float32Array[]): boolean {
    const before = last;
    const chosen = gate !== null && gate.batches > 1 ? accumulate(given, gradients, gate.batches) : given;
    if (chosen.length === 0) return true;
    const { changes, groups, many } = stepOf(chosen);
    if (gate && !opens(last, gate, gradients)) return true;
    const hold = many && last === before && execution.prepareCalls !== null && gate === null;
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
    // Whoever passes the same arrays by the same names has had the names checked; to count thousands takes as long as the step. Where
    // parameters have been left out, one may have come.
    const counts = fresh !== null || names.length <= FEW || names.length < slots.size;
    if (counts && Object.keys(gradients).length !== names.length) return false;
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

  /** What numbers that were loaded are handed to, once all steps are known. */
  const loads: (() => void)[] = [];
  const stateEntries = () => {
    loads.length = 0;
    return boundEntries(
      [...slots.values()],
      gate,
      memory.scaling,
      () => most,
      (load) => loads.push(load),
    );
  };

  const caller = createCaller(who);

  /** A step with gradients taken elsewhere: there and back. */
  function stepFrom(closure: () => unknown): number {
    const first = caller.call(closure);
    const [chosen, gradients] = take(first.gradients);
    const { up, down } = stepOf(chosen);
    optimizer.fill(table, most + 1, 1);
    runBatches(execution, up, gradients, table, false, false);
    let taken: [Slot[], Float32Array[]];
    try {
      taken = take(caller.call(closure).gradients);
    } finally {
      // A parameter whose memory is gone cannot go back, and needs not.
      if (chosen.every(({ data, length }) => lengthOf(data) === length)) {
        runBatches(execution, down, gradients, table, false, false);
      }
    }
    if (taken[0].length > 0) advance(...taken);
    return first.loss;
  }

  return Object.freeze({
    step: ((gradients: unknown): number | undefined => {
      checkClosure(who, optimizer.ascent !== undefined, gradients);
      if (typeof gradients === 'function') return stepFrom(gradients as () => unknown);
      const again = held.length > 0 && takeAgain(gradients);
      if (again && advance(...again)) return undefined;
      const taken = take(gradients);
      if (again) forget();
      if (taken[0].length > 0) advance(...taken);
      return undefined;
    }) as BoundOptimizer['step'],

    averaged() {
      caller.free('averaged');
      settle(last);
      const dict: Record<string, Float32Array> = {};
      for (const slot of slots.values()) {
        checkParameter(who, slot);
        put(dict, slot.name, averagedOf(slot));
      }
      return dict;
    },

    updateHessian(gradients: unknown) {
      caller.free('updateHessian');
      if (optimizer.parts.every(({ hessianScalars }) => hessianScalars === undefined)) {
        throw stateError('ERR_PLUMMET_OPTION', `${who}: it has no Hessian to update; sophiaG has`);
      }
      const [chosen, checked] = take(gradients);
      for (const { part, batches } of makeStep(chosen, false).groups) {
        if (part.hessianScalars === undefined) continue;
        table.fill(0);
        table.set(part.hessianScalars, part.column);
        runBatches(execution, batches, checked, table, false, false);
      }
    },

    stateDict() {
      caller.free('stateDict');
      settle(last);
      return stateDictOf(stateEntries());
    },

    loadStateDict(state: unknown, options?: unknown) {
      caller.free('loadStateDict');
      settle(last);
      const difference = loadState(who, stateEntries(), state, options);
      // Steps stand in the slots now.
      last = nothing;
      held = [];
      most = [...slots.values()].reduce((max, { step }) => Math.max(max, step), 0);
      for (const load of loads.splice(0)) load();
      return difference;
    },

    get skippedSteps(): number {
      return skipped;
    },

    get lossScale(): number {
      return gate?.scaled ? memory.scaling[0] : 1;
    },

    get learningRate(): number {
      return optimizer.learningRateAt(most + 1);
    },
    set learningRate(value: number | Schedule) {
      optimizer.learningRate = value;
    },
  });
}
