// @ts-check
// npm run example -- NAME [options]
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../examples', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length));
const [name, ...options] = process.argv.slice(2);

if (name !== undefined && names.includes(name)) {
  process.exitCode =
    spawnSync(process.execPath, [join(folder, `${name}.mjs`), ...options], { stdio: 'inherit' }).status ?? 1;
} else {
  if (name !== undefined) console.error(`There is no example "${name}".`);
  console.error(`npm run example -- NAME, where NAME is one of: ${names.join(', ')}`);
  process.exitCode = 2;
}
