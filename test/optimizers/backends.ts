import { loadAddon } from '#src/kernels/native.js';

/** Every backend that can run here: the reference path, and each instruction set with one thread and with three. */
export function backends(): { label: string; choice: never }[] {
  const { addon } = loadAddon();
  const isas = addon?.info().isas ?? [];
  const native = isas.flatMap((isa) => [1, 3].map((threads) => ({ name: 'native', isa, threads })));
  const choices = [{ name: 'reference' }, ...native];
  return choices.map((choice) => ({ label: Object.values(choice).join(' '), choice: choice as never }));
}
