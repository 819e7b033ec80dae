import { describe, elements, finite, flag, inRange, oneOf, rangeError, typeError } from '../errors.ts';
import { countOf } from '../layout.ts';
import { layoutDims, type Program, type Steps, shapeOf, type Updated } from '../plan/steps.ts';
import type { CommonOptions, Given } from './common.ts';
import { composed } from './compose.ts';
import { createOptimizer, learningRateOption, type Scheduled, scheduledOption } from './make.ts';
import { eachTensor, normalize, once, rowMajor, stateNamed } from './matrices.ts';
import type { Optimizer, Part } from './optimizer.ts';
import { runningProduct, settledFrom } from './products.ts';

export interface MuonOptions {
  /** At least 0, or a schedule; default 1e-3. */
  learningRate?: Scheduled;
  /** At least 0, or a schedule: λ of matrices, decoupled: p ← (1 − learningRate · λ) p; default 0.1, Keras' 0.004, optax' 0. */
  weightDecay?: Scheduled;
  /** In [0, 1), or, but for the convention of optax, a schedule: μ; default 0.95. */
  momentum?: Scheduled;
  /** Whether the direction looks ahead by one step of the buffer; default true. */
  nesterov?: boolean;
  /** The numbers a, b, c of the iteration X ← aX + (bA + cA²)X, A = XXᵀ; default [3.4445, −4.775, 2.0315]. */
  nsCoefficients?: readonly [number, number, number];
  /** From 0 to 99: iterations; default 5. */
  nsSteps?: number;
  /** At least 0: the least norm that a direction counts as having; by optax' convention what is added to it; default 1e-7, optax' 1e-8. Keras adds 1e-7 whatever it is. */
  epsilon?: number;
  /**
   * Of PyTorch's convention: what the step is multiplied by. null or 'original': √max(1, rows / columns); 'match_rms_adamw': 0.2 √max(rows, columns);
   * 'spectral_unclamped': √(rows / columns). Default null.
   */
  adjustLrFn?: 'original' | 'match_rms_adamw' | 'spectral_unclamped' | null;
  /** Of Keras' convention, at least 0: the step is multiplied by rmsRate · √max(rows, columns); null: by 1; default 0.2. */
  rmsRate?: number | null;
  /** Of optax' convention, at least 0: the step is multiplied by consistentRms · √max(rows, columns); null: by √max(1, columns / rows); default null. */
  consistentRms?: number | null;
  /** Whether what is no matrix is updated by AdamW; otherwise it is refused; default true. */
  adamw?: boolean;
  /** At least 0, or a schedule: the rate of AdamW; null: `learningRate`; default null. */
  adamLearningRate?: Scheduled | null;
  /** In [0, 1): of AdamW; default 0.9. */
  adamBeta1?: number;
  /** In [0, 1): of AdamW; default 0.999. */
  adamBeta2?: number;
  /** At least 0: of AdamW; default 1e-8, by the conventions of Keras and optax `epsilon`. */
  adamEpsilon?: number;
  /** At least 0, or a schedule: λ of AdamW; default 0.01, Keras' 0.004, optax' 0. */
  adamWeightDecay?: Scheduled;
  /** Whose form and defaults; default torch. */
  convention?: 'torch' | 'keras' | 'optax';
}

const known = [
  'learningRate',
  'weightDecay',
  'momentum',
  'nesterov',
  'nsCoefficients',
  'nsSteps',
  'epsilon',
  'adjustLrFn',
  'rmsRate',
  'consistentRms',
  'adamw',
  'adamLearningRate',
  'adamBeta1',
  'adamBeta2',
  'adamEpsilon',
  'adamWeightDecay',
  'convention',
] as const;

/** The dim `scaling` of the op `matrixStep`. */
const scalings = { none: 0, tall: 1, largest: 2, unclamped: 3, wide: 4 } as const;

/** Where the scalars of each op stand. */
const columns = { moment: 0, blend: 5, norm: 8, step: 10, adam: 12 } as const;

/** Scalars of the ops `adamw` and `nadam`. */
const adamWidths = { adamw: 8, nadam: 10 } as const;

