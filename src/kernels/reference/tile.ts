/**
 * What every matrix product is made of: blocks of rows by panels of columns, in chains of fused multiply-adds.
 *
 * Both operands are copied to float64 first, some of k at a time: the left one as lists of its elements that are not zero, the
 * right one in strips of 8 columns. The inner loop then walks one list and one strip, with 8 results in local variables. The arrays
 * here are constants of this module and not exported: the engine knows where they are and how long, which is a third of the time.
 */
import { FloatArray, fma, fround, TIE, TIE_MASK } from '../arithmetic/float32.ts';
import { PANEL, ROW_BLOCK } from './blocks.ts';

/** So much of k at a time: a strip and a list stay in the nearest cache, */
export const DEPTH = 256;
/** and so many panels in the next: a list is made once for all of them. */
const GROUP = 4;
const STRIP = 8;

const left = new Float64Array(ROW_BLOCK * DEPTH);
/** Where, in a strip, the row stands that an element of `left` multiplies. */
const places = new Int32Array(ROW_BLOCK * DEPTH);
const counts = new Int32Array(ROW_BLOCK);
const right = new Float64Array(GROUP * PANEL * DEPTH);
/** Results of a strip that has fewer than 8 columns. */
const edge = new FloatArray(STRIP);

const sum = new Float64Array(16);
const words = new Int32Array(sum.buffer);
/** Where the low half of a float64 is: first, or second on the few machines that begin with the high end. */
const LOW = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 0 : 1;
// The engine folds a module's own constants into the loop, but loads imported ones at each use.
const mask = TIE_MASK;
const tie = TIE;
const round = fround;

/** Of what is packed: the smallest size of an element other than 0, and whether all on the right are finite. */
let leastLeft = Infinity;
let leastRight = Infinity;
let finite = true;

/**
 * Where the smallest sizes multiply to at least this, 2⁻¹⁰⁰, every product is a multiple of the smallest float32: what is below the normal
 * float32s is exact there, so that a sum can be on a tie only in one bit pattern, and can be −0 only where it was.
 */
const TAME = 7.888609052210118e-31;

export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** The left operand: element (i, p) is at `from + i · rowStep + p · step`. */
  readonly a: FloatArray;
  readonly from: number;
  readonly rowStep: number;
  readonly step: number;
  /** Packs panel q of the right operand, `count` of depth from p on, by `packRight(…, to, …)`. */
  readonly pack: (q: number, p: number, count: number, to: number) => void;
  /** The results, which hold what they begin with: element (i, j) of panel q is at `to + q · panelStep + i · (row step of q) + j`. */
  readonly out: FloatArray;
  readonly to: number;
  readonly panelStep: number;
  readonly outStep: (q: number) => number;
}

/** out += left · right in the units [begin, end): for each element fused multiply-adds, k ascending. */
export function multiply(product: Product, begin: number, end: number): void {
  const blocks = Math.ceil(product.rows / ROW_BLOCK);
  const panels = Math.ceil(end / blocks);
  for (let first = Math.floor(begin / blocks); first < panels; first += GROUP) {
    const last = Math.min(first + GROUP, panels) - 1;
    for (let p = 0; p < product.depth; p += DEPTH) {
      const count = Math.min(DEPTH, product.depth - p);
      leastRight = Infinity;
      finite = true;
      for (let q = first; q <= last; q++) product.pack(q, p, count, (q - first) * PANEL * DEPTH);
      for (let block = 0; block < blocks; block++) {
        // The panels whose unit of this block is wanted.
        const low = Math.max(first, Math.ceil((begin - block) / blocks));
        const high = Math.min(last, Math.ceil((end - block) / blocks) - 1);
        if (low <= high) multiplyBlock(product, block * ROW_BLOCK, p, count, first, low, high);
      }
    }
  }
}

