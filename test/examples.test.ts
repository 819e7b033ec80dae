/** The examples are the articles' cases made right; what they promise is asserted here. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { run as gradientCheck } from '../examples/gradient-check.mjs';
import { run as linearRegression } from '../examples/linear-regression.mjs';
import { run as mnist } from '../examples/mnist.mjs';
import { run as xor } from '../examples/xor.mjs';

const execute = promisify(execFile);
const root = new URL('..', import.meta.url);
const example = (...args: string[]) => execute(process.execPath, ['scripts/example.mjs', ...args], { cwd: root });

test('xor: four of four, with Adam and Yogi, for seeds 0 to 9', async () => {
  const results = await xor();
  expect(results.map(({ optimizer, seed }) => `${optimizer} ${seed}`)).toHaveLength(20);
  for (const { optimizer, seed, correct } of results) expect([optimizer, seed, correct]).toEqual([optimizer, seed, 4]);
});

test('linear regression finds the coefficients, the intercept and the variance of the noise', async () => {
  const { line, plane } = await linearRegression();
  const close = (values: number[], expected: number[]) => {
    expect(values).toHaveLength(expected.length);
    for (const [i, value] of values.entries()) expect(Math.abs(value - expected[i])).toBeLessThan(0.02);
  };
  close([...line.w, line.b], [2, 1]);
  close([...plane.w, plane.b], [1, 2, 3]);
  expect(plane.mse).toBeGreaterThan(0.008);
  expect(plane.mse).toBeLessThan(0.012);
});

test('gradients agree with central differences for every activation and loss', async () => {
  const results = await gradientCheck();
  expect(new Set(results.map(({ loss }) => loss)).size).toBe(4);
  for (const { loss, errors } of results) {
    expect(Object.keys(errors)).toHaveLength(4);
    for (const [name, error] of Object.entries(errors)) {
      expect(error, `${loss}, ${name}`).toBeLessThan(1e-6);
    }
  }
});

test('mnist learns in an epoch', async () => {
  const { accuracy, history } = await mnist({ epochs: 1 });
  expect(accuracy).toBeGreaterThan(0.94);
  expect(history.loss).toHaveLength(1);
}, 240_000);

describe('npm run example', () => {
  test.each([[[]], [['nonsense']]])('with %j lists the names and fails', async (args) => {
    const failure = await example(...args).catch((error) => error);
    expect(failure.code).toBe(2);
    expect(failure.stderr).toContain('gradient-check, linear-regression, mnist, xor');
  });

  test.each([['--speed'], ['--epochs', 'many'], ['--optimizer', 'sdg'], ['--backend', 'gpu']])(
    'mnist %s is refused in words',
    async (...args) => {
      const failure = await example('mnist', ...args).catch((error) => error);
      expect(failure.code).toBeGreaterThan(0);
      expect(failure.stderr).toContain(args[0]);
      expect(failure.stderr).not.toContain('at '.padStart(7));
    },
  );

  test('mnist --help', async () => {
    expect((await example('mnist', '--help')).stdout).toContain('--learning-rate');
  });
});
