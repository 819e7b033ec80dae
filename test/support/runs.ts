/** Little trainings as executors take them: a plan, and everything it runs on, in shared memory. */
import { dense } from '#src/layers/index.js';
import { type LossName, resolve as resolveLoss } from '#src/losses/index.js';
import { resolve as resolveMetric } from '#src/metrics/index.js';
import { type OptimizerName, resolve as resolveOptimizer } from '#src/optimizers/index.js';
import { build } from '#src/plan/build.js';
import { type Lowered, lower, lowerShuffle } from '#src/plan/lower.js';
import type { Network } from '#src/plan/network.js';
import type { Pass, Run } from '#src/plan/plan.js';
import { generator, panels } from './operands.js';

export interface Training {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly activation: 'relu' | 'tanh' | 'sigmoid';
  readonly loss: LossName;
  readonly optimizer: OptimizerName;
  readonly rows: number;
  readonly batchSize: number;
  readonly bytes?: boolean;
  readonly shuffle?: boolean;
  readonly evaluationRows?: number;
  readonly epochs: number;
}

const floats = (n: number): Float32Array => new Float32Array(new SharedArrayBuffer(4 * n));
const filled = (n: number, value: () => number): Float32Array => {
  const array = floats(n);
  for (let i = 0; i < n; i++) array[i] = value();
  return array;
};

function networkOf({ inputs, hidden, outputs, activation, loss }: Training): Network {
  const last = { mse: 'linear', sparseCategoricalCrossentropy: 'softmax', categoricalCrossentropy: 'softmax' } as const;
  return build([
    dense({ units: hidden, activation, inputShape: [inputs] }),
    dense({ units: outputs, activation: last[loss as keyof typeof last] ?? 'sigmoid' }),
  ]);
}

/** The values of all parameters, or of all states, without their padding, whose values are not defined. */
export function unpadded(training: Training, values: Float32Array): Float32Array {
  const { parameters, size } = networkOf(training);
  return values.filter((_, i) => {
    const at = i % size;
    const parameter = parameters.find(({ offset, size }) => at >= offset && at < offset + size);
    if (!parameter) return false;
    const { shape, offset } = parameter;
    return shape.length === 1 ? at - offset < shape[0] : panels(shape[0], shape[1])(at - offset);
  });
}

/** A run of a whole training; each call makes the same one anew. Padding of parameters holds numbers: it must not matter. */
export function createRun(training: Training, fuse = true): Run {
  const { inputs, outputs, rows, batchSize, epochs, evaluationRows = 0 } = training;
  const random = generator(42);
  const uniform = () => 2 * random() - 1;
  const network = networkOf(training);
  const loss = resolveLoss(training.loss);
  const optimizer = resolveOptimizer(training.optimizer);
  const table = new Float32Array(259).map((_, i) => (i < 256 ? i / 255 : 0));
  const bytes = training.bytes ? { table, description: 'divisor 255' } : null;
  const metrics =
    training.loss === 'mse' ? [resolveMetric('mae', loss, outputs)] : [resolveMetric('accuracy', loss, outputs)];
  const lowering = { network, loss, metrics, optimizer, bytes, fuse };
  const train = lower({ ...lowering, purpose: 'train', batchSize });
  const evaluate = lower({ ...lowering, purpose: 'evaluate', batchSize: 7, firstTotal: metrics.length + 1 });

  const pass = ({ plan }: Lowered, n: number, size: number): Pass => {
    const x = bytes ? new Uint8Array(new SharedArrayBuffer(n * inputs)) : filled(n * inputs, uniform);
    if (bytes) for (let i = 0; i < x.length; i++) x[i] = random() < 0.5 ? 0 : Math.floor(random() * 256);
    const labels = new Int32Array(new SharedArrayBuffer(4 * n));
    for (let i = 0; i < n; i++) labels[i] = Math.floor(random() * outputs);
    const y = training.loss.startsWith('sparse') ? labels : filled(n * outputs, () => (random() < 0.5 ? 0 : 1));
    return { plan, x, y, rows: n, batchSize: size };
  };

  const scratch = floats(Math.max(train.plan.sizes.scratch, evaluate.plan.sizes.scratch));
  for (const { offset, values } of [...train.constants, ...evaluate.constants]) scratch.set(values, offset);
  const params = floats(network.size);
  for (const { offset, size } of network.parameters) for (let i = 0; i < size; i++) params[offset + i] = uniform() / 4;
  const stride = train.plan.sizes.scalars;
  const steps = epochs * Math.ceil(rows / batchSize);
  const scalars = floats(stride * steps);
  optimizer.fill(scalars, 1, steps);
  const totals = new Float64Array(new SharedArrayBuffer(8 * 2 * (metrics.length + 1)));
  const shuffled = training.shuffle ?? true;
  return {
    pass: pass(train, rows, batchSize),
    shuffle: shuffled ? lowerShuffle(rows, 7) : null,
    evaluation: evaluationRows > 0 ? pass(evaluate, evaluationRows, 7) : null,
    params,
    state: floats(Math.max(1, train.plan.sizes.state)),
    scratch,
    totals,
    output: null,
    rows: shuffled ? new Int32Array(new SharedArrayBuffer(4 * rows)) : null,
    scalars,
    scalarsStride: stride,
    history: new Float64Array(new SharedArrayBuffer(8 * totals.length * epochs)),
    firstEpoch: 0,
    firstBatch: 0,
    endEpoch: epochs,
    maxSteps: 2 ** 30,
    control: new Int32Array(new SharedArrayBuffer(64)),
  };
}
