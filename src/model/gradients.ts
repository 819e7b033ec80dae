/**
 * For training loops of one's own: gradients without a step, back-propagation from any gradient, and a step from any
 * gradients.
 */
import { isDataset } from '../data/create.ts';
import { stateError, typeError } from '../errors.ts';
import type { Tensor, TensorLike } from '../tensor.ts';
import { type Core, compiledOf, networkOf } from './core.ts';
import { inputRows, type Source, targetRows } from './inputs.ts';
import { assertReadable, assertWritable } from './lock.ts';
import { batchOf, outputOf, runOnce } from './step.ts';
import { checkAll, readAll, type Weights, writeAll } from './weights.ts';

export interface Gradients {
  /** Mean over the rows. */
  readonly loss: number;
  /** Of that mean, by the parameter's name. */
  readonly gradients: Weights;
}

export interface Backward {
  /** By the parameter's name. */
  readonly gradients: Weights;
  /** Gradient of the input: rows × inputs. */
  readonly input: Tensor<Float32Array>;
}

export function gradients(core: Core, x: unknown, y: unknown): Gradients {
  const who = 'gradients';
  assertReadable(core.lock, who);
  const source = batchOf(core, who, x, y);
  const { totals, scratch } = runOnce(core, who, 'gradients', source);
  return { loss: totals[0] / source.rows, gradients: readAll(core, scratch) };
}

export function backward(core: Core, x: unknown, outputGradient: unknown): Backward {
  const who = 'backward';
  assertReadable(core.lock, who);
  const { inputs, outputs } = networkOf(core);
  if (isDataset(x))
    throw typeError('ERR_PLUMMET_TYPE', `${who}: takes rows of numbers and the gradient of the output, not a dataset`);
  const input = inputRows(who, x, inputs, 'private');
  const y = targetRows(who, 'outputGradient', outputGradient, input.rows, outputs, 'private');
  const run = runOnce(core, who, 'backward', { ...input, y, bytes: null, checked: true });
  const data = outputOf(run, input.rows * inputs);
  return { gradients: readAll(core, run.scratch), input: { data, shape: [input.rows, inputs] } };
}

const nothing: Source = { x: new Float32Array(0), y: null, rows: 1, bytes: null, checked: true };

export function applyGradients(core: Core, given: Record<string, TensorLike>): void {
  const who = 'applyGradients';
  assertWritable(core.lock, who);
  const { optimizer } = compiledOf(core, who);
  if (optimizer.ascent || optimizer.search) {
    throw stateError(
      'ERR_PLUMMET_STATE',
      `${who}: ${optimizer.name} needs gradients in more than one place; use trainOnBatch or fit`,
    );
  }
  const values = checkAll(core, who, given);
  const { size } = networkOf(core);
  runOnce(core, who, 'apply', nothing, (scratch) => {
    scratch.fill(0, 0, size);
    writeAll(values, scratch);
  });
}
