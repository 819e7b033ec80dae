/** Every example in a doc comment of the public functions runs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as plummet from '#src/index.js';
import { kernels } from '#src/kernels/index.js';

interface Example {
  file: string;
  line: number;
  code: string;
}

function examplesOf(file: string): Example[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((text, i) => {
    if (!text.includes('* @example')) return [];
    const rest = lines.slice(i + 1);
    const end = rest.findIndex((line) => /\*\/|\* @/.test(line));
    const code = rest.slice(0, end).map((line) => line.replace(/^\s*\* ?/, ''));
    return [{ file, line: i + 1, code: code.join('\n') }];
  });
}

/** Functions whose examples stand on their own. */
const standing =
  /^(data|initializers|layers|optimizers|schedules|model\/callbacks)\/|^(backend|tensor|model\/sequential|model\/find-learning-rate|kernels\/contract)\.ts$/;
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && standing.test(name));
const examples = files.flatMap((name) => examplesOf(join('src', name)));

const scope: Record<string, unknown> = { ...plummet, kernels };
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;

describe('examples in doc comments', () => {
  it('are found', () => expect(examples.length).toBeGreaterThan(15));

  for (const { file, line, code } of examples) {
    it(`${file}:${line}`, async () => {
      await new AsyncFunction(...Object.keys(scope), `'use strict';{\n${code}\n}`)(...Object.values(scope));
    });
  }
});
