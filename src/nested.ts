/** Nested arrays of numbers, made flat. */
import { checkAttached, isNumberArray, type NumberArray, plain } from './arrays.ts';
import { describe, safely, typeError } from './errors.ts';

/** Arrays of arrays of numbers; the innermost ones may be typed arrays. */
export type NestedNumbers = readonly (number | NumberArray | NestedNumbers)[];

/** Deeper nesting than this is a mistake, such as an array that contains itself. */
const MAX_DEPTH = 16;

/**
 * All numbers of nested arrays in row-major order, and the shape, which follows from the first element at each depth. In float64,
 * so that class labels stay exact. Every element is read once.
 *
 * @throws `ERR_PLUMMET_SHAPE` for ragged arrays, saying where; `ERR_PLUMMET_TYPE` for what is not a number.
 */
export function flatten(who: string, name: string, value: unknown): { data: Float64Array; shape: number[] } {
  const shape: number[] = [];
  const path: number[] = [];
  let numbers = new Float64Array(64);
  let count = 0;

  const reserve = (extra: number) => {
    if (count + extra <= numbers.length) return;
    const longer = new Float64Array(Math.max(2 * numbers.length, count + extra));
    longer.set(numbers);
    numbers = longer;
  };
  const place = (depth: number) =>
    `${name}${path
      .slice(0, depth)
      .map((i) => `[${i}]`)
      .join('')}`;
  const ragged = (depth: number, problem: string) =>
    typeError('ERR_PLUMMET_SHAPE', `${who}: ${place(depth)} ${problem}`);

  const attached = (array: NumberArray, depth: number): NumberArray => {
    checkAttached(who, place(depth), array);
    return plain(array);
  };

  const visit = (given: unknown, depth: number): void => {
    const item = isNumberArray(given) ? attached(given, depth) : given;
    const typed = isNumberArray(item);
    if (!typed && !Array.isArray(item)) {
      throw typeError('ERR_PLUMMET_TYPE', `${who}: ${place(depth)} must be a number, got ${describe(item)}`);
    }
    if (depth === MAX_DEPTH) throw ragged(0, `is nested more than ${MAX_DEPTH} deep`);
    if (depth > 0 && depth === shape.length && count > 0) throw ragged(depth, 'is an array where others are numbers');
    const { length } = item;
    if (depth === shape.length) shape.push(length);
    if (length !== shape[depth]) {
      const first = `${name}${'[0]'.repeat(depth)}`;
      throw ragged(depth, `has ${length} elements, ${first} has ${shape[depth]}; all must have as many`);
    }
    if (typed) {
      if (depth + 1 < shape.length) throw ragged(depth, 'holds numbers where others hold arrays');
      reserve(length);
      numbers.set(item, count);
      count += length;
      return;
    }
    reserve(depth + 1 === shape.length ? length : 0);
    for (let i = 0; i < length; i++) {
      const element: unknown = item[i];
      path[depth] = i;
      if (typeof element !== 'number') {
        visit(element, depth + 1);
      } else if (depth + 1 < shape.length) {
        throw ragged(depth + 1, `is a number where others are arrays of ${shape[depth + 1]}`);
      } else {
        reserve(1);
        numbers[count++] = element;
      }
    }
  };

  safely(who, name, () => visit(value, 0));
  return { data: numbers.subarray(0, count), shape };
}
