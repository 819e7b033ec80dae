import { oneOf, rangeError } from '../errors.ts';
import type { Loss } from '../losses/loss.ts';
import type { OpName } from '../plan/ops.ts';
import type { Metric } from './metric.ts';

export type { Metric } from './metric.ts';

interface Rule {
  readonly op: OpName;
  readonly targets: Metric['targets'];
  readonly takesLogits: boolean;
}

const sparse: Rule = { op: 'sparseAccuracy', targets: 'labels', takesLogits: true };
const categorical: Rule = { op: 'categoricalAccuracy', targets: 'floats', takesLogits: true };
const binary: Rule = { op: 'binaryAccuracy', targets: 'floats', takesLogits: true };
const squared: Rule = { op: 'squaredError', targets: 'floats', takesLogits: false };
const absolute: Rule = { op: 'absoluteError', targets: 'floats', takesLogits: false };

/** As Keras chooses: by the width of the output, then by the kind of targets. */
const accuracy = (loss: Loss, outputs: number): Rule => {
  if (loss.targets === 'labels') return sparse;
  return outputs === 1 ? binary : categorical;
};

const byName: Readonly<Record<string, Rule | typeof accuracy>> = {
  accuracy,
  acc: accuracy,
  sparseCategoricalAccuracy: sparse,
  categoricalAccuracy: categorical,
  binaryAccuracy: binary,
  mse: squared,
  meanSquaredError: squared,
  mae: absolute,
  meanAbsoluteError: absolute,
};

/**
 * The metric of that name, for a model with so many outputs and that loss. The name is its key in logs and history.
 *
 * @throws `ERR_PLUMMET_OPTION` for an unknown name, or a metric that wants other targets than the loss.
 */
export function resolve(name: string, loss: Loss, outputs: number): Metric {
  const found = byName[oneOf('compile', 'metrics', name, Object.keys(byName))];
  const rule = typeof found === 'function' ? found(loss, outputs) : found;
  if (rule.targets !== loss.targets) {
    const words = { labels: 'class labels', floats: 'rows of numbers' };
    throw rangeError(
      'ERR_PLUMMET_OPTION',
      `compile: the metric "${name}" compares with ${words[rule.targets]}, but the loss ${loss.name} takes ${words[loss.targets]}; ` +
        `with it use ${loss.targets === 'labels' ? '"accuracy"' : '"accuracy", "mse" or "mae"'}`,
    );
  }
  return { name, ...rule };
}
