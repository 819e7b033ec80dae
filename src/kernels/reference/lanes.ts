/** Reductions over 16 lanes, whose order of operations depends on the length alone. */
import { FloatArray, fround } from '../arithmetic/float32.ts';

const lanes = new FloatArray(16);

/** The 16-lane sum of values[from … from + n). */
export function laneSum(values: FloatArray, from: number, n: number): number {
  for (let l = 0; l < 16; l++) lanes[l] = l < n ? values[from + l] : 0;
  for (let group = 16; group < n; group += 16) {
    for (let l = 0; l < 16; l++) lanes[l] = lanes[l] + (group + l < n ? values[from + group + l] : 0);
  }
  for (let s = 8; s > 0; s >>= 1) {
    for (let l = 0; l < s; l++) lanes[l] = fround(lanes[l] + lanes[l + s]);
  }
  return lanes[0];
}

/** The largest of values[from … from + n): never NaN, −Infinity where there is none. */
export function laneMaximum(values: FloatArray, from: number, n: number): number {
  for (let l = 0; l < 16; l++) lanes[l] = l < n && values[from + l] > -Infinity ? values[from + l] : -Infinity;
  for (let group = 16; group < n; group += 16) {
    for (let l = 0; l < 16 && group + l < n; l++) {
      if (values[from + group + l] > lanes[l]) lanes[l] = values[from + group + l];
    }
  }
  for (let s = 8; s > 0; s >>= 1) {
    for (let l = 0; l < s; l++) {
      if (lanes[l + s] > lanes[l]) lanes[l] = lanes[l + s];
    }
  }
  return lanes[0];
}
