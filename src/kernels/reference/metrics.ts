/** Metrics: one value a row. */
import { type FloatArray, fround } from '../arithmetic/float32.ts';
import { workspace } from './kernel.ts';
import { laneSum } from './lanes.ts';
import { ofLabels, ofTargets } from './rows.ts';

/** The place of the first of the largest; a NaN is never larger. */
function argmax(values: FloatArray, from: number, n: number): number {
  let best = 0;
  for (let j = 1; j < n; j++) {
    if (values[from + j] > values[from + best]) best = j;
  }
  return best;
}

export const sparseAccuracy = ofLabels(({ z, from, n }, label) => (argmax(z, from, n) === label ? 1 : 0));

export const categoricalAccuracy = ofTargets(({ z, from, n }, targets, at) =>
  argmax(z, from, n) === argmax(targets, at, n) ? 1 : 0,
);

export const binaryAccuracy = ofTargets(({ z, from, n, dims }, targets, at) => {
  const threshold = dims[5] === 1 ? 0 : 0.5;
  let right = 0;
  for (let j = 0; j < n; j++) {
    if ((z[from + j] > threshold ? 1 : 0) === targets[at + j]) right++;
  }
  return right / n;
});

export const squaredError = ofTargets(({ z, from, n }, targets, at) => {
  const terms = workspace(n);
  for (let j = 0; j < n; j++) {
    const d = fround(z[from + j] - targets[at + j]);
    terms[j] = d * d;
  }
  return laneSum(terms, 0, n) / n;
});

export const absoluteError = ofTargets(({ z, from, n }, targets, at) => {
  const terms = workspace(n);
  for (let j = 0; j < n; j++) terms[j] = Math.abs(fround(z[from + j] - targets[at + j]));
  return laneSum(terms, 0, n) / n;
});
