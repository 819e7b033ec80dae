/** What a row of the table of ops is, and what rows are written with. */

export type ElementType = 'f32' | 'f64' | 'i32' | 'u8';
export type Access = 'read' | 'write' | 'update';
/** An op's dims, by position. */
export type Dims = readonly number[];

export interface OperandSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly access: Access;
  /** May be absent from a plan. */
  readonly optional?: true;
  /** How many elements the op may touch, counted from the operand's start. */
  readonly extent: (dims: Dims) => number;
}

export interface OpSpec<Name extends string = string> {
  readonly name: Name;
  readonly operands: readonly OperandSpec[];
  readonly dims: readonly string[];
  /** Into how many independent units the op divides. */
  readonly units: (dims: Dims) => number;
  /** How much work the op is, in floating-point operations of a matrix product (about 4 ps each). */
  readonly work: (dims: Dims) => number;
  /** For optimizers: what each scalar in the operand `hyper` is, in order. */
  readonly hyper?: readonly string[];
}

/** n rounded up to a multiple of 16: the lanes of one padded row. */
export const pad = (n: number): number => Math.ceil(n / 16) * 16;

export const ROW_BLOCK = 48;
export const PANEL = 32;
/** The number of units of a matrix product whose output is rows × columns. */
export const tiles = (rows: number, columns: number): number =>
  Math.ceil(rows / ROW_BLOCK) * Math.ceil(columns / PANEL);

/** The largest `blockSize`: of how many elements some states are stored together. */
export const LARGEST_BLOCK = 16384;

/** Of a gradient: how many blocks of 64 rows and 4096 columns, each of which has a partial result of its norm. */
export const normBlocks = (rows: number, columns: number): number => Math.ceil(rows / 64) * Math.ceil(columns / 4096);

export const read = (name: string, extent: (d: Dims) => number, type: ElementType = 'f32'): OperandSpec => ({
  name,
  type,
  access: 'read',
  extent,
});
export const write = (name: string, extent: (d: Dims) => number, type: ElementType = 'f32'): OperandSpec => ({
  name,
  type,
  access: 'write',
  extent,
});
export const update = (name: string, extent: (d: Dims) => number, type: ElementType = 'f32'): OperandSpec => ({
  name,
  type,
  access: 'update',
  extent,
});
export const optional = (spec: OperandSpec): OperandSpec => ({ ...spec, optional: true });

export const at = (d: Dims, i: number): number => d[i];
/** rows × ld, both given by their position among the dims. */
export const matrix = (rows: number, ld: number) => (d: Dims) => at(d, rows) * at(d, ld);
export const panels = (inputs: number, outputs: number) => (d: Dims) => at(d, inputs) * pad(at(d, outputs));
export const padded = (n: number) => (d: Dims) => pad(at(d, n));
export const product = (a: number, b: number) => (d: Dims) => at(d, a) * at(d, b);
export const dim = (i: number) => (d: Dims) => at(d, i);
export const one = () => 1;
