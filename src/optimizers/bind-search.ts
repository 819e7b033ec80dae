/** An optimizer that looks for its steps, put to work on plain arrays. */
import { bufferOf, lengthOf } from '../arrays.ts';
import { checkOptions, stateError } from '../errors.ts';
import { executionFor } from '../kernels/index.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { checkClosure, createCaller } from './closures.ts';
import { checkApart, unknownName } from './names.ts';
import type { BoundOptimizer, Optimizer } from './optimizer.ts';
import { checkGradient, checkParameter, entries, readParameters } from './parameters.ts';
import { type Evaluated, emptyMemory, type Search } from './search.ts';
import { searchState } from './search-state.ts';
import { loadState, put, type StateEntry, stateDictOf } from './state-dict.ts';

export function bindSearch(optimizer: Optimizer, search: Search, given: unknown, options: unknown): BoundOptimizer {
  const who = optimizer.name;
  // It computes in TypeScript on every backend; what was asked for is checked all the same.
  executionFor(checkOptions(`${who}.bind`, options, ['backend']).backend);
  const read = readParameters(who, given);
  let size = 0;
  const parameters = read.map((parameter) => {
    size += parameter.length;
    return { ...parameter, offset: size - parameter.length };
  });
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const buffers = new Set(read.map(({ data }) => data.buffer));
  const caller = createCaller(who);
  let memory = emptyMemory(size);
  let steps = 0;

  const check = (): void => {
    for (const parameter of parameters) checkParameter(who, parameter);
  };
  const write = (x: Float32Array): void => {
    for (const { data, offset, length } of parameters) {
      if (lengthOf(data) === length) data.set(x.subarray(offset, offset + length));
    }
  };

  /** All gradients, one behind the other; those that are absent are 0. */
  function gather(gradients: unknown): Float32Array {
    const gradient = new Float32Array(size);
    for (const [name, value] of entries(who, 'gradients', gradients)) {
      if (value === undefined || value === null) continue;
      const parameter = byName.get(name);
      if (!parameter) throw unknownName(who, name, [...byName.keys()]);
      const checked = checkGradient(who, parameter, value);
      if (buffers.has(bufferOf(checked))) checkApart(who, name, checked, read);
      gradient.set(checked, parameter.offset);
    }
    check();
    return gradient;
  }

  function evaluate(closure: () => unknown): Evaluated {
    const { loss, gradients } = caller.call(closure);
    return { loss, gradient: gather(gradients) };
  }

  function step(closure: () => unknown): number {
    caller.free('step');
    check();
    const x = new Float32Array(size);
    for (const { data, offset } of parameters) x.set(data, offset);
    try {
      const found = search.step(memory, x, optimizer.learningRateAt(steps + 1));
      let next = found.next();
      while (!next.done) {
        write(next.value);
        next = found.next(evaluate(closure));
      }
      write(next.value.x);
      memory = next.value.memory;
      steps++;
      return next.value.loss;
    } catch (error) {
      write(x);
      throw error;
    }
  }

  const state = searchState(
    who,
    parameters,
    search.historySize,
    () => memory,
    (next) => {
      memory = next;
    },
  );
  const stateEntries = (): StateEntry[] => [
    ...state.entries,
    ...parameters.map(
      ({ name }): StateEntry => ({
        name: `${name}.step`,
        kind: 'count',
        read: () => steps,
        write: (given) => {
          steps = given;
        },
      }),
    ),
  ];

  return Object.freeze({
    step: ((closure: unknown): number => {
      checkClosure(who, true, closure);
      return step(closure as () => unknown);
    }) as BoundOptimizer['step'],

    averaged() {
      caller.free('averaged');
      const dict: Record<string, Float32Array> = {};
      for (const parameter of parameters) {
        checkParameter(who, parameter);
        put(dict, parameter.name, Float32Array.from(parameter.data));
      }
      return dict;
    },

    updateHessian() {
      throw stateError('ERR_PLUMMET_OPTION', `${who}: it has no Hessian to update; sophiaG has`);
    },

    stateDict() {
      caller.free('stateDict');
      return stateDictOf(stateEntries());
    },

    loadStateDict(given: unknown, options?: unknown) {
      caller.free('loadStateDict');
      const difference = loadState(who, stateEntries(), given, options, (numbers, arrays) => {
        caller.free('loadStateDict');
        state.agree(numbers, arrays);
      });
      state.finish();
      return difference;
    },

    get skippedSteps(): number {
      return 0;
    },

    get lossScale(): number {
      return 1;
    },

    get learningRate(): number {
      return optimizer.learningRateAt(steps + 1);
    },
    set learningRate(value: number | Schedule) {
      optimizer.learningRate = value;
    },
  });
}