/**
 * Muon (Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein 2024), in PyTorch's form, with the iteration in float32 (PyTorch's runs in bfloat16): the direction of
 * momentum is made nearly orthogonal.
 *
 * m ← μm + (1 − μ)g; u = (1 − μ)g + μm (nesterov) or m; X = u / max(‖u‖, ε); `nsSteps` times X ← aX + (bA + cA²)X with A = XXᵀ (Newton-Schulz; on
 * the shorter side); p ← (1 − learningRate · λ) p − learningRate · √max(1, rows / columns) · X. State: `momentumBuffer`.
 *
 * What is no matrix (its shape has not two dimensions) is updated by AdamW, states `expAvg` and `expAvgSq`. An array that is bound without a shape is a
 * vector. The authors leave embeddings and the last layer to AdamW as well: `groups: [{ match: /^out/, optimizer: optimizers.adamw() }]`.
 *
 * PyTorch's matrices are [outputs][inputs], those of our layers [inputs][outputs]: `adjustLrFn` goes by rows and columns as they are; optax' convention, which
 * is that of [inputs][outputs], scales as PyTorch does for the same layer. By Keras' convention m ← μm + g, ε is added, and the step scales by 0.2 √max(rows,
 * columns). optax corrects the bias of Nesterov's momentum, adds ε, uses NAdam for what is no matrix where `nesterov` is true, and its buffer is `expAvg`. Keras'
 * adam_lr_ratio is here `adamLearningRate`.
 *
 * @throws `ERR_PLUMMET_OPTION` where an option is unknown or out of range, or belongs to another convention; `ERR_PLUMMET_SHAPE` where what is no matrix is
 * bound and `adamw` is false.
 * @example
 * const optimizer = optimizers.muon({ learningRate: 0.02, adamLearningRate: 1e-3 });
 */
export function muon(options: MuonOptions & CommonOptions<MuonOptions> = {}): Optimizer {
  return composed('muon', options, known, rule);
}

const isMatrix = (shape: readonly number[]): boolean => shape.length === 2;
const isNone = (shape: readonly number[]): boolean => !isMatrix(shape);

function coefficients(value: unknown): readonly number[] {
  const list = elements('muon', 'nsCoefficients', value);
  if (list?.length === 3) return list.map((x, i) => finite('muon', `nsCoefficients[${i}]`, x));
  throw typeError(
    'ERR_PLUMMET_OPTION',
    `muon: nsCoefficients must be an array of three numbers, as in [2, -1.5, 0.5], got ${describe(value)}`,
  );
}

function iterations(value: unknown): number {
  const steps = inRange('muon', 'nsSteps', value, 0, 99);
  if (Number.isInteger(steps)) return steps;
  throw rangeError('ERR_PLUMMET_OPTION', `muon: nsSteps must be a whole number in [0, 99], got ${steps}`);
}

/** What the step is multiplied by: a number, and a function of the shape. */
function scaleOf(
  convention: string,
  given: Given<typeof known>,
): [number, number, Record<string, string | number | null>] {
  const own = { torch: 'adjustLrFn', keras: 'rmsRate', optax: 'consistentRms' }[convention];
  for (const name of ['adjustLrFn', 'rmsRate', 'consistentRms'] as const) {
    if (name === own || given[name] === undefined) continue;
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `muon: ${name} is no option of the convention '${convention}', which has ${own}`,
    );
  }
  if (convention === 'torch') {
    const name = given.adjustLrFn ?? null;
    const adjustLrFn =
      name === null ? null : oneOf('muon', 'adjustLrFn', name, ['original', 'match_rms_adamw', 'spectral_unclamped']);
    if (adjustLrFn === 'match_rms_adamw') return [0.2, scalings.largest, { adjustLrFn }];
    return [1, adjustLrFn === 'spectral_unclamped' ? scalings.unclamped : scalings.tall, { adjustLrFn }];
  }
  const name = convention === 'keras' ? 'rmsRate' : 'consistentRms';
  const value = given[name] === undefined ? (convention === 'keras' ? 0.2 : null) : given[name];
  if (value === null) return [1, convention === 'keras' ? scalings.none : scalings.wide, { [name]: null }];
  const rate = inRange('muon', name, value, 0, Number.POSITIVE_INFINITY);
  return [rate, scalings.largest, { [name]: rate }];
}

