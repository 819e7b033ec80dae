/** Matrix products. A unit is one block of 48 rows of the output in one panel of 32 columns. */
import type { FloatArray } from '../arithmetic/float32.ts';
import { activation, activationGradient, LINEAR } from './activations.ts';
import { PANEL, panelWidth, ROW_BLOCK } from './blocks.ts';
import type { Kernel } from './kernel.ts';
import { multiply, packRight } from './tile.ts';

/** Calls `use` with the place of each row of the units [begin, end) in a padded matrix, and how many columns of it are theirs. */
function eachRow(
  rows: number,
  columns: number,
  from: number,
  ld: number,
  begin: number,
  end: number,
  use: (place: number, columns: number, column: number) => void,
): void {
  const blocks = Math.ceil(rows / ROW_BLOCK);
  for (let unit = begin; unit < end; unit++) {
    const left = PANEL * Math.floor(unit / blocks);
    const top = ROW_BLOCK * (unit % blocks);
    const bottom = Math.min(top + ROW_BLOCK, rows);
    const wide = Math.min(PANEL, columns - left);
    for (let i = top; i < bottom; i++) use(from + i * ld + left, wide, left);
  }
}

export const dense: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const kernel = operands[1] as FloatArray;
  const bias = operands[2] as FloatArray | null;
  const out = operands[3] as FloatArray;
  const [rows, inputs, outputs, ldx, ld, kind] = dims;
  eachRow(rows, outputs, offsets[3], ld, begin, end, (to, wide, column) => {
    const from = offsets[2] + column;
    for (let j = 0; j < wide; j++) out[to + j] = bias === null ? 0 : bias[from + j];
  });
  multiply(
    {
      rows,
      columns: outputs,
      depth: inputs,
      a: x,
      from: offsets[0],
      rowStep: ldx,
      step: 1,
      pack: (q, p, count, to) => {
        const width = panelWidth(outputs, q);
        const from = offsets[1] + PANEL * q * inputs + p * width;
        packRight(kernel, from, 1, width, Math.min(PANEL, outputs - PANEL * q), to, count);
      },
      out,
      to: offsets[3],
      panelStep: PANEL,
      outStep: () => ld,
    },
    begin,
    end,
  );
  if (kind !== LINEAR) {
    eachRow(rows, outputs, offsets[3], ld, begin, end, (to, wide) => {
      for (let j = 0; j < wide; j++) out[to + j] = activation(kind, out[to + j]);
    });
  }
  return 0;
};

export const denseInputGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const dy = operands[0] as FloatArray;
  const kernel = operands[1] as FloatArray;
  const y = operands[2] as FloatArray | null;
  const out = operands[3] as FloatArray;
  const [rows, inputs, outputs, ldy, ld, kind] = dims;
  eachRow(rows, inputs, offsets[3], ld, begin, end, (to, wide) => out.fill(0, to, to + wide));
  multiply(
    {
      rows,
      columns: inputs,
      depth: outputs,
      a: dy,
      from: offsets[0],
      rowStep: ldy,
      step: 1,
      pack: (q, p, count, to) => {
        const wide = Math.min(PANEL, inputs - PANEL * q);
        for (let j = 0; j < count; j += PANEL) {
          const width = panelWidth(outputs, (p + j) / PANEL);
          const from = offsets[1] + (p + j) * inputs + PANEL * q * width;
          packRight(kernel, from, width, 1, wide, to + 8 * j, Math.min(PANEL, count - j));
        }
      },
      out,
      to: offsets[3],
      panelStep: PANEL,
      outStep: () => ld,
    },
    begin,
    end,
  );
  if (y !== null && kind !== LINEAR) {
    eachRow(rows, inputs, offsets[3], ld, begin, end, (to, wide) => {
      const from = offsets[2] + to - offsets[3];
      for (let j = 0; j < wide; j++) out[to + j] = activationGradient(kind, y[from + j], out[to + j]);
    });
  }
  return 0;
};

export const denseKernelGradient: Kernel = (operands, offsets, dims, begin, end) => {
  const x = operands[0] as FloatArray;
  const dy = operands[1] as FloatArray;
  const out = operands[2] as FloatArray;
  const [rows, inputs, outputs, ldx, ldy] = dims;
  const blocks = Math.ceil(inputs / ROW_BLOCK);
  for (let unit = begin; unit < end; unit++) {
    const q = Math.floor(unit / blocks);
    const top = ROW_BLOCK * (unit % blocks);
    const width = panelWidth(outputs, q);
    const from = offsets[2] + PANEL * q * inputs;
    // Padding stays 0.
    out.fill(0, from + top * width, from + Math.min(top + ROW_BLOCK, inputs) * width);
  }
  multiply(
    {
      rows: inputs,
      columns: outputs,
      depth: rows,
      a: x,
      from: offsets[0],
      rowStep: 1,
      step: ldx,
      pack: (q, i, count, to) => {
        const from = offsets[1] + i * ldy + PANEL * q;
        packRight(dy, from, 1, ldy, Math.min(PANEL, outputs - PANEL * q), to, count);
      },
      out,
      to: offsets[2],
      panelStep: PANEL * inputs,
      outStep: (q) => panelWidth(outputs, q),
    },
    begin,
    end,
  );
  return 0;
};

export const gemm: Kernel = (operands, offsets, dims, begin, end) => {
  const a = operands[0] as FloatArray;
  const b = operands[1] as FloatArray;
  const c = operands[2] as FloatArray;
  const [m, n, k, transposeA, transposeB, accumulate] = dims;
  const columnStep = transposeB === 1 ? k : 1;
  const step = transposeB === 1 ? 1 : n;
  if (accumulate !== 1) eachRow(m, n, offsets[2], n, begin, end, (to, wide) => c.fill(0, to, to + wide));
  multiply(
    {
      rows: m,
      columns: n,
      depth: k,
      a,
      from: offsets[0],
      rowStep: transposeA === 1 ? 1 : k,
      step: transposeA === 1 ? m : 1,
      pack: (q, p, count, to) => {
        const from = offsets[1] + PANEL * q * columnStep + p * step;
        packRight(b, from, columnStep, step, Math.min(PANEL, n - PANEL * q), to, count);
      },
      out: c,
      to: offsets[2],
      panelStep: PANEL,
      outStep: () => n,
    },
    begin,
    end,
  );
  return 0;
};
