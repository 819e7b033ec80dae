// @ts-check
// How long is an epoch of MNIST with 784-128-10?
import { chartEpochs, measureEpochs, printEpochs } from './lib/epochs-question.mjs';
import { trainings } from './lib/mnist-trainings.mjs';

export const question = 'seconds an epoch of MNIST';

/** @param {import('./lib/context.mjs').Context} context */
export const measure = (context) => measureEpochs(trainings, context);
export const print = printEpochs;
export const charts = chartEpochs;