/** Copies `count` of k of some columns: element (p, c) from `from + p · step + c · columnStep`; `to` is a multiple of 8 in `right`. */
export function packRight(
  b: FloatArray,
  from: number,
  columnStep: number,
  step: number,
  columns: number,
  to: number,
  count: number,
): void {
  let least = leastRight;
  let all = finite;
  for (let j = 0; j < columns; j = (j + STRIP) | 0) {
    const wide = Math.min(STRIP, columns - j) | 0;
    const begin = (to + j * DEPTH) | 0;
    const corner = (from + j * columnStep) | 0;
    if (wide < STRIP) right.fill(0, begin, begin + STRIP * count);
    // In the order in which the elements lie in memory.
    const inner = columnStep === 1 ? wide : count;
    const outer = columnStep === 1 ? count : wide;
    const innerTo = columnStep === 1 ? 1 : STRIP;
    const outerTo = columnStep === 1 ? STRIP : 1;
    const innerFrom = columnStep === 1 ? 1 : step;
    const outerFrom = columnStep === 1 ? step : columnStep;
    for (let o = 0; o < outer; o = (o + 1) | 0) {
      let at = (begin + o * outerTo) | 0;
      let place = (corner + o * outerFrom) | 0;
      for (let i = 0; i < inner; i = (i + 1) | 0) {
        const value = b[place];
        right[at] = value;
        const size = Math.abs(value);
        if (size < least && size > 0) least = size;
        if (!(size < Infinity)) all = false;
        place = (place + innerFrom) | 0;
        at = (at + innerTo) | 0;
      }
    }
  }
  leastRight = least;
  finite = all;
}

/** Makes the lists of some rows; without `all` they leave out zeros. */
function packLeft(
  a: FloatArray,
  from: number,
  rowStep: number,
  step: number,
  rows: number,
  count: number,
  all: boolean,
): void {
  let least = Infinity;
  for (let i = 0; i < rows; i = (i + 1) | 0) {
    const begin = (i * DEPTH) | 0;
    let n = begin;
    let place = (from + i * rowStep) | 0;
    for (let p = 0; p < count; p = (p + 1) | 0) {
      const value = a[place];
      if (value !== 0 || all) {
        left[n] = value;
        places[n] = p << 3;
        n = (n + 1) | 0;
        const size = Math.abs(value);
        if (size < least && size > 0) least = size;
      }
      place = (place + step) | 0;
    }
    counts[i] = n - begin;
  }
  leastLeft = least;
}

/** fma(0, y, c) is c unless y is infinite or NaN, or c is −0. So zeros are left out where no y is that, and no result can be. */
function multiplyBlock(
  { a, from, rowStep, step, rows, columns, out, to, panelStep, outStep }: Product,
  top: number,
  p: number,
  count: number,
  first: number,
  low: number,
  high: number,
): void {
  const size = Math.min(ROW_BLOCK, rows - top);
  let all = !finite;
  for (let q = low; q <= high && !all; q++) {
    const stride = outStep(q);
    all = anyMinusZero(out, to + q * panelStep + top * stride, size, Math.min(PANEL, columns - q * PANEL), stride);
  }
  const corner = from + top * rowStep + p * step;
  packLeft(a, corner, rowStep, step, size, count, all);
  const tame = leastLeft * leastRight >= TAME;
  if (!tame && !all) packLeft(a, corner, rowStep, step, size, count, true);
  const run = tame ? chains : exactSteps;
  for (let q = low; q <= high; q++) {
    const stride = outStep(q);
    const wide = Math.min(PANEL, columns - q * PANEL);
    for (let j = 0; j < wide; j += STRIP) {
      const strip = ((q - first) * PANEL + j) * DEPTH;
      for (let i = 0; i < size; i++) {
        const at = to + q * panelStep + (top + i) * stride + j;
        const begin = i * DEPTH;
        const end = begin + counts[i];
        if (wide - j >= STRIP) {
          run(out, at, begin, end, strip);
          continue;
        }
        for (let c = 0; c < STRIP; c++) edge[c] = c < wide - j ? out[at + c] : 0;
        run(edge, 0, begin, end, strip);
        for (let c = 0; c < wide - j; c++) out[at + c] = edge[c];
      }
    }
  }
}

function anyMinusZero(values: FloatArray, from: number, rows: number, columns: number, stride: number): boolean {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = values[from + i * stride + j];
      if (value === 0 && 1 / value < 0) return true;
    }
  }
  return false;
}

