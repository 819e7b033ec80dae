/** What runs and why, as environment variables and the state of the installation have it: each case in a process of its own. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backend, executor } from '#src/backend.js';
import { loadAddon } from '#src/kernels/native.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { addon } = loadAddon();
const info = addon?.info();
const isas = info?.isas ?? [];

interface Answer {
  value?: { name: string; isa: string; threads: number; reason?: string; version: string };
  error?: { code: string; message: string };
}

/** Evaluates an expression over src/backend.ts in a new process. */
function ask(environment: Record<string, string>, { from = root, expression = 'backend.backend()' } = {}): Answer {
  const { PLUMMET_BACKEND: _b, PLUMMET_ISA: _i, PLUMMET_THREADS: _t, ...rest } = process.env;
  const script = `
    const backend = await import(${JSON.stringify(pathToFileURL(join(from, 'dist/backend.js')).href)});
    let answer;
    try { answer = { value: ${expression} }; } catch ({ code, message }) { answer = { error: { code, message } }; }
    console.log(JSON.stringify(answer));`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...rest, ...environment },
  });
  expect(ended.stderr).toBe('');
  expect(ended.status).toBe(0);
  return JSON.parse(ended.stdout);
}

const refused = (answer: Answer): string => {
  expect(answer.value).toBeUndefined();
  expect(answer.error?.code).toBe('ERR_PLUMMET_BACKEND');
  return answer.error?.message ?? '';
};

describe.skipIf(addon === null)('with an addon', () => {
  test('by default the best instruction set and every processor are used', () => {
    expect(ask({}).value).toEqual({
      name: 'native',
      isa: isas[0],
      threads: info?.processors,
      version: backend().version,
    });
  });

  test.each(isas)('PLUMMET_ISA=%s', (isa) => {
    expect(ask({ PLUMMET_ISA: isa }).value).toMatchObject({ name: 'native', isa });
    expect(ask({ PLUMMET_ISA: isa }, { expression: 'backend.executor()' }).value).toMatchObject({
      name: 'native',
      isa,
    });
  });

  test('an instruction set that cannot run here is an error that names those that can', () => {
    const missing = ['avx512', 'neon', 'avx2'].find((isa) => !isas.includes(isa)) as string;
    for (const isa of [missing, 'sse9', 'typescript']) {
      const message = refused(ask({ PLUMMET_ISA: isa }));
      expect(message).toContain(`PLUMMET_ISA is "${isa}"`);
      for (const available of isas) expect(message).toContain(`"${available}"`);
    }
    expect(() => executor({ isa: missing })).toThrow(expect.objectContaining({ code: 'ERR_PLUMMET_BACKEND' }));
  });

  test('PLUMMET_BACKEND=reference says why', () => {
    const { value } = ask({ PLUMMET_BACKEND: 'reference' });
    expect(value).toMatchObject({ name: 'reference', isa: 'typescript' });
    expect(value?.reason).toContain('PLUMMET_BACKEND');
    expect(ask({ PLUMMET_BACKEND: 'reference', PLUMMET_ISA: 'scalar' }).value?.isa).toBe('typescript');
    expect(refused(ask({ PLUMMET_BACKEND: 'reference', PLUMMET_ISA: 'sse9' }))).toContain('sse9');
  });

  test('a choice goes before the environment', () => {
    const chosen = ask(
      { PLUMMET_BACKEND: 'reference' },
      { expression: "backend.executor({ name: 'native', threads: 5, isa: 'scalar' })" },
    );
    expect(chosen.value).toMatchObject({ name: 'native', isa: 'scalar', threads: 5 });
  });
});

test.each(['1', '3', '64'])('PLUMMET_THREADS=%s, also above the number of cores', (threads) => {
  for (const name of ['native', 'reference']) {
    if (name === 'native' && addon === null) continue;
    const environment = { PLUMMET_THREADS: threads, PLUMMET_BACKEND: name };
    expect(ask(environment).value).toMatchObject({ name, threads: Number(threads) });
    expect(ask(environment, { expression: 'backend.executor()' }).value).toMatchObject({
      name,
      threads: Number(threads),
    });
  }
});

test.each(['0', '-1', '1.5', 'two', '1e1', '257', 'NaN'])('PLUMMET_THREADS=%s is an error', (threads) => {
  expect(refused(ask({ PLUMMET_THREADS: threads }))).toContain('PLUMMET_THREADS');
});

test('an unknown PLUMMET_BACKEND is an error that names the known ones', () => {
  expect(refused(ask({ PLUMMET_BACKEND: 'gpu' }))).toMatch(/"native" and "reference"/);
});

test('empty variables are as good as none', () => {
  expect(ask({ PLUMMET_BACKEND: '', PLUMMET_ISA: '', PLUMMET_THREADS: '' })).toEqual(ask({}));
});

test('each choice has one executor, and wrong ones are errors', () => {
  expect(executor({ name: 'reference', threads: 2 })).toBe(executor({ name: 'reference', threads: 2 }));
  expect(executor({ name: 'reference', threads: 2 })).not.toBe(executor({ name: 'reference', threads: 1 }));
  for (const threads of [0, 1.5, Number.NaN, 257, '2']) {
    expect(() => executor({ threads: threads as number })).toThrow(
      expect.objectContaining({ code: 'ERR_PLUMMET_OPTION' }),
    );
  }
  expect(() => executor({ name: 'metal' as 'native' })).toThrow(
    expect.objectContaining({ code: 'ERR_PLUMMET_OPTION' }),
  );
  expect(() => executor({ name: 'reference', isa: 'scalar' })).toThrow(
    expect.objectContaining({ code: 'ERR_PLUMMET_BACKEND' }),
  );
});

describe('without an addon', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'plummet-'));
    cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('the reference path runs, and says why', () => {
    const { value } = ask({}, { from: copy });
    expect(value).toMatchObject({ name: 'reference', isa: 'typescript', version: backend().version });
    expect(value?.reason).toContain(`no compiled addon was found for ${process.platform}-${process.arch}`);
  });

  test('importing the package prints nothing and does not throw, whatever is asked for', () => {
    for (const [name, value] of [
      ['PLUMMET_BACKEND', 'native'],
      ['PLUMMET_ISA', 'avx2'],
      ['PLUMMET_THREADS', 'x'],
    ]) {
      expect(ask({ [name]: value }, { from: copy, expression: '{}' }).value).toEqual({});
    }
  });

  test('PLUMMET_BACKEND=native, and an instruction set, are errors at first use', () => {
    expect(refused(ask({ PLUMMET_BACKEND: 'native' }, { from: copy }))).toContain('no compiled addon was found');
    expect(refused(ask({ PLUMMET_ISA: 'avx2' }, { from: copy }))).toContain('no compiled addon was found');
    expect(refused(ask({}, { from: copy, expression: "backend.executor({ name: 'native' })" }))).toContain(
      'no compiled addon was found',
    );
  });

  test('an addon that cannot be loaded is named with its error', () => {
    mkdirSync(join(copy, 'build/Release'), { recursive: true });
    writeFileSync(join(copy, 'build/Release/plummet.node'), 'not a shared object');
    const { value } = ask({}, { from: copy });
    expect(value?.name).toBe('reference');
    expect(value?.reason).toMatch(/plummet\.node could not be loaded: \S/);
    rmSync(join(copy, 'build'), { recursive: true });
  });
});
