// @ts-check
// Writes src/kernels/float64/ from src/kernels/reference/: the same kernels over float64 arithmetic, for checking gradients.
// They are derived so that they need no third implementation; files that are up to date are left alone.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const kernels = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'kernels');
const source = join(kernels, 'reference');
const target = join(kernels, 'float64');
/** Of float32 alone: its float64 twins are in src/math.ts. */
const left = new Set(['transcendentals.ts']);

/** @param {string} folder @returns {string[]} paths of files, relative to `folder` */
function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(folder, file)).isFile(),
  );
}

const wanted = new Map(
  filesIn(source)
    .filter((file) => file.endsWith('.ts') && !left.has(file))
    .map((file) => {
      const from = relative(dirname(join(target, file)), join(source, file)).replaceAll('\\', '/');
      const text = readFileSync(join(source, file), 'utf8').replaceAll(
        'arithmetic/float32.ts',
        'arithmetic/float64.ts',
      );
      return [file, `// Derived from ${from} by scripts/derive-float64.mjs. Do not edit.\n${text}`];
    }),
);

for (const file of filesIn(target)) {
  if (!wanted.has(file)) rmSync(join(target, file));
}
for (const [file, text] of wanted) {
  const path = join(target, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