/**
 * held[to + c] = fma(left[p], right[strip + places[p] + c], held[to + c]) for p = begin … end − 1 and c = 0 … 7.
 *
 * A float64 sum that stands on a tie of float32 leaves the inner loop: the step is done again in one other place.
 */
function chainsToTie(held: FloatArray, to: number, begin: number, end: number, strip: number): number {
  let p = begin | 0;
  let c0 = held[to];
  let c1 = held[to + 1];
  let c2 = held[to + 2];
  let c3 = held[to + 3];
  let c4 = held[to + 4];
  let c5 = held[to + 5];
  let c6 = held[to + 6];
  let c7 = held[to + 7];
  for (; p < end; p = (p + 1) | 0) {
    const x = left[p];
    const y = (strip + places[p]) | 0;
    const s0 = right[y] * x + c0;
    sum[0] = s0;
    if ((words[LOW] & mask) === tie) break;
    const s1 = right[(y + 1) | 0] * x + c1;
    sum[0] = s1;
    if ((words[LOW] & mask) === tie) break;
    const s2 = right[(y + 2) | 0] * x + c2;
    sum[0] = s2;
    if ((words[LOW] & mask) === tie) break;
    const s3 = right[(y + 3) | 0] * x + c3;
    sum[0] = s3;
    if ((words[LOW] & mask) === tie) break;
    const s4 = right[(y + 4) | 0] * x + c4;
    sum[0] = s4;
    if ((words[LOW] & mask) === tie) break;
    const s5 = right[(y + 5) | 0] * x + c5;
    sum[0] = s5;
    if ((words[LOW] & mask) === tie) break;
    const s6 = right[(y + 6) | 0] * x + c6;
    sum[0] = s6;
    if ((words[LOW] & mask) === tie) break;
    const s7 = right[(y + 7) | 0] * x + c7;
    sum[0] = s7;
    if ((words[LOW] & mask) === tie) break;
    c0 = round(s0);
    c1 = round(s1);
    c2 = round(s2);
    c3 = round(s3);
    c4 = round(s4);
    c5 = round(s5);
    c6 = round(s6);
    c7 = round(s7);
  }
  held[to] = c0;
  held[to + 1] = c1;
  held[to + 2] = c2;
  held[to + 3] = c3;
  held[to + 4] = c4;
  held[to + 5] = c5;
  held[to + 6] = c6;
  held[to + 7] = c7;
  return p;
}

function chains(held: FloatArray, to: number, begin: number, end: number, strip: number): void {
  for (let p = begin; p < end; ) {
    p = chainsToTie(held, to, p, end, strip);
    if (p < end) p = stepsOnTies(held, to, p, end, strip);
  }
}

/** At least one step, and on while sums stand on a tie: in data like 0 and 1 every other one does. Returns where it stopped. */
function stepsOnTies(held: FloatArray, to: number, begin: number, end: number, strip: number): number {
  for (let p = begin | 0; p < end; p++) {
    const x = left[p];
    const y = (strip + places[p]) | 0;
    let tied = false;
    for (let c = 0; c < STRIP; c++) {
      const before = held[to + c];
      const product = right[y + c] * x;
      const s = product + before;
      sum[0] = s;
      if ((words[LOW] & mask) === tie) {
        tied = true;
        // What float64 lost (see `fma`): mostly nothing, and then the sum itself is to be rounded. NaN beside infinities and NaN.
        const part = s - product;
        const lost = product - (s - part) + (before - part);
        held[to + c] = lost > 0 || lost < 0 ? fma(x, right[y + c], before) : s;
      } else {
        held[to + c] = s;
      }
    }
    if (!tied) return (p + 1) | 0;
  }
  return end;
}

/** The same as `chains` whatever the sizes of the elements are. */
function exactSteps(held: FloatArray, to: number, begin: number, end: number, strip: number): void {
  for (let p = begin; p < end; p++) {
    const x = left[p];
    const y = strip + places[p];
    for (let c = 0; c < STRIP; c++) held[to + c] = fma(x, right[y + c], held[to + c]);
  }
}
