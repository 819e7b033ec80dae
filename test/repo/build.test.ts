/** What a machine lacks for the native build is said in a sentence for each thing. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

function missing(environment: Record<string, string>): string[] {
  const script = "import { missingTools } from './scripts/tools.mjs'; console.log(JSON.stringify(missingTools()));";
  const { CXX: _cxx, MAKE: _make, PYTHON: _python, ...inherited } = process.env;
  const env = { ...inherited, NODE_GYP_FORCE_PYTHON: '', npm_config_python: '', ...environment };
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env }));
}

test.skipIf(process.platform === 'win32')('without anything: compiler, make and python, each with its remedy', () => {
  const sentences = missing({ PATH: '/nowhere' });
  expect(sentences.map((sentence) => /^(.*?)(?:, which.*)? is missing: \S/.exec(sentence)?.[1])).toEqual([
    'A C++ compiler',
    'make',
    'Python 3',
  ]);
  for (const sentence of sentences) expect(sentence).toMatch(/^[^\n]*\.$/);
});

test.skipIf(process.platform === 'win32')('a CXX that is not there is named', () => {
  const sentences = missing({ CXX: 'no-such-compiler' });
  expect(sentences.filter((sentence) => sentence.includes('no-such-compiler'))).toHaveLength(1);
});
