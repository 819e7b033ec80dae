/** The one interface that both implementations of the kernels have, and its checks, done once for both. */
import { bufferOf, byteLengthOf, byteOffsetOf, isResizable, lengthOf } from '../arrays.ts';
import {
  checkOptions,
  describe,
  elements,
  flag,
  nonNegativeInteger,
  oneOf,
  rangeError,
  typedArrayName,
  typeError,
} from '../errors.ts';
import { type ElementType, LARGEST_BLOCK, type OpName, type OpSpec, opNamed, ops, pad } from '../plan/ops.ts';
import type { Numbers } from './addon.ts';

export interface GemmArguments {
  /** c is m × n; all are row-major. */
  m: number;
  n: number;
  k: number;
  /** m × k, or k × m where `transposeA`. */
  a: Float32Array;
  /** k × n, or n × k where `transposeB`. */
  b: Float32Array;
  /** Overwritten, or added to where `accumulate`. */
  c: Float32Array;
  transposeA?: boolean;
  transposeB?: boolean;
  accumulate?: boolean;
}

export interface Kernels {
  readonly name: 'native' | 'reference';
  readonly isa: string;
  readonly threads: number;
  /**
   * The matrix product c = a · b, or c + a · b: each element one chain of fused multiply-adds in ascending k.
   *
   * @throws `ERR_PLUMMET_TYPE`, `ERR_PLUMMET_SHAPE`, `ERR_PLUMMET_OVERLAP`, `ERR_PLUMMET_DETACHED`; nothing has been written then
   * @example
   * const c = new Float32Array(4);
   * kernels('reference').gemm({ m: 2, n: 2, k: 1, a: Float32Array.of(1, 2), b: Float32Array.of(3, 4), c });
   */
  gemm(given: GemmArguments): void;
  /**
   * Any op of the table (docs/definitions.md), once, or several times in a row: `operands` and `dims` hold those of one execution
   * after the other, in the order of the op's definition, null where an optional operand is absent.
   *
   * @throws as `gemm`; also `ERR_PLUMMET_ROW` and `ERR_PLUMMET_LABEL` for rows and labels out of range, found while it runs
   */
  run(op: OpName, operands: readonly (Numbers | null)[], dims: readonly number[]): void;
}

/** What an implementation does: executes an op on checked operands, and returns a status. */
export type Execute = (op: OpName, operands: readonly (Numbers | null)[], dims: Float64Array) => number;

/**
 * What was made ready, run with these arrays, which may be `same` as in the call before. Returns a status, or −1 where memory that is
 * held has been taken away; nothing has run then.
 */
export type PreparedCalls = (arrays: readonly Numbers[], same: boolean) => number;

/** Makes calls of an op ready for the same operands again and again, but for those at the places `varying`. */
export type PrepareCalls = (
  op: OpName,
  operands: readonly (Numbers | null)[],
  dims: Float64Array,
  varying: Int32Array,
) => PreparedCalls;

/** What an optimizer's steps run on. */
export interface Execution {
  readonly execute: Execute;
  /** Where there is something to gain. */
  readonly prepareCalls: PrepareCalls | null;
}

/** One op made ready: what it is called with are its operands, its dims stand in `dims`. */
export interface Direct {
  readonly dims: Float64Array;
  readonly call: (...operands: Numbers[]) => number;
}

const arrayTypes: Readonly<Record<ElementType, string>> = {
  f32: 'Float32Array',
  f64: 'Float64Array',
  i32: 'Int32Array',
  u8: 'Uint8Array',
};

/** What may be written where another operand is read, element by element. */
const inPlace: Partial<Record<OpName, readonly [string, string]>> = {
  activate: ['x', 'out'],
  activateGradient: ['dy', 'out'],
  softmax: ['x', 'out'],
  softmaxGradient: ['dy', 'out'],
  scaleGradient: ['x', 'out'],
  clipValues: ['x', 'out'],
  adaptiveClip: ['x', 'out'],
  divideGradient: ['x', 'out'],
  scaleRows: ['x', 'out'],
  interpolate: ['x', 'out'],
  addNoise: ['x', 'out'],
  centralize: ['x', 'out'],
  factoredUpdate: ['x', 'out'],
  addScaled: ['x', 'out'],
  lambDirection: ['gradient', 'direction'],
  varianceUpdate: ['gradient', 'out'],
};

function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer, 0, 0);
    return false;
  } catch {
    return true;
  }
}

/** Checks that a value is a typed array of this type whose memory is there and stays as it is. */
function checkArray(who: string, name: string, value: unknown, type: ElementType): asserts value is Numbers {
  if (typedArrayName(value) !== arrayTypes[type]) {
    throw typeError('ERR_PLUMMET_TYPE', `${who}: ${name} must be a ${arrayTypes[type]}, got ${describe(value)}`);
  }
  const buffer = bufferOf(value as Numbers);
  if (lengthOf(value as Numbers) === 0 && isDetached(buffer)) {
    throw typeError(
      'ERR_PLUMMET_DETACHED',
      `${who}: the memory of ${name} was detached; pass an array that still has its own`,
    );
  }
  if (isResizable(buffer)) {
    throw typeError(
      'ERR_PLUMMET_TYPE',
      `${who}: the memory of ${name} can be resized; pass a copy in a buffer of fixed size`,
    );
  }
}

