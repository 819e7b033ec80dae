/** Matrix products. A unit is one block of 48 rows of the output in one panel of 32 columns; each is done in tiles of 4 × 4. */
import { FloatArray } from '../arithmetic/float32.ts';
import { activation, activationGradient, LINEAR } from './activations.ts';
import type { Kernel } from './kernel.ts';
import { tile } from './tile.ts';

export const ROW_BLOCK = 48;
export const PANEL = 32;

const acc = new FloatArray(16);

/** The width of panel q of a matrix of n columns: 32, or 16 for the last where that is enough. */
export const panelWidth = (n: number, q: number): number => Math.min(PANEL, ((n + 15) & ~15) - PANEL * q);

export const dense: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const kernel = operands[1] as FloatArray;
  const bias = operands[2] as FloatArray | null;
  const out = operands[3] as FloatArray;
  const rows = dims[0] | 0;
  const inputs = dims[1] | 0;
  const outputs = dims[2] | 0;
  const ldx = dims[3] | 0;
  const ld = dims[4] | 0;
  const kind = dims[5] | 0;
  const blocks = Math.ceil(rows / ROW_BLOCK);
  for (let unit = begin | 0; unit < end; unit++) {
    const q = Math.floor(unit / blocks);
    const top = ROW_BLOCK * (unit % blocks);
    const bottom = Math.min(top + ROW_BLOCK, rows);
    const width = panelWidth(outputs, q);
    const panel = (offsets[1] + PANEL * q * inputs) | 0;
    const right = Math.min(PANEL * (q + 1), outputs);
    for (let j = PANEL * q; j < right; j += 4) {
      const b = panel + (j - PANEL * q);
      const biasFrom = (offsets[2] + j) | 0;
      for (let i = top; i < bottom; i += 4) {
        // Rows that a last tile has too many of are its last row again.
        const last = bottom - 1 - i;
        const a0 = (offsets[0] + i * ldx) | 0;
        for (let l = 0; l < 16; l++) acc[l] = bias === null ? 0 : bias[biasFrom + (l & 3)];
        tile(
          acc,
          x,
          a0,
          a0 + Math.min(1, last) * ldx,
          a0 + Math.min(2, last) * ldx,
          a0 + Math.min(3, last) * ldx,
          1,
          kernel,
          b,
          b + 1,
          b + 2,
          b + 3,
          width,
          inputs,
        );
        for (let r = 0; r <= 3 && r <= last; r++) {
          const to = (offsets[3] + (i + r) * ld + j) | 0;
          for (let c = 0; c < 4; c++) out[to + c] = activation(kind, acc[4 * r + c]);
        }
      }
    }
  }
  return 0;
};

export const denseInputGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const dy = operands[0] as FloatArray;
  const kernel = operands[1] as FloatArray;
  const y = operands[2] as FloatArray | null;
  const out = operands[3] as FloatArray;
  const rows = dims[0] | 0;
  const inputs = dims[1] | 0;
  const outputs = dims[2] | 0;
  const ldy = dims[3] | 0;
  const ld = dims[4] | 0;
  const kind = y === null ? LINEAR : dims[5] | 0;
  const blocks = Math.ceil(rows / ROW_BLOCK);
  for (let unit = begin | 0; unit < end; unit++) {
    const left = PANEL * Math.floor(unit / blocks);
    const right = Math.min(left + PANEL, inputs);
    const top = ROW_BLOCK * (unit % blocks);
    const bottom = Math.min(top + ROW_BLOCK, rows);
    for (let p = left; p < right; p += 4) {
      const lastColumn = right - 1 - p;
      for (let i = top; i < bottom; i += 4) {
        const last = bottom - 1 - i;
        const a0 = (offsets[0] + i * ldy) | 0;
        acc.fill(0);
        for (let j = 0; j < outputs; j += PANEL) {
          const width = panelWidth(outputs, j / PANEL);
          const b0 = (offsets[1] + j * inputs + p * width) | 0;
          tile(
            acc,
            dy,
            a0 + j,
            a0 + j + Math.min(1, last) * ldy,
            a0 + j + Math.min(2, last) * ldy,
            a0 + j + Math.min(3, last) * ldy,
            1,
            kernel,
            b0,
            b0 + Math.min(1, lastColumn) * width,
            b0 + Math.min(2, lastColumn) * width,
            b0 + Math.min(3, lastColumn) * width,
            1,
            Math.min(PANEL, outputs - j),
          );
        }
        for (let r = 0; r <= 3 && r <= last; r++) {
          const to = (offsets[3] + (i + r) * ld + p) | 0;
          const from = (offsets[2] + (i + r) * ld + p) | 0;
          for (let c = 0; c <= 3 && c <= lastColumn; c++) {
            out[to + c] = y === null ? acc[4 * r + c] : activationGradient(kind, y[from + c], acc[4 * r + c]);
          }
        }
      }
    }
  }
  return 0;
};