interface Form {
  readonly buffer: string;
  readonly nsSteps: number;
  readonly scaling: number;
  readonly adam: keyof typeof adamWidths;
}

/** Newton-Schulz on the shorter side: the product with the longer one comes first or last. */
function orthogonalize(steps: Steps, tensor: Updated, part: Part, { buffer, nsSteps, scaling }: Form): void {
  const [rows, across] = shapeOf(tensor);
  const least = Math.min(rows, across);
  const tall = rows > across;
  const room = (label: string, floats: number) => steps.scratch(`${label} of ∂${tensor.name}`, floats);
  const at = (column: number, count: number) => steps.scalars(part.column + column, count);
  let x = room('direction', rows * across);
  let next = room('next', rows * across);
  const gram = room('gram', least * least);
  const square = room('square', least * least);
  const { parameter, gradient } = tensor;
  const layout = layoutDims(tensor, [rows, across]);
  once(steps, 'matrixMoment', [parameter, gradient, stateNamed(tensor, buffer), x, at(columns.moment, 5)], layout);
  normalize(steps, x, [rows, across], at(columns.norm, 2), false);
  for (let i = 0; i < nsSteps; i++) {
    const longest = Math.max(rows, across);
    once(steps, 'gemm', [x, x, gram], [least, least, longest, tall ? 1 : 0, tall ? 0 : 1, 0]);
    once(steps, 'gemm', [gram, gram, square], [least, least, least, 0, 0, 0]);
    once(steps, 'blendSquare', [gram, square, at(columns.blend, 3)], [least]);
    once(steps, 'gemm', tall ? [x, gram, next] : [gram, x, next], [rows, across, least, 0, 0, 0]);
    [x, next] = [next, x];
  }
  once(steps, 'matrixStep', [parameter, x, at(columns.step, 2)], [...layout, scaling]);
}

const programOf = (form: Form): Program =>
  eachTensor((steps, tensor, part) => {
    if (isMatrix(tensor.shape)) {
      orthogonalize(steps, tensor, part, form);
      return;
    }
    const { parameter, gradient, shape } = tensor;
    const states = [stateNamed(tensor, 'expAvg'), stateNamed(tensor, 'expAvgSq')];
    const scalars = steps.scalars(part.column + columns.adam, adamWidths[form.adam]);
    once(steps, form.adam, [parameter, gradient, ...states, scalars], [countOf(shape)]);
  });

