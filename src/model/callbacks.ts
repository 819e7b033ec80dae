/** The hooks of `fit`: Keras's, sync or async, each awaited before training goes on. */
import { describe, elements, safely, typeError } from '../errors.ts';
import type { Logs } from './history.ts';
import { inCallback, type Lock } from './lock.ts';
import type { Model } from './model.ts';

type Result = unknown;

/**
 * An object with any of these; they are called with `this` as the object. Times at which nobody listens cost nothing.
 */
export interface Callback {
  /** Called before anything else, with the model that is trained. */
  setModel?(model: Model): Result;
  onTrainBegin?(logs: Logs): Result;
  onTrainEnd?(logs: Logs): Result;
  onEpochBegin?(epoch: number, logs: Logs): Result;
  onEpochEnd?(epoch: number, logs: Logs): Result;
  onBatchBegin?(batch: number, logs: Logs): Result;
  /** `logs` are means over the epoch so far, as in Keras. */
  onBatchEnd?(batch: number, logs: Logs): Result;
  /** The same as onBatchBegin, onBatchEnd. */
  onTrainBatchBegin?(batch: number, logs: Logs): Result;
  onTrainBatchEnd?(batch: number, logs: Logs): Result;
  onTestBegin?(logs: Logs): Result;
  onTestEnd?(logs: Logs): Result;
  onTestBatchBegin?(batch: number, logs: Logs): Result;
  onTestBatchEnd?(batch: number, logs: Logs): Result;
}

const names = [
  'setModel',
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onTestBegin',
  'onTestEnd',
  'onTestBatchBegin',
  'onTestBatchEnd',
] as const;
type Hook = (typeof names)[number];

export interface Callbacks {
  /** Whether anybody listens to one of these. */
  listens(...hooks: Hook[]): boolean;
  setModel(model: Model): Promise<void>;
  /**
   * Calls the hook on each callback in turn, with the number of epoch or batch if there is one. They share the logs.
   */
  call(hook: Exclude<Hook, 'setModel'>, position: number | null, logs?: Logs): Promise<void>;
}

interface Entry {
  readonly callback: object;
  readonly hooks: Partial<Record<Hook, (...args: unknown[]) => unknown>>;
}

function entryOf(who: string, callback: unknown): Entry {
  const expected = `an object with hooks such as onEpochEnd(epoch, logs)`;
  if (typeof callback !== 'object' || callback === null || safely(who, 'the callback', () => Array.isArray(callback))) {
    throw typeError('ERR_PLUMMET_OPTION', `${who}: a callback must be ${expected}, got ${describe(callback)}`);
  }
  const hooks: Entry['hooks'] = {};
  for (const name of names) {
    const hook = safely(who, `the callback's ${name}`, () => (callback as Record<string, unknown>)[name]);
    if (hook === undefined || hook === null) continue;
    if (typeof hook !== 'function') {
      throw typeError('ERR_PLUMMET_OPTION', `${who}: ${name} of a callback must be a function, got ${describe(hook)}`);
    }
    hooks[name] = hook as (...args: unknown[]) => unknown;
  }
  if (Object.keys(hooks).length === 0) {
    throw typeError(
      'ERR_PLUMMET_OPTION',
      `${who}: a callback must have one of the hooks ${names.join(', ')}; this one has none`,
    );
  }
  return { callback, hooks };
}

/** Nobody listens. */
export const noCallbacks: Callbacks = { listens: () => false, setModel: async () => {}, call: async () => {} };

/** @throws `ERR_PLUMMET_OPTION` where `given` is neither a callback nor an array of them. */
export function readCallbacks(who: string, given: unknown, lock: Lock): Callbacks {
  const list = given === undefined ? [] : (elements(who, 'callbacks', given) ?? [given]);
  const entries = list.map((callback) => entryOf(who, callback));

  async function run(hook: Hook, args: readonly unknown[]): Promise<void> {
    for (const { callback, hooks } of entries) {
      const listener = hooks[hook];
      if (listener) await inCallback(lock, () => listener.apply(callback, [...args]));
    }
  }
  return {
    listens: (...hooks) => entries.some((entry) => hooks.some((hook) => entry.hooks[hook])),
    setModel: (model) => run('setModel', [model]),
    call: (hook, position, logs = {}) => run(hook, position === null ? [logs] : [position, logs]),
  };
}
