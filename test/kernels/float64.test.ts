/** The kernels derived for float64 compute the formulas of docs/definitions.md, with nothing rounded to float32. */
import { describe, expect, test } from 'vitest';
import { kernels } from '#src/kernels/float64/table.js';
import { type OpName, type OpSpec, opNamed, pad } from '#src/plan/ops.js';
import { generator } from '../support/operands.js';

type Operand = Float64Array | Int32Array | Uint8Array | null;

function run(op: OpName, operands: Operand[], dims: number[]): void {
  const spec: OpSpec = opNamed(op);
  const status = kernels[op](operands, new Float64Array(operands.length), Float64Array.from(dims), 0, spec.units(dims));
  expect(status).toBe(0);
}

const random = generator(3);
const numbers = (n: number): Float64Array => Float64Array.from({ length: n }, () => 2 * random() - 1);

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-14): void {
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i] - value), `element ${i}: ${actual[i]}, expected ${value}`).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(value)),
    );
  }
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** Row i of a padded matrix. */
const rowOf = (matrix: Float64Array, ld: number, i: number, n: number): number[] =>
  Array.from(matrix.subarray(i * ld, i * ld + n));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const activations = [(x: number) => x, (x: number) => (x < 0 ? 0 : x), sigmoid, Math.tanh];
const slopes = [() => 1, (y: number) => (y > 0 ? 1 : 0), (y: number) => y * (1 - y), (y: number) => 1 - y * y];

/** One panel: fewer than 33 columns. */
const at = (kernel: Float64Array, outputs: number, p: number, j: number): number => kernel[p * pad(outputs) + j];
const [rows, inputs, outputs] = [5, 7, 3];
const ld = 16;

