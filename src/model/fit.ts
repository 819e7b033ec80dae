/** `fit`: epochs and batches, callbacks and validation around the calls of the executor. */
import { isDataset } from '../data/create.ts';
import { elements, rangeError, stateError, typeError } from '../errors.ts';
import { type Callbacks, readCallbacks } from './callbacks.ts';
import { type Core, compiledOf } from './core.ts';
import { test, wantedBy } from './evaluate.ts';
import { type ReadFitOptions, readFitOptions } from './fit-options.ts';
import { createHistory, type History, type Logs, record } from './history.ts';
import { checkSource, datasetPair, optionsBehind, pair, type Source, type Wanted } from './inputs.ts';
import { advance, createJob, type Job, logsSoFar, numberOf, standing } from './job.ts';
import { assertWritable } from './lock.ts';
import type { Model } from './model.ts';
import { reportPlateaus } from './plateaus.ts';
import { createProgress, type Progress, silent } from './progress.ts';
import { interrupt, type Position } from './run.ts';
import { searchBatch } from './search.ts';

/** The first rows for training and the last ones for validation, both in place. */
function split(source: Source, part: number): { training: Source; validation: Source } {
  const { x, y, rows } = source;
  const kept = Math.floor(rows * (1 - part));
  if (kept === 0 || kept === rows) {
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `fit: validationSplit ${part} of ${rows} rows leaves ${kept} for training and ${rows - kept} for validation; both need at least one`,
    );
  }
  const cut = <T extends Float32Array | Int32Array | Uint8Array>(array: T, from: number, to: number): T => {
    const width = array.length / rows;
    return array.subarray(from * width, to * width) as T;
  };
  const take = (from: number, to: number): Source => ({
    ...source,
    x: cut(x, from, to),
    y: y && cut(y, from, to),
    rows: to - from,
  });
  return { training: take(0, kept), validation: take(kept, rows) };
}

function validationOf(given: unknown, wanted: Wanted): Source {
  const who = 'fit: validationData';
  if (isDataset(given)) return datasetPair(who, given, wanted);
  const two = elements('fit', 'validationData', given);
  if (two?.length === 2) return pair(who, two[0], two[1], wanted, 'shared');
  throw typeError('ERR_PLUMMET_OPTION', 'fit: validationData must be [x, y] or a dataset');
}

function sourcesOf(
  x: unknown,
  y: unknown,
  options: ReadFitOptions,
  wanted: Wanted,
): { training: Source; validation: Source | null } {
  const all = isDataset(x) ? datasetPair('fit', x, wanted) : pair('fit', x, y, wanted, 'shared');
  if (options.validationData !== undefined)
    return { training: all, validation: validationOf(options.validationData, wanted) };
  return options.validationSplit > 0 ? split(all, options.validationSplit) : { training: all, validation: null };
}

export async function fit(core: Core, model: Model, x: unknown, y: unknown, given: unknown): Promise<History> {
  assertWritable(core.lock, 'fit');
  core.lock.fitting = true;
  try {
    const compiled = compiledOf(core, 'fit');
    const options = readFitOptions(optionsBehind('fit', x, y, given), core.seed);
    const callbacks = readCallbacks('fit', options.callbacks, core.lock);
    options.signal?.throwIfAborted();
    const wanted = wantedBy(core, compiled);
    const { training, validation } = sourcesOf(x, y, options, wanted);
    await checkSource('fit', training, wanted.outputs);
    if (validation) await checkSource('fit: validationData', validation, wanted.outputs);
    core.stop = false;
    return await train(createJob(core, compiled, options, callbacks, training, validation), model);
  } finally {
    core.lock.fitting = false;
  }
}

