/** What docs/optimizers.md says of optimizers, against the code: names, sources, options and their defaults. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commonOptions } from '#src/optimizers/common.js';
import { optimizerNames } from '#src/optimizers/index.js';
import { isOptimizer } from '#src/optimizers/make.js';
import type { Optimizer } from '#src/optimizers/optimizer.js';
import * as optimizers from '#src/optimizers/optimizers.js';
import { codeOf, tableOf } from '../support/page.ts';
import { chapter, factoryOf, follow, type Options, optionsIn, page, section, sections, valueIn } from './page.ts';

/** Options that are optimizers are described as other optimizers describe them. */
const plain = (options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      isOptimizer(value) ? { name: value.name, ...value.options } : value,
    ]),
  );

function accepts(make: (options: Options) => Optimizer, options: Options): boolean {
  try {
    make(options);
    return true;
  } catch {
    return false;
  }
}

describe('docs/optimizers.md', () => {
  it('has a section for each optimizer, and for nothing else', () => {
    expect([...sections.keys()].sort()).toEqual([...optimizerNames, 'switchAt'].sort());
  });

  it('links to each of them at its beginning, and to nothing that is not there', () => {
    const headings = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading]) => heading);
    const anchors = headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    const linked = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
    const contents = page.slice(0, page.indexOf('\n## '));
    expect(anchors.filter((anchor) => !contents.includes(`(#${anchor})`))).toEqual([]);
    const prose = page.replace(/```[\s\S]*?```|`[^`]*`/g, '');
    const files = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map(([, file]) => join('docs', file));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('has examples that run', () => {
    const examples = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
    expect(examples.length).toBeGreaterThan(1);
    for (const code of examples) execFileSync(process.execPath, ['--input-type=module', '-e', code], { stdio: 'pipe' });
  });

  it('has a place for what a script fills in', () => {
    expect(chapter('Convergence')).toMatch(/^<!-- convergence -->\n([\s\S]*\n)?<!-- \/convergence -->$/m);
  });
});

describe.each(optimizerNames)('%s', (name) => {
  const make = factoryOf(name);

  it('has a source, a use and a comparison with other libraries', () => {
    const text = section(name);
    expect(text).toMatch(/^[^\n]+\n\n[^\n]* (19|20)\d\d, /);
    expect(text).toMatch(/\n- When: .+\n- Elsewhere: .+\n/);
  });

  const table = tableOf(section(name), 'option', 'default');
  const conventions = table.header.slice(2).filter((title) => title !== 'range');

  it('has a column for each convention', () => {
    const own = make().options.convention;
    const others = ['torch', 'keras', 'optax'].filter(
      (convention) => convention !== own && accepts(make, { convention }),
    );
    expect([...conventions].sort()).toEqual(others.sort());
  });

  it.each([undefined, ...conventions])('has these defaults (convention: %s)', (convention) => {
    const column = convention === undefined ? 1 : table.header.indexOf(convention);
    const given = optionsIn(table, column);
    const told = convention === undefined ? {} : { convention };
    expect(plain(given)).toEqual(make(told).options);
    // What it says of itself is what it does.
    expect(follow(make(given))).toEqual(follow(make(told)));
  });
});

describe('what all optimizers share', () => {
  const text = chapter('What all of them share');

  it('is every option that they share, with its default', () => {
    const { rows } = tableOf(text, 'option', 'default');
    expect(rows.map(([name]) => codeOf(name)[0]).sort()).toEqual([...commonOptions].sort());
    for (const [name, value] of rows) {
      const option = codeOf(name)[0];
      // Without a default to look at: given explicitly, nothing changes.
      const told = optimizers.adam({ [option]: valueIn(value) });
      expect(told.width).toBe(optimizers.adam().width);
      expect(follow(told)).toEqual(follow(optimizers.adam()));
    }
  });

  it('is what those take that it says', () => {
    const without = codeOf(text.match(/Every factory but (.*?) takes/)?.[1] ?? '');
    const refusing = optimizerNames.filter((name) => !accepts(factoryOf(name), { skipNonFinite: false }));
    expect([...without].sort()).toEqual([...refusing, 'switchAt'].sort());
  });

  it.each(tableOf(text, 'short', 'long').rows)('%s is %s', (short, long) => {
    const [a, b] = [short, long].map((cell) => optimizers.sgd(valueIn(cell) as Options));
    const rowsOf = (optimizer: Optimizer): Float32Array => {
      const table = new Float32Array(optimizer.width * 9);
      optimizer.fill(table, 1, 9);
      return table;
    };
    const described = ({ gate, globalNorm, parts }: Optimizer) =>
      JSON.stringify([gate, globalNorm, parts.map(({ transforms, averaged }) => [transforms, averaged])]);
    expect(described(a)).toBe(described(b));
    expect(rowsOf(a)).toEqual(rowsOf(b));
    expect(described(a)).not.toBe(described(optimizers.sgd()));
  });
});

describe('clipping and weight decay', () => {
  it('has a row for each kind of clipping', () => {
    const { rows } = tableOf(chapter('Clipping'), 'option');
    const kinds = commonOptions.filter((name) => /clip/i.test(name));
    expect(rows.map(([name]) => codeOf(name)[0]).sort()).toEqual([...kinds].sort());
  });

  it('says of each optimizer where decay stands', () => {
    const { rows } = tableOf(chapter('Weight decay'), 'optimizer');
    expect(rows.flatMap(([names]) => codeOf(names)).sort()).toEqual([...optimizerNames].sort());
  });
});
