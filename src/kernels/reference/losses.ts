/** Losses of one row each, with the gradient of their mean over the batch where it is asked for. */
import { exp, fround, log, log1p, sigmoid } from '../arithmetic/float32.ts';
import { exponentials } from './activations.ts';
import { workspace } from './kernel.ts';
import { laneMaximum, laneSum } from './lanes.ts';
import { ofLabels, ofTargets } from './rows.ts';

const perRow = (rows: number): number => fround(1 / rows);
const perValue = (rows: number, n: number): number => fround(1 / (rows * n));
const twicePerValue = (rows: number, n: number): number => fround(2 / (rows * n));

export const sparseSoftmaxCrossentropy = ofLabels(({ z, from, n, gradient, to, scale }, label) => {
  const e = workspace(n);
  const maximum = laneMaximum(z, from, n);
  exponentials(z, from, n, maximum, e, 0);
  const sum = laneSum(e, 0, n);
  if (gradient !== null) {
    for (let j = 0; j < n; j++) gradient[to + j] = fround(fround(e[j] / sum) - (j === label ? 1 : 0)) * scale;
  }
  return log(sum) - fround(z[from + label] - maximum);
}, perRow);

export const softmaxCrossentropy = ofTargets(({ z, from, n, gradient, to, scale }, targets, at) => {
  const room = workspace(2 * n);
  const maximum = laneMaximum(z, from, n);
  exponentials(z, from, n, maximum, room, 0);
  const sum = laneSum(room, 0, n);
  const logSum = log(sum);
  for (let j = 0; j < n; j++) room[n + j] = targets[at + j] * fround(logSum - fround(z[from + j] - maximum));
  const loss = laneSum(room, n, n);
  if (gradient !== null) {
    const total = laneSum(targets, at, n);
    for (let j = 0; j < n; j++) {
      gradient[to + j] = fround(fround(fround(room[j] / sum) * total) - targets[at + j]) * scale;
    }
  }
  return loss;
}, perRow);

export const sigmoidCrossentropy = ofTargets(({ z, from, n, gradient, to, scale }, targets, at) => {
  const terms = workspace(n);
  for (let j = 0; j < n; j++) {
    const x = z[from + j];
    terms[j] = fround((x > 0 ? x : 0) - fround(x * targets[at + j])) + log1p(exp(-Math.abs(x)));
  }
  if (gradient !== null) {
    for (let j = 0; j < n; j++) gradient[to + j] = fround(sigmoid(z[from + j]) - targets[at + j]) * scale;
  }
  return laneSum(terms, 0, n) / n;
}, perValue);

export const meanSquaredError = ofTargets(({ z, from, n, gradient, to, scale }, targets, at) => {
  const squares = workspace(n);
  for (let j = 0; j < n; j++) {
    const d = fround(z[from + j] - targets[at + j]);
    squares[j] = d * d;
    if (gradient !== null) gradient[to + j] = d * scale;
  }
  return laneSum(squares, 0, n) / n;
}, twicePerValue);