function rule(given: Given<typeof known>): Optimizer {
  const convention = oneOf('muon', 'convention', given.convention ?? 'torch', ['torch', 'keras', 'optax']);
  const [torch, keras, optax] = ['torch', 'keras', 'optax'].map((name) => name === convention);
  const number = (name: 'adamBeta1' | 'adamBeta2', value: number) =>
    inRange('muon', name, given[name] ?? value, 0, 1, '[)');
  const positive = (name: 'epsilon' | 'adamEpsilon', value: number) =>
    inRange('muon', name, given[name] ?? value, 0, Number.POSITIVE_INFINITY);
  const learningRate = learningRateOption('muon', given.learningRate ?? 1e-3);
  const weightDecay = scheduledOption('muon', 'weightDecay', given.weightDecay ?? (torch ? 0.1 : keras ? 0.004 : 0));
  // optax corrects its bias, which a schedule has no closed form of.
  const momentum = optax
    ? inRange('muon', 'momentum', given.momentum ?? 0.95, 0, 1, '[)')
    : scheduledOption('muon', 'momentum', given.momentum ?? 0.95, 1, '[)');
  const nesterov = flag('muon', 'nesterov', given.nesterov ?? true);
  const nsCoefficients = coefficients(given.nsCoefficients ?? [3.4445, -4.775, 2.0315]);
  const nsSteps = iterations(given.nsSteps ?? 5);
  const epsilon = positive('epsilon', optax ? 1e-8 : 1e-7);
  const adamw = flag('muon', 'adamw', given.adamw ?? true);
  const adamLearningRate =
    (given.adamLearningRate ?? null) === null
      ? null
      : scheduledOption('muon', 'adamLearningRate', given.adamLearningRate);
  const beta1 = number('adamBeta1', 0.9);
  const beta2 = number('adamBeta2', 0.999);
  const adamEpsilon = positive('adamEpsilon', torch ? 1e-8 : epsilon);
  const adamWeightDecay = scheduledOption(
    'muon',
    'adamWeightDecay',
    given.adamWeightDecay ?? (torch ? 0.01 : keras ? 0.004 : 0),
  );
  const [scale, scaling, scaleOptions] = scaleOf(convention, given);
  const adam = optax && nesterov ? 'nadam' : 'adamw';
  const buffer = optax ? 'expAvg' : 'momentumBuffer';
  const [a, b, c] = nsCoefficients;
  const power = runningProduct(optax ? (momentum as number) : 0);
  const power1 = runningProduct(beta1);
  const power2 = runningProduct(beta2);

  /** The moments' scalars: what the buffer keeps and takes, and what of gradient and buffer the direction is. */
  function moment(step: number, momentum: number): readonly number[] {
    if (keras) return [0, momentum, 1, nesterov ? 1 : 0, nesterov ? momentum : 1];
    const kept = [0, momentum, 1 - momentum];
    if (!nesterov) return [...kept, 0, optax ? 1 / (1 - power(step)) : 1];
    if (!optax) return [...kept, 1 - momentum, momentum];
    return [...kept, (1 - momentum) / (1 - power(step)), momentum / (1 - power(step + 1))];
  }

  type Values = { learningRate: number; adamLearningRate?: number; adamWeightDecay: number };
  function adamScalars(step: number, { learningRate, adamLearningRate, adamWeightDecay }: Values): readonly number[] {
    const rate = adamLearningRate ?? learningRate;
    const mean = rate / (1 - power1(step));
    const root = Math.sqrt(1 - power2(step));
    const decay = 1 - (keras ? learningRate : rate) * adamWeightDecay;
    const betas = [beta1, 1 - beta1, beta2, 1 - beta2];
    // The next step's correction, as Nesterov's momentum is the mean that the next step would have.
    if (adam === 'nadam') {
      return [...betas, (rate * beta1) / (1 - power1(step + 1)), (1 - beta1) * mean, 1 / root, adamEpsilon, 0, decay];
    }
    return [...betas, keras ? mean * root : mean, keras ? 1 : 1 / root, adamEpsilon, decay];
  }

  const hyper = {
    learningRate,
    momentum,
    weightDecay,
    adamWeightDecay,
    ...(adamLearningRate !== null && { adamLearningRate }),
  };
  return createOptimizer<'momentum' | 'weightDecay' | 'adamWeightDecay' | 'adamLearningRate'>({
    name: 'muon',
    hyper: hyper as typeof hyper & { adamLearningRate: Scheduled },
    options: {
      nesterov,
      nsCoefficients,
      nsSteps,
      epsilon,
      ...scaleOptions,
      adamw,
      ...(adamLearningRate === null && { adamLearningRate }),
      adamBeta1: beta1,
      adamBeta2: beta2,
      adamEpsilon,
      convention,
    },
    op: { program: programOf({ buffer, nsSteps, scaling, adam }), width: columns.adam + adamWidths[adam] },
    states: optax
      ? [rowMajor('expAvg'), rowMajor('expAvgSq', isNone)]
      : [rowMajor('momentumBuffer', isMatrix), rowMajor('expAvg', isNone), rowMajor('expAvgSq', isNone)],
    check(name, shape) {
      if (adamw || isMatrix(shape)) return;
      throw rangeError(
        'ERR_PLUMMET_SHAPE',
        `muon: "${name}" of shape [${shape.join(', ')}] is no matrix, and muon needs a matrix where adamw is false; bind it as { data, shape }, or give it a group with an optimizer of its own`,
      );
    },
    settledFrom: Math.max(settledFrom(beta1), settledFrom(beta2), optax ? settledFrom(momentum as number) : 1),
    scalars: (step, values) => [
      ...moment(step, values.momentum),
      b,
      c,
      a,
      ...(torch ? [epsilon, 0] : [0, keras ? 1e-7 : epsilon]),
      values.learningRate * scale,
      1 - values.learningRate * values.weightDecay,
      ...adamScalars(step, values),
    ],
  });
}