describe('float64', () => {
  test.each([0, 1, 2, 3])('dense and its gradients, activation %i', (kind) => {
    const [x, w, bias, dy] = [numbers(rows * ld), numbers(inputs * 16), numbers(16), numbers(rows * ld)];
    const y = new Float64Array(rows * ld);
    run('dense', [x, w, bias, y], [rows, inputs, outputs, ld, ld, kind]);
    const previous = numbers(rows * ld);
    const dx = new Float64Array(rows * ld);
    run('denseInputGradient', [dy, w, previous, dx], [rows, inputs, outputs, ld, ld, kind]);
    for (const i of range(rows)) {
      const linear = range(outputs).map(
        (j) => bias[j] + sum(range(inputs).map((p) => x[i * ld + p] * at(w, outputs, p, j))),
      );
      expectClose(rowOf(y, ld, i, outputs), linear.map(activations[kind]));
      const back = range(inputs).map(
        (p) =>
          slopes[kind](previous[i * ld + p]) * sum(range(outputs).map((j) => dy[i * ld + j] * at(w, outputs, p, j))),
      );
      expectClose(rowOf(dx, ld, i, inputs), back);
    }
    const dw = new Float64Array(inputs * 16);
    run('denseKernelGradient', [x, dy, dw], [rows, inputs, outputs, ld, ld]);
    const db = new Float64Array(16);
    run('columnSums', [dy, db], [rows, outputs, ld]);
    for (const j of range(outputs)) {
      for (const p of range(inputs)) {
        expectClose([at(dw, outputs, p, j)], [sum(range(rows).map((i) => x[i * ld + p] * dy[i * ld + j]))]);
      }
      expectClose([db[j]], [sum(range(rows).map((i) => dy[i * ld + j]))]);
    }
  });

  test('softmax, and its gradient', () => {
    const [x, dy] = [numbers(rows * ld), numbers(rows * ld)];
    const [y, dx] = [new Float64Array(rows * ld), new Float64Array(rows * ld)];
    run('softmax', [x, y], [rows, outputs, ld]);
    run('softmaxGradient', [y, dy, dx], [rows, outputs, ld]);
    for (const i of range(rows)) {
      const e = rowOf(x, ld, i, outputs).map(Math.exp);
      const p = e.map((value) => value / sum(e));
      expectClose(rowOf(y, ld, i, outputs), p);
      const inner = sum(p.map((value, j) => value * dy[i * ld + j]));
      expectClose(
        rowOf(dx, ld, i, outputs),
        p.map((value, j) => (dy[i * ld + j] - inner) * value),
      );
    }
  });

  test('losses, and their gradients', () => {
    const z = numbers(rows * ld).map((value) => 5 * value);
    const targets = Float64Array.from({ length: rows * outputs }, () => random());
    const labels = Int32Array.from(range(rows), (i) => (2 * i) % outputs);
    const [loss, gradient] = [new Float64Array(rows), new Float64Array(rows * ld)];
    const dims = [rows, rows, outputs, 0, ld];
    const row = (i: number) => rowOf(z, ld, i, outputs);
    const target = (i: number) => Array.from(targets.subarray(i * outputs, (i + 1) * outputs));
    const logSum = (values: readonly number[]) => Math.log(sum(values.map(Math.exp)));

    run('sparseSoftmaxCrossentropy', [z, labels, null, loss, gradient], dims);
    for (const i of range(rows)) {
      expectClose([loss[i]], [logSum(row(i)) - row(i)[labels[i]]]);
      const p = row(i).map((value) => Math.exp(value - logSum(row(i))));
      expectClose(
        rowOf(gradient, ld, i, outputs),
        p.map((value, j) => (value - (j === labels[i] ? 1 : 0)) / rows),
      );
    }
    run('softmaxCrossentropy', [z, targets, null, loss, gradient], dims);
    for (const i of range(rows)) {
      expectClose([loss[i]], [sum(row(i).map((value, j) => target(i)[j] * (logSum(row(i)) - value)))]);
      const p = row(i).map((value) => Math.exp(value - logSum(row(i))));
      expectClose(
        rowOf(gradient, ld, i, outputs),
        p.map((value, j) => (value * sum(target(i)) - target(i)[j]) / rows),
      );
    }
    run('sigmoidCrossentropy', [z, targets, null, loss, gradient], dims);
    for (const i of range(rows)) {
      const terms = row(i).map(
        (value, j) => -target(i)[j] * Math.log(sigmoid(value)) - (1 - target(i)[j]) * Math.log(1 - sigmoid(value)),
      );
      expectClose([loss[i]], [sum(terms) / outputs], 1e-12);
      expectClose(
        rowOf(gradient, ld, i, outputs),
        row(i).map((value, j) => (sigmoid(value) - target(i)[j]) / (rows * outputs)),
      );
    }
    run('meanSquaredError', [z, targets, null, loss, gradient], dims);
    for (const i of range(rows)) {
      const d = row(i).map((value, j) => value - target(i)[j]);
      expectClose([loss[i]], [sum(d.map((value) => value * value)) / outputs]);
      expectClose(
        rowOf(gradient, ld, i, outputs),
        d.map((value) => (2 * value) / (rows * outputs)),
      );
    }
  });

  test('keeps what float32 would lose', () => {
    const c = new Float64Array(1);
    run('gemm', [Float64Array.of(1 + 2 ** -40), Float64Array.of(1), c], [1, 1, 1, 0, 0, 0]);
    expect(c[0]).toBe(1 + 2 ** -40);
  });

  test('adam', () => {
    const [p, g, m, v] = [numbers(20), numbers(20), numbers(20), numbers(20).map(Math.abs)];
    const before = { p: p.slice(), m: m.slice(), v: v.slice() };
    run('adam', [p, g, m, v, Float64Array.of(0.9, 0.1, 0.99, 0.01, 0.05, 3, 1e-8, 0.1)], [20]);
    const gradient = Array.from(g, (value, i) => value + 0.1 * before.p[i]);
    expectClose(
      m,
      gradient.map((value, i) => 0.9 * before.m[i] + 0.1 * value),
    );
    expectClose(
      v,
      gradient.map((value, i) => 0.99 * before.v[i] + 0.01 * value * value),
    );
    expectClose(
      p,
      Array.from(before.p, (value, i) => value - (0.05 * m[i]) / (3 * Math.sqrt(v[i]) + 1e-8)),
    );
  });
});
