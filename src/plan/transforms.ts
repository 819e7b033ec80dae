/** What is done to a gradient before the optimizer's own op sees it: data that plans and bound optimizers both follow. */

/** Which norm: of squares (2), of magnitudes (1), or the largest magnitude. The numbers are the dim `kind` of the ops. */
export const normKinds = { squares: 0, magnitudes: 1, largest: 2 } as const;
export type NormKind = (typeof normKinds)[keyof typeof normKinds];

/**
 * One change of the gradient of a tensor, in the order in which they are done.
 * - `scaleGradient`: times `limits[0]`.
 * - `clipValues`: every element to [−limits[0], limits[0]].
 * - `adaptiveClip`: each column to the ratio `limits[0]` of the norm of the parameter's, which counts as at least `limits[1]`.
 * - `centralize`: less the mean of each column; vectors stay.
 * - `addNoise`: plus normal numbers of the deviation `limits[0]`; the other limits are the step that they are drawn for. It comes after
 *   everything else, also after what is done to all tensors together.
 * - `norm`: the tensor to the norm `limits[0]`, where `limits[1]` is added to the norm that it has.
 */
export interface Transform {
  readonly op: 'scaleGradient' | 'clipValues' | 'adaptiveClip' | 'norm' | 'centralize' | 'addNoise';
  /** Those of every step; or how many there are, where they are others in each. */
  readonly limits: readonly number[];
  /** Those of one step. */
  readonly limitsAt?: (step: number) => readonly number[];
  /** Of the random numbers. */
  readonly seed?: number;
  /** Where the limits stand among the scalars of their part. */
  readonly column: number;
  readonly kind: NormKind;
  /** The norm is that of all gradients of the part together. */
  readonly together?: true;
  /** The norm is that of the mean rather than that of the sum: the root of the mean square. */
  readonly mean: boolean;
}

/** How the elements of a tensor divide in rows: all but the last dimension are rows. A vector is one row. */
export function rowsAndColumns(shape: readonly number[], length: number): [rows: number, columns: number] {
  const columns = shape.length < 2 ? length : shape[shape.length - 1];
  return [length / columns, columns];
}

/** The same for clipping unit by unit: a vector is one unit, a matrix has one unit a column. */
export const unitsOf = (shape: readonly number[], length: number): [rows: number, columns: number] =>
  shape.length < 2 ? [length, 1] : rowsAndColumns(shape, length);
