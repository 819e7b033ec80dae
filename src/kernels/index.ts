/** The door `plummet/kernels`: the kernels themselves, for other tools. */
import { resolveBackend } from '../backend.ts';
import { checkOptions, oneOf, rangeError } from '../errors.ts';
import { sharedDoubles } from '../memory.ts';
import { type OpName, opNamed, ops } from '../plan/ops.ts';
import type { Addon, Numbers } from './addon.ts';
import {
  createKernels,
  type Direct,
  type Execute,
  type Execution,
  type Kernels,
  type PrepareCalls,
} from './contract.ts';
import { kernels as reference } from './reference/table.ts';

export type { OpName } from '../plan/ops.ts';
export type { GemmArguments, Kernels } from './contract.ts';

export interface KernelOptions {
  /** Of those that this processor can run; default: the best. */
  isa?: 'scalar' | 'avx2' | 'avx512' | 'neon';
  /** Default: as many as `backend()` reports. The reference kernels run on the calling thread. */
  threads?: number;
}

const names = ['native', 'reference'] as const;

interface Made extends Execution {
  readonly kernels: Kernels;
}
const made = new Map<string, Made>();

/**
 * The kernels of one implementation.
 *
 * @throws `ERR_PLUMMET_BACKEND` where there is no compiled addon, or no such instruction set here
 * @example
 * kernels('reference').gemm({ m, n, k, a, b, c });
 */
export function kernels(name: 'native' | 'reference', options?: KernelOptions): Kernels {
  const { isa, threads } = checkOptions('kernels', options, ['isa', 'threads']) as { isa?: string; threads?: number };
  return create({
    name: oneOf('kernels', 'the name', name, names),
    ...(isa === undefined ? {} : { isa }),
    ...(threads === undefined ? {} : { threads }),
  }).kernels;
}

/** The kernels for a `backend` option as `compile` has it; without one, what `backend()` reports. */
export const kernelsOf = (backend: unknown): Kernels => chosen(backend).kernels;

/**
 * What executes an op for a `backend` option. The checks are the caller's, who knows what can be wrong at all.
 */
export const executionFor = (backend: unknown): Execution => chosen(backend);

function chosen(backend: unknown): Made {
  if (backend === undefined) return create({});
  if (typeof backend === 'string') return create({ name: oneOf('backend', 'the name', backend, names) });
  const { name, isa, threads } = checkOptions('backend', backend, ['name', 'isa', 'threads']) as {
    name?: string;
    isa?: string;
    threads?: number;
  };
  return create({
    ...(name === undefined ? {} : { name: oneOf('backend', 'name', name, names) }),
    ...(isa === undefined ? {} : { isa }),
    ...(threads === undefined ? {} : { threads }),
  });
}

function create(choice: { name?: 'native' | 'reference'; isa?: string; threads?: number }): Made {
  const { name, isa, threads, addon } = resolveBackend(choice);
  const key = `${name} ${isa} ${threads}`;
  const known = made.get(key);
  if (known) return known;
  const numbers = new Map<string, number>(ops.map((op, i) => [op.name, i]));
  const native: Execute = (op, operands, dims) =>
    addon?.kernel(isa, threads, numbers.get(op) as number, operands as (Numbers | null)[], dims) ?? 0;
  const execute = addon ? native : runReference;
  const prepare = (op: OpName): Direct => {
    const dims = sharedDoubles(opNamed(op).dims.length);
    return { dims, call: (addon as Addon).prepareKernel(isa, threads, numbers.get(op) as number, dims) };
  };
  const prepareCalls: PrepareCalls = (op, operands, dims, varying) => {
    const number = numbers.get(op) as number;
    const run = (addon as Addon).prepareCalls(isa, threads, number, operands as (Numbers | null)[], dims, varying);
    let held = false;
    return (arrays, same) => {
      if (same && held) return run(true);
      held = same;
      return run(same, ...arrays);
    };
  };
  const result = {
    kernels: createKernels(name, isa, addon ? threads : 1, execute, addon ? prepare : undefined),
    execute,
    prepareCalls: addon ? prepareCalls : null,
  };
  made.set(key, result);
  return result;
}

/** Element indices of the reference kernels are 32-bit integers. */
const MOST = 2147483647;

const runReference: Execute = (op, operands, dims) => {
  const spec = opNamed(op);
  const offsets = new Float64Array(spec.operands.length);
  for (let i = 0; i * spec.dims.length < dims.length; i++) {
    const own = Array.from(dims.subarray(i * spec.dims.length, (i + 1) * spec.dims.length));
    const arrays = operands.slice(i * spec.operands.length, (i + 1) * spec.operands.length);
    for (const [j, array] of arrays.entries()) {
      if (array === null || spec.operands[j].extent(own) <= MOST) continue;
      throw rangeError('ERR_PLUMMET_SHAPE', `${op}: the reference kernels take arrays of at most ${MOST} elements`);
    }
    const status = reference[op](arrays, offsets, Float64Array.from(own), 0, spec.units(own));
    if (status !== 0) return status;
  }
  return 0;
};
