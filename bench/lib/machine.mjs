// @ts-check
import { availableParallelism, cpus, totalmem } from 'node:os';
import { backend } from 'plummet';

/** What numbers mean nothing without. */
export function machine() {
  const { name, isa, threads, version } = backend();
  return {
    date: new Date().toISOString(),
    processor: `${cpus()[0].model.trim()}, ${availableParallelism()} processors`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    plummet: `${version}: ${name}, ${isa}, ${threads} threads`,
  };
}
