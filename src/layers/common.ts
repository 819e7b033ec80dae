/** The options that every layer has. */
import { describe, positiveInteger, safely, typeError } from '../errors.ts';

export function nameOption(layer: string, name: unknown): string | undefined {
  if (name === undefined) return undefined;
  if (typeof name === 'string' && /^[^\s./\0]+$/.test(name)) return name;
  throw typeError(
    'ERR_PLUMMET_OPTION',
    `${layer}: name must be a string without white space, dots or slashes, got ${describe(name)}`,
  );
}

export function inputShapeOption(layer: string, shape: unknown): readonly number[] | undefined {
  if (shape === undefined) return undefined;
  const list = safely(layer, 'inputShape', () =>
    Array.isArray(shape) && shape.length === 1 ? [...(shape as unknown[])] : null,
  );
  if (!list) {
    throw typeError(
      'ERR_PLUMMET_OPTION',
      `${layer}: inputShape must be an array of one number, the features of a row (for images of 28 × 28: [784]), got ${describe(shape)}`,
    );
  }
  return [positiveInteger(layer, 'inputShape[0]', list[0])];
}
