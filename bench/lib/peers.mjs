// @ts-check
// Peers live in bench/peers with a lock of their own, so that nobody who only uses Plummet downloads them.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('../peers/', import.meta.url));

/** Installs them on first use. */
export async function peers() {
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return;
  process.stderr.write('Installing the peers to compare with (npm ci in bench/peers) …\n');
  // Without their install scripts: some peers' download binaries.
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
}
