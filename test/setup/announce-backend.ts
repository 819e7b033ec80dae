/** Says once, before the tests, what they run on. */
import { existsSync } from 'node:fs';

export async function setup(): Promise<void> {
  const entry = new URL('../../dist/index.js', import.meta.url);
  if (!existsSync(entry)) return;
  const { backend } = await import(entry.href);
  const { name, isa, threads, reason } = backend();
  const line = name === 'native' ? `${isa}, ${threads} threads` : reason;
  process.stdout.write(`Testing the ${name} backend: ${line}\n`);
}