const flags = new Set(['logits', 'transposeA', 'transposeB', 'accumulate', 'panelled']);
const largest: Readonly<Record<string, number>> = { activation: 3, blockSize: LARGEST_BLOCK };
const widths = new Set(['columns', 'inputs', 'outputs', 'ld', 'ldx', 'ldy']);

/**
 * What a dim may be; `columns`: the dim that a leading dimension must have room for, padded unless the dim `panelled` is there and 0.
 */
interface Limits {
  readonly least: number;
  readonly most: number;
  readonly columns: number | undefined;
  readonly panelled: number | undefined;
}

const limitsOf = (spec: OpSpec): Limits[] =>
  spec.dims.map((name) => ({
    least: widths.has(name) || name === 'blockSize' ? 1 : 0,
    most: flags.has(name) ? 1 : (largest[name] ?? Number.MAX_SAFE_INTEGER),
    columns: name.startsWith('ld') || name === 'width' ? spec.dims.indexOf(leadingOf(spec, name)) : undefined,
    panelled: spec.dims.includes('panelled') ? spec.dims.indexOf('panelled') : undefined,
  }));

const limits = new Map<string, readonly Limits[]>(ops.map((spec) => [spec.name, limitsOf(spec)]));

function checkDims(spec: OpSpec, dims: readonly number[]): void {
  const own = limits.get(spec.name) as readonly Limits[];
  for (let i = 0; i < own.length; i++) {
    const { least, most } = own[i];
    if (!(Number.isSafeInteger(dims[i]) && dims[i] >= least && dims[i] <= most)) throw wrongDim(spec, i, dims, own[i]);
  }
  for (let i = 0; i < own.length; i++) {
    const { columns, panelled } = own[i];
    if (columns === undefined) continue;
    const needed = neededFor(dims, columns, panelled);
    if (dims[i] < needed) throw narrow(spec, i, dims, columns, needed);
  }
}

/** Floats that a row of so many columns takes. */
const neededFor = (dims: readonly number[], columns: number, panelled: number | undefined): number =>
  panelled !== undefined && dims[panelled] === 0 ? dims[columns] : pad(dims[columns]);

function wrongDim(spec: OpSpec, i: number, dims: readonly number[], { least, most }: Limits): Error {
  const expected =
    most === Number.MAX_SAFE_INTEGER ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  const message = `${spec.name}: ${spec.dims[i]} must be ${expected}, got ${describe(dims[i])}`;
  return typeof dims[i] === 'number'
    ? rangeError('ERR_PLUMMET_SHAPE', message)
    : typeError('ERR_PLUMMET_SHAPE', message);
}

function narrow(spec: OpSpec, i: number, dims: readonly number[], columns: number, needed: number): Error {
  const width = dims[columns];
  return rangeError(
    'ERR_PLUMMET_SHAPE',
    `${spec.name}: ${spec.dims[i]} must be at least ${needed} for ${width} ${spec.dims[columns]}, got ${dims[i]}`,
  );
}

/** The columns that a leading dimension must have room for. */
function leadingOf(spec: OpSpec, ld: string): string {
  if (spec.dims.includes('columns')) return 'columns';
  if (ld === 'ldx') return 'inputs';
  if (ld === 'ldy') return 'outputs';
  return spec.name === 'denseInputGradient' ? 'inputs' : 'outputs';
}

interface Place {
  readonly name: string;
  readonly written: boolean;
  readonly buffer: ArrayBufferLike;
  readonly begin: number;
  readonly end: number;
}

function checkOverlap(who: string, spec: OpSpec, places: readonly Place[]): void {
  const allowed = inPlace[spec.name as OpName];
  for (let i = 0; i < places.length; i++) {
    const one = places[i];
    for (let j = i + 1; j < places.length; j++) {
      const other = places[j];
      if (!(one.written || other.written) || one.buffer !== other.buffer) continue;
      if (one.begin >= other.end || other.begin >= one.end) continue;
      if (one.begin === other.begin && allowed?.includes(one.name) && allowed.includes(other.name)) continue;
      throw rangeError(
        'ERR_PLUMMET_OVERLAP',
        `${who}: ${one.name} and ${other.name} share memory, and one of them is written; pass a copy`,
      );
    }
  }
}

