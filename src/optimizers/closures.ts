/** Functions that users pass to a step: called here, and what they return checked. */
import { describe, safely, stateError, typeError } from '../errors.ts';

export interface RawEvaluation {
  readonly loss: number;
  readonly gradients: unknown;
}

/** Whether a step goes by a function, checked against what was given. */
export function checkClosure(who: string, wanted: boolean, given: unknown): void {
  if (wanted === (typeof given === 'function')) return;
  throw typeError(
    'ERR_PLUMMET_TYPE',
    wanted
      ? `${who}: step takes a function that returns { loss, gradients }, for gradients are needed in more than one place; got ${describe(given)}`
      : `${who}: step takes gradients by name, got a function; only sam, asam and lbfgs call one`,
  );
}

/** Calls a user's function once at a time. */
export function createCaller(who: string) {
  let calling = false;
  const free = (method: string): void => {
    if (!calling) return;
    throw stateError(
      'ERR_PLUMMET_BUSY',
      `${who}: ${method} was called by the function that a step calls; return the gradients and let the step end first`,
    );
  };
  return {
    /** @throws `ERR_PLUMMET_BUSY` from within such a function */
    free,
    call(closure: () => unknown): RawEvaluation {
      free('step');
      calling = true;
      let result: unknown;
      try {
        result = closure();
      } finally {
        calling = false;
      }
      return read(who, result);
    },
  };
}

function read(who: string, result: unknown): RawEvaluation {
  const wanted = `${who}: the function must return { loss, gradients }`;
  if (typeof result !== 'object' || result === null || result instanceof Promise) {
    const hint = result instanceof Promise ? '; it cannot be asynchronous' : '';
    throw typeError('ERR_PLUMMET_TYPE', `${wanted}, got ${describe(result)}${hint}`);
  }
  const { loss, gradients } = safely(who, 'what the function returned', () => {
    const { loss, gradients } = result as { loss?: unknown; gradients?: unknown };
    return { loss, gradients };
  });
  if (typeof loss !== 'number')
    throw typeError('ERR_PLUMMET_TYPE', `${wanted} with a number as loss, got ${describe(loss)}`);
  return { loss, gradients };
}