export const denseKernelGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const dy = operands[1] as FloatArray;
  const out = operands[2] as FloatArray;
  const rows = dims[0] | 0;
  const inputs = dims[1] | 0;
  const outputs = dims[2] | 0;
  const ldx = dims[3] | 0;
  const ldy = dims[4] | 0;
  const blocks = Math.ceil(inputs / ROW_BLOCK);
  for (let unit = begin | 0; unit < end; unit++) {
    const q = Math.floor(unit / blocks);
    const top = ROW_BLOCK * (unit % blocks);
    const bottom = Math.min(top + ROW_BLOCK, inputs);
    const width = panelWidth(outputs, q);
    const panel = (offsets[2] + PANEL * q * inputs) | 0;
    const right = Math.min(PANEL * (q + 1), outputs);
    for (let p = top; p < bottom; p += 4) {
      const last = bottom - 1 - p;
      const a = (offsets[0] + p) | 0;
      for (let j = PANEL * q; j < right; j += 4) {
        const b = (offsets[1] + j) | 0;
        acc.fill(0);
        tile(
          acc,
          x,
          a,
          a + Math.min(1, last),
          a + Math.min(2, last),
          a + Math.min(3, last),
          ldx,
          dy,
          b,
          b + 1,
          b + 2,
          b + 3,
          ldy,
          rows,
        );
        for (let r = 0; r <= 3 && r <= last; r++) {
          const to = panel + (p + r) * width + (j - PANEL * q);
          for (let c = 0; c < 4; c++) out[to + c] = acc[4 * r + c];
        }
      }
    }
  }
  return 0;
};

export const gemm: Kernel = (operands, offsets, dims, begin, end) => {
  const a = operands[0] as FloatArray;
  const b = operands[1] as FloatArray;
  const c = operands[2] as FloatArray;
  const m = dims[0] | 0;
  const n = dims[1] | 0;
  const k = dims[2] | 0;
  const accumulate = dims[5] === 1;
  const aRow = dims[3] === 1 ? 1 : k;
  const aStep = dims[3] === 1 ? m : 1;
  const bColumn = dims[4] === 1 ? k : 1;
  const bStep = dims[4] === 1 ? 1 : n;
  const blocks = Math.ceil(m / ROW_BLOCK);
  for (let unit = begin | 0; unit < end; unit++) {
    const left = PANEL * Math.floor(unit / blocks);
    const right = Math.min(left + PANEL, n);
    const top = ROW_BLOCK * (unit % blocks);
    const bottom = Math.min(top + ROW_BLOCK, m);
    for (let j = left; j < right; j += 4) {
      const lastColumn = right - 1 - j;
      const b0 = (offsets[1] + j * bColumn) | 0;
      for (let i = top; i < bottom; i += 4) {
        const last = bottom - 1 - i;
        const a0 = (offsets[0] + i * aRow) | 0;
        const to = (offsets[2] + i * n + j) | 0;
        for (let l = 0; l < 16; l++) {
          acc[l] = accumulate ? c[to + Math.min(l >> 2, last) * n + Math.min(l & 3, lastColumn)] : 0;
        }
        tile(
          acc,
          a,
          a0,
          a0 + Math.min(1, last) * aRow,
          a0 + Math.min(2, last) * aRow,
          a0 + Math.min(3, last) * aRow,
          aStep,
          b,
          b0,
          b0 + Math.min(1, lastColumn) * bColumn,
          b0 + Math.min(2, lastColumn) * bColumn,
          b0 + Math.min(3, lastColumn) * bColumn,
          bStep,
          k,
        );
        for (let r = 0; r <= 3 && r <= last; r++) {
          for (let s = 0; s <= 3 && s <= lastColumn; s++) c[to + r * n + s] = acc[4 * r + s];
        }
      }
    }
  }
  return 0;
};
