/** Back-propagation against central differences, both in float64. */
import { checkOptions, inRange, positiveInteger } from '../errors.ts';
import { pack } from '../layout.ts';
import { type DoublePass, type DoubleRun, executeDouble } from '../plan/execute.ts';
import { lower } from '../plan/lower.ts';
import type { Network, Parameter } from '../plan/network.ts';
import { type Plan, status } from '../plan/plan.ts';
import { purpose, stream } from '../random.ts';
import type { Compiled } from './compile.ts';
import { type Core, compiledOf, networkOf } from './core.ts';
import type { Source } from './inputs.ts';
import { assertReadable } from './lock.ts';
import { createControl, failure } from './run.ts';
import { batchOf } from './step.ts';

export interface CheckGradientsOptions {
  /** How far a weight is moved to either side; default 1e-4. */
  epsilon?: number;
  /** Weights of each parameter that are looked at: all of a small one, else this many, always the same; default 64. */
  samples?: number;
}

/** The model's numbers in float64, and the two plans that run on them. */
interface Double {
  readonly params: Float64Array;
  /** Mean loss. */
  loss(): number;
  /** Gradients of the mean loss, laid out as the parameters. */
  gradients(): Float64Array;
}

function doubled(core: Core, compiled: Compiled, network: Network, source: Source): Double {
  const lowering = { network, batchSize: source.rows, loss: compiled.loss, bytes: source.bytes };
  const params = Float64Array.from(core.params);
  const run = ({
    plan,
    constants,
  }: ReturnType<typeof lower>): { scratch: Float64Array; totals: Float64Array; execute: () => void } => {
    const scratch = new Float64Array(plan.sizes.scratch);
    for (const { offset, values } of constants) scratch.set(values, offset);
    const totals = new Float64Array(plan.sizes.totals);
    const walk = doubleRun(plan, source, params, scratch, totals);
    const execute = (): void => {
      const ended = executeDouble(walk);
      if (ended !== status.done) throw failure('checkGradients', ended, [source], network.outputs);
    };
    return { scratch, totals, execute };
  };
  const forward = run(lower({ ...lowering, purpose: 'evaluate' }));
  const back = run(lower({ ...lowering, purpose: 'gradients' }));
  return {
    params,
    loss() {
      forward.execute();
      return forward.totals[0] / source.rows;
    },
    gradients() {
      back.execute();
      return back.scratch.slice(0, network.size);
    },
  };
}

const doubles = (array: Float32Array | Uint8Array | Int32Array | null) =>
  array instanceof Float32Array ? new Float64Array(array) : array;

function doubleRun(
  plan: Plan,
  { x, y, rows }: Source,
  params: Float64Array,
  scratch: Float64Array,
  totals: Float64Array,
): DoubleRun {
  const pass = { plan, x: doubles(x), y: doubles(y), rows, batchSize: rows } as DoublePass;
  return {
    pass,
    shuffle: null,
    evaluation: null,
    params,
    state: new Float64Array(0),
    scratch,
    totals,
    output: null,
    rows: null,
    scalars: new Float64Array(0),
    scalarsStride: 0,
    history: null,
    firstEpoch: 0,
    firstBatch: 0,
    endEpoch: 1,
    maxSteps: 1,
    control: createControl(),
  };
}

/** Where the elements of a parameter lie in the `params` space, in row-major order. */
function placesOf({ shape, layout, offset, size }: Parameter): Uint32Array {
  const count = shape.reduce((product, n) => product * n, 1);
  // Numbers from 1 on take the way that weights take; what stays 0 is padding.
  const numbers = Float64Array.from({ length: count }, (_, i) => i + 1);
  const packed = new Float64Array(size);
  pack(numbers as unknown as Float32Array, shape, layout, packed as unknown as Float32Array, 0);
  const places = new Uint32Array(count);
  packed.forEach((number, place) => {
    if (number > 0) places[number - 1] = offset + place;
  });
  return places;
}

/** All places, or as many different ones as wanted. */
function sample(places: Uint32Array, wanted: number, index: number): Uint32Array {
  if (places.length <= wanted) return places;
  const word = stream(0, purpose.noise, index, 0);
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(places[word() % places.length]);
  return Uint32Array.from(chosen);
}

/**
 * The derivative of the loss with respect to one weight, or null where the loss has a kink nearby, as with relu. Two
 * widths give two central differences: where the loss is smooth they agree but for the term in ε², which their
 * combination removes.
 */
function difference({ params, loss }: Double, place: number, epsilon: number): number | null {
  const value = params[place];
  const central = (width: number): number => {
    params[place] = value + width;
    const above = loss();
    params[place] = value - width;
    const below = loss();
    return (above - below) / (2 * width);
  };
  const wide = central(epsilon);
  const narrow = central(epsilon / 2);
  params[place] = value;
  const smooth = Math.abs(wide - narrow) <= 1e-5 * Math.max(Math.abs(wide), Math.abs(narrow)) + 1e-7;
  return smooth ? (4 * narrow - wide) / 3 : null;
}

/**
 * For each parameter the largest difference between back-propagation and central differences, relative to the larger of
 * the two or, for small ones, to a hundredth of the parameter's largest gradient.
 */
export function checkGradients(core: Core, x: unknown, y: unknown, given: unknown): Record<string, number> {
  const who = 'checkGradients';
  assertReadable(core.lock, who);
  const compiled = compiledOf(core, who);
  const options = checkOptions(who, given, ['epsilon', 'samples']);
  const epsilon = inRange(who, 'epsilon', options.epsilon ?? 1e-4, 1e-8, 1);
  const samples = positiveInteger(who, 'samples', options.samples ?? 64);
  const source = batchOf(core, who, x, y);
  assertReadable(core.lock, who);

  const network = networkOf(core);
  const double = doubled(core, compiled, network, source);
  const gradients = double.gradients();
  const errors = network.parameters.map((parameter, index): [string, number] => {
    const places = placesOf(parameter);
    const largest = places.reduce((most, place) => Math.max(most, Math.abs(gradients[place])), 0);
    let worst = 0;
    for (const place of sample(places, samples, index)) {
      const expected = difference(double, place, epsilon);
      if (expected === null) continue;
      const scale = Math.max(Math.abs(expected), Math.abs(gradients[place]), largest / 100, 1e-6);
      const error = Math.abs(gradients[place] - expected) / scale;
      // NaN is the worst of all.
      if (!(error <= worst)) worst = error;
    }
    return [parameter.name, worst];
  });
  return Object.fromEntries(errors);
}