function checkExecution(spec: OpSpec, operands: readonly unknown[], dims: readonly number[]): void {
  const who = spec.name;
  checkDims(spec, dims);
  const places: Place[] = [];
  for (let i = 0; i < spec.operands.length; i++) {
    const { name, type, optional, access, extent } = spec.operands[i];
    const array = operands[i];
    if (array === null && optional) continue;
    checkArray(who, name, array, type);
    const needed = extent(dims);
    const length = lengthOf(array);
    if (!(needed <= length)) {
      const at = spec.dims.map((dim, d) => `${dim} ${dims[d]}`).join(', ');
      throw rangeError(
        'ERR_PLUMMET_SHAPE',
        `${who}: ${name} must have at least ${needed} elements (${at}), it has ${length}`,
      );
    }
    const begin = byteOffsetOf(array);
    const end = begin + (length === 0 ? 0 : (needed * byteLengthOf(array)) / length);
    if (end > begin) places.push({ name, written: access !== 'read', buffer: bufferOf(array), begin, end });
  }
  checkOverlap(who, spec, places);
}

function listOf(who: string, name: string, list: unknown): unknown[] {
  const read = elements(who, name, list);
  if (read) return read;
  throw typeError('ERR_PLUMMET_TYPE', `${who}: ${name} must be an array, got ${describe(list)}`);
}

const opNames = ops.map(({ name }) => name);

function checkRun(
  op: unknown,
  givenOperands: unknown,
  givenDims: unknown,
): { spec: OpSpec; operands: (Numbers | null)[]; dims: number[] } {
  const spec: OpSpec = opNamed(oneOf('kernels', 'op', op, opNames));
  const operands = listOf(spec.name, 'operands', givenOperands);
  const dims = listOf(spec.name, 'dims', givenDims) as number[];
  const count = dims.length / spec.dims.length;
  if (!Number.isInteger(count) || operands.length !== count * spec.operands.length) {
    throw rangeError(
      'ERR_PLUMMET_SHAPE',
      `${spec.name}: got ${operands.length} operands and ${dims.length} dims; one execution takes ${spec.operands.length} (${spec.operands.map(({ name }) => name).join(', ')}) and ${spec.dims.length} (${spec.dims.join(', ')})`,
    );
  }
  for (let i = 0; i < count; i++) {
    const own = operands.slice(i * spec.operands.length, (i + 1) * spec.operands.length);
    checkExecution(spec, own, dims.slice(i * spec.dims.length, (i + 1) * spec.dims.length));
  }
  return { spec, operands: operands as (Numbers | null)[], dims };
}

const gemmOptions = ['m', 'n', 'k', 'a', 'b', 'c', 'transposeA', 'transposeB', 'accumulate'] as const;
const isGemmOption = new Set<string>(gemmOptions);

/**
 * The arguments of `gemm` where they are what they mostly are: an object with these options. Everything else, and what throws while
 * it is read, goes the slow way, which has words for it.
 */
function readPlainly(given: GemmArguments): GemmArguments | undefined {
  try {
    if (Object.getPrototypeOf(given) !== Object.prototype) return undefined;
    for (const key in given) if (!isGemmOption.has(key)) return undefined;
    const { m, n, k, a, b, c, transposeA, transposeB, accumulate } = given;
    return { m, n, k, a, b, c, transposeA, transposeB, accumulate } as GemmArguments;
  } catch {
    return undefined;
  }
}

const size = (dim: string, value: unknown): number => nonNegativeInteger('gemm', dim, value);
const choice = (option: string, value: unknown): number => (value !== undefined && flag('gemm', option, value) ? 1 : 0);

/** The interface over one implementation. `prepare`: makes an op ready where that saves time. */
export function createKernels(
  name: 'native' | 'reference',
  isa: string,
  threads: number,
  execute: Execute,
  prepare?: (op: OpName) => Direct,
): Kernels {
  let product: Direct | undefined;
  const run: Kernels['run'] = (op, given, givenDims) => {
    const { spec, operands, dims } = checkRun(op, given, givenDims);
    const status = execute(spec.name as OpName, operands, Float64Array.from(dims));
    if (status === 1)
      throw rangeError('ERR_PLUMMET_ROW', `${spec.name}: a row is not one of the dataset's ${dims[1]} rows`);
    if (status === 2) {
      throw rangeError(
        'ERR_PLUMMET_LABEL',
        `${spec.name}: a label is out of range; with ${dims[2]} classes they are 0 to ${dims[2] - 1}`,
      );
    }
  };
  return Object.freeze({
    name,
    isa,
    threads,
    run,
    gemm(given: GemmArguments) {
      const read = readPlainly(given) ?? checkOptions('gemm', given, gemmOptions);
      const { m, n, k, a, b, c, transposeA, transposeB, accumulate } = read;
      const dims = [
        size('m', m),
        size('n', n),
        size('k', k),
        choice('transposeA', transposeA),
        choice('transposeB', transposeB),
        choice('accumulate', accumulate),
      ];
      const operands = [a, b, c] as Float32Array[];
      if (prepare === undefined) return run('gemm', operands, dims);
      checkExecution(opNamed('gemm'), operands, dims);
      product ??= prepare('gemm');
      for (let i = 0; i < dims.length; i++) product.dims[i] = dims[i];
      product.call(operands[0], operands[1], operands[2]);
    },
  });
}
