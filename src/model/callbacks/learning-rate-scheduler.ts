import { describe, inRange, typeError } from '../../errors.ts';
import { isSchedule } from '../../schedules/make.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Callback } from '../callbacks.ts';
import type { Model } from '../model.ts';

/** From the number of an epoch, and the rate so far, to the rate of that epoch. */
export type LearningRateScheduler = (epoch: number, learningRate: number) => number;

/**
 * Sets the learning rate at the beginning of each epoch (Keras's LearningRateScheduler). A schedule that is given to the optimizer
 * itself goes by steps instead, and calls no JavaScript between them.
 *
 * @param schedule - a function of the epoch, counted from 0, and of the rate so far, or a schedule, whose steps are epochs then
 * @throws `ERR_PLUMMET_OPTION` where it is neither, and in `fit` where it returns what is no learning rate
 * @example
 * const halve = callbacks.learningRateScheduler((epoch, rate) => (epoch > 0 && epoch % 10 === 0 ? rate / 2 : rate));
 * const drop = callbacks.learningRateScheduler(schedules.step({ learningRate: 0.1, stepSize: 30 }));
 */
export function learningRateScheduler(schedule: LearningRateScheduler | Schedule): Callback {
  const who = 'learningRateScheduler';
  if (typeof schedule !== 'function') {
    const expected = 'a function of the epoch and the rate so far, or a schedule';
    throw typeError('ERR_PLUMMET_OPTION', `${who}: expected ${expected}, got ${describe(schedule)}`);
  }
  const rateOf: LearningRateScheduler = isSchedule(schedule) ? (epoch) => schedule(epoch) : schedule;
  let model: Model | undefined;
  return {
    setModel(given) {
      model = given;
    },
    onEpochBegin(epoch) {
      if (!model) return;
      const { optimizer } = model;
      const rate = rateOf(epoch, optimizer.learningRate);
      optimizer.learningRate = inRange(who, `the rate of epoch ${epoch}`, rate, 0, Number.POSITIVE_INFINITY);
    },
  };
}
