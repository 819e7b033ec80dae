/** Which executor runs, and why. */
import { describe, rangeError, stateError } from './errors.ts';
import type { Addon } from './kernels/addon.ts';
import { loadAddon } from './kernels/native.ts';
import { builtin, packageFolder } from './package.ts';
import { createNativeExecutor } from './plan/native.ts';
import type { Executor } from './plan/plan.ts';
import { createReferenceExecutor, setThreshold } from './plan/reference.ts';
import { processors } from './processors.ts';

export interface Backend {
  readonly name: 'native' | 'reference';
  /** `avx512`, `avx2`, `neon` or `scalar`; `typescript` for the reference path. */
  readonly isa: string;
  readonly threads: number;
  /** Why the reference path runs; undefined when the native one does. */
  readonly reason: string | undefined;
  /** Plummet's version. */
  readonly version: string;
}

export interface BackendChoice {
  readonly name?: 'native' | 'reference';
  readonly isa?: string;
  readonly threads?: number;
}

const ISAS = ['scalar', 'avx2', 'avx512', 'neon'];
const MAX_THREADS = 256;

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

const fail = (message: string): Error => stateError('ERR_PLUMMET_BACKEND', message);

/** An environment variable; an empty one is as good as none. */
const variable = (name: string): string | undefined => process.env[name] || undefined;

function nameFrom(environment: string | undefined): 'native' | 'reference' | undefined {
  if (environment === undefined || environment === 'native' || environment === 'reference') return environment;
  throw fail(`PLUMMET_BACKEND is ${describe(environment)}; there are "native" and "reference"`);
}

function threadsFrom(environment: string | undefined): number | undefined {
  if (environment === undefined) return undefined;
  const threads = /^\d+$/.test(environment) ? Number(environment) : Number.NaN;
  if (threads >= 1 && threads <= MAX_THREADS) return threads;
  throw fail(`PLUMMET_THREADS is ${describe(environment)}; expected a whole number from 1 to ${MAX_THREADS}`);
}

function checkThreads(threads: unknown): void {
  if (Number.isInteger(threads) && (threads as number) >= 1 && (threads as number) <= MAX_THREADS) return;
  throw rangeError(
    'ERR_PLUMMET_OPTION',
    `backend: threads must be an integer from 1 to ${MAX_THREADS}, got ${describe(threads)}`,
  );
}

/** The instruction set to use, of those that this addon has and this processor can run. */
function isaOf(addon: Addon, chosen: string | undefined): string {
  const { isas, unsupported, cpu } = addon.info();
  const [wanted, who] = chosen === undefined ? [variable('PLUMMET_ISA'), 'PLUMMET_ISA'] : [chosen, 'backend: isa'];
  if (wanted === undefined) return isas[0];
  if (isas.includes(wanted)) return wanted;
  const why = unsupported.includes(wanted)
    ? `this processor (${cpu}) does not support it`
    : ISAS.includes(wanted)
      ? 'this addon is not built for it'
      : `there is none of that name`;
  throw fail(`${who} is ${describe(wanted)}, but ${why}; available: ${quoted(isas)}`);
}

/** A choice made, with what it runs on. */
export interface ResolvedBackend extends Omit<Backend, 'version'> {
  readonly addon: Addon | null;
}

/** Settles what a choice leaves open; see `backend`. */
export function resolveBackend({ name, isa, threads }: BackendChoice): ResolvedBackend {
  if (name !== undefined && name !== 'native' && name !== 'reference') {
    throw rangeError('ERR_PLUMMET_OPTION', `backend: name must be "native" or "reference", got ${describe(name)}`);
  }
  if (threads !== undefined) checkThreads(threads);
  const environment = nameFrom(variable('PLUMMET_BACKEND'));
  const count = threads ?? threadsFrom(variable('PLUMMET_THREADS'));
  const wanted = name ?? environment;
  const { addon, reason: missing } = loadAddon();
  if (wanted === 'native' && addon === null) {
    throw fail(
      `${name === 'native' ? 'the native backend was asked for' : 'PLUMMET_BACKEND is "native"'}, but ${missing}`,
    );
  }
  if (wanted !== 'reference' && addon !== null) {
    const info = addon.info();
    return {
      name: 'native',
      isa: isaOf(addon, isa),
      threads: count ?? info.processors,
      reason: undefined,
      addon,
    };
  }
  const forced = isa ?? variable('PLUMMET_ISA');
  const reason =
    missing !== undefined && wanted === undefined
      ? missing
      : name === 'reference'
        ? 'it was asked for'
        : 'PLUMMET_BACKEND is "reference"';
  if (
    forced !== undefined &&
    forced !== 'typescript' &&
    (isa !== undefined || wanted === undefined || !ISAS.includes(forced))
  ) {
    const who = isa === undefined ? 'PLUMMET_ISA' : 'backend: isa';
    throw fail(`${who} is ${describe(forced)}, but the reference path runs (${reason}); available: "typescript"`);
  }
  return {
    name: 'reference',
    isa: 'typescript',
    threads: count ?? addon?.info().processors ?? processors(),
    reason,
    addon: null,
  };
}

let known: string | undefined;

/** Plummet's. */
export function version(): string {
  const { readFileSync } = builtin('node:fs');
  known ??= (JSON.parse(readFileSync(new URL('package.json', packageFolder), 'utf8')) as { version: string }).version;
  return known;
}

/**
 * What runs, and why: the backend that a model uses where `compile` names none.
 *
 * `PLUMMET_BACKEND`, `PLUMMET_ISA` and `PLUMMET_THREADS` are read each time.
 *
 * @throws `ERR_PLUMMET_BACKEND` where one of them asks for what there is not
 * @example
 * const { name, isa, threads, reason } = backend();
 */
export function backend(): Backend {
  const { addon: _, ...shown } = resolveBackend({});
  return { ...shown, version: version() };
}

const executors = new Map<string, Executor>();

/** The executor for a choice; what it leaves open is as `backend()` reports. */
export function executor(choice: BackendChoice = {}): Executor {
  const { name, isa, threads, addon } = resolveBackend(choice);
  const key = `${name} ${isa} ${threads}`;
  const made =
    executors.get(key) ?? (addon ? createNativeExecutor(addon, isa, threads) : createReferenceExecutor(threads));
  executors.set(key, made);
  return made;
}

/** Work (see `OpSpec.work`) below which an op is left to one thread, on both backends. For tests: 0. */
export function setThreadingThreshold(work: number): void {
  setThreshold(work);
  loadAddon().addon?.setThreadingThreshold(work);
}