async function train(job: Job, model: Model): Promise<History> {
  const { core, callbacks, options, brake } = job;
  const { signal, initialEpoch, epochs, verbose } = options;
  const outline = { epochs, batches: job.batches, rows: job.training.rows, batchSize: job.batchSize };
  const progress =
    verbose === 0 ? silent : createProgress(verbose, outline, initialEpoch, () => standing(job), process.stdout);
  const onAbort = () => {
    interrupt(brake);
    interrupt(job.testBrake);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  core.brake = brake;
  try {
    await callbacks.setModel(model);
    return await epochsOf(job, progress);
  } finally {
    core.brake = null;
    signal?.removeEventListener('abort', onAbort);
    job.tables.close();
    progress.stop();
  }
}

async function epochsOf(job: Job, progress: Progress): Promise<History> {
  const { core, callbacks, compiled, options, validation } = job;
  const history = createHistory([...compiled.keys, ...(validation ? compiled.keys.map((key) => `val_${key}`) : [])]);
  let last: Logs = {};
  const note = (epoch: number, logs: Logs): void => {
    last = logs;
    record(history, numberOf(job, epoch), logs);
    progress.ended(numberOf(job, epoch), logs);
  };
  const finish = async (epoch: number, training: Logs): Promise<void> => {
    const logs = job.inline ? training : await validated(job, epoch, training);
    progress.ended(numberOf(job, epoch), logs);
    await callbacks.call('onEpochEnd', numberOf(job, epoch), logs);
    options.signal?.throwIfAborted();
    reportPlateaus(compiled.optimizer.plateaus, logs, validation !== null);
    // After the callbacks, so that what they add to the logs is kept, as in Keras.
    note(epoch, logs);
  };

  await callbacks.call('onTrainBegin', null);
  progress.start();
  let at: Position = { epoch: job.first, batch: 0 };
  while (at.epoch < job.end && !core.stop) {
    if (at.batch === 0) await callbacks.call('onEpochBegin', numberOf(job, at.epoch));
    if (core.stop) break;
    const before = at;
    const step = job.perBatch ? await oneBatch(job, at) : await go(job, at);
    at = step.at;
    for (const { epoch, logs } of step.ended) {
      // With nobody to tell, a million epochs of a tiny network must not cost more here than in the executor.
      if (job.perEpoch) await finish(epoch, logs);
      else note(epoch, logs);
    }
    const cutShort = core.stop && at.batch > 0;
    if (cutShort || at.batch >= job.batches) {
      // Stopped within an epoch, or before its validation: it ends here, with what was done of it.
      const training = logsSoFar(job, at.batch);
      await finish(at.epoch, job.inline ? await validated(job, at.epoch, training) : training);
      at = { epoch: at.epoch + 1, batch: 0 };
      core.epochs = at.epoch;
    } else if (at.epoch === before.epoch && at.batch === before.batch && !core.stop) {
      throw stateError(
        'ERR_PLUMMET_STATE',
        `fit: the executor made no progress at epoch ${at.epoch}, batch ${at.batch}`,
      );
    }
  }
  await callbacks.call('onTrainEnd', null, last);
  return history;
}

/** What is done before JavaScript runs again; an optimizer that looks for its steps asks for each of them. */
const go = (job: Job, at: Position): ReturnType<typeof advance> =>
  job.core.search ? searchBatch(job, at) : advance(job, at);

/** A call of a single batch, between its hooks. */
async function oneBatch(job: Job, from: Position): ReturnType<typeof advance> {
  const { callbacks } = job;
  await hooks(callbacks, 'Begin', from.batch, {});
  const step = await go(job, from);
  if (step.at.epoch !== from.epoch || step.at.batch !== from.batch) {
    await hooks(callbacks, 'End', from.batch, logsSoFar(job, from.batch + 1));
  }
  return step;
}

/** Keras knows these hooks under two names each. */
async function hooks(callbacks: Callbacks, which: 'Begin' | 'End', batch: number, logs: Logs): Promise<void> {
  await callbacks.call(`onBatch${which}`, batch, logs);
  await callbacks.call(`onTrainBatch${which}`, batch, logs);
}

/** The logs of an epoch with those of the validation that follows it, if one does. */
async function validated(job: Job, epoch: number, logs: Logs): Promise<Logs> {
  const { core, compiled, validation, options, callbacks, testBrake } = job;
  if (!validation || (numberOf(job, epoch) + 1) % options.validationFreq !== 0) return logs;
  const means = await test(
    core,
    compiled,
    validation,
    options.validationBatchSize,
    callbacks,
    'fit: validationData',
    job.averaged,
    testBrake,
  );
  options.signal?.throwIfAborted();
  return { ...logs, ...Object.fromEntries(Object.entries(means).map(([key, value]) => [`val_${key}`, value])) };
}
