// @ts-check
// How long is an epoch of MNIST with two layers of 1024, where products are all that counts?
import { chartEpochs, measureEpochs, printEpochs } from './lib/epochs-question.mjs';
import { wide } from './lib/mnist-trainings.mjs';

export const question = 'seconds an epoch of MNIST, 784-1024-1024-10';

/** @param {import('./lib/context.mjs').Context} context */
export const measure = (context) => measureEpochs(wide, context);
export const print = printEpochs;
export const charts = chartEpochs;
