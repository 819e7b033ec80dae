/** From a network to a plan: forward, loss and metrics, backward, optimizer, as far as the purpose goes. */

import type { ByteScale } from '../data/dataset.ts';
import { rangeError } from '../errors.ts';
import type { Loss } from '../losses/loss.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { type Activation, lowerActivation, numberOf } from './activations.ts';
import { fuse } from './fuse.ts';
import { at, columnsOf, createGraph, type Graph, gradientRows, ldOf, perRow, rowsOf, type Value } from './graph.ts';
import type { Network } from './network.ts';
import { pad } from './ops.ts';
import { place } from './place.ts';
import { EPOCH, FIRST, type Plan, ROWS, SOURCE_ROWS } from './plan.ts';
import { placeStates } from './states.ts';
import { lossScaleOf, lowerUpdate } from './update.ts';

/**
 * - `train`: forward, loss, metrics, backward, optimizer.
 * - `evaluate`: forward, loss, metrics.
 * - `predict`: forward, then the result to `output` (rows × outputs).
 * - `gradients`: `train` without metrics and optimizer; the gradients stay in scratch from offset 0, laid out as the parameters.
 * - `measure`: `train` without optimizer; the gradients stay in scratch as in `gradients`.
 * - `apply`: the optimizer alone, on gradients that the caller has put there.
 * - `backward`: forward, then back from `y`, which holds the gradient of the output (float32, rows × outputs); the
 *   gradient of the input goes to `output` (rows × inputs), those of the parameters to scratch as in `gradients`.
 */
export type Purpose = 'train' | 'measure' | 'evaluate' | 'predict' | 'gradients' | 'apply' | 'backward';

export interface Lowering {
  readonly network: Network;
  readonly purpose: Purpose;
  /** The largest batch. */
  readonly batchSize: number;
  readonly loss?: Loss;
  readonly metrics?: readonly Metric[];
  readonly optimizer?: Optimizer;
  /** For inputs of bytes. */
  readonly bytes?: ByteScale | null;
  /** First slot of `totals`: the sum of the rows' losses, then those of the metrics. */
  readonly firstTotal?: number;
  /** Fuse what can be fused; default true. Never changes a bit. */
  readonly fuse?: boolean;
}

/** A plan, and what must stand in its scratch space before it first runs. */
export interface Lowered {
  readonly plan: Plan;
  readonly constants: readonly { readonly offset: number; readonly values: Float32Array }[];
}

const parameterValue = (
  space: 'params' | 'scratch',
  { name, offset, shape, layout }: Network['parameters'][number],
): Value => ({
  ...at(space, offset, name, shape, layout),
  differentiable: true,
});

const order = (): Value => at('rows', 0, 'order', [null]);

/** The batch's rows of the inputs, padded. */
function lowerInput(graph: Graph, { network, purpose, bytes }: Lowering, table: Value | null): Value {
  const input = rowsOf('input', network.inputs, purpose === 'backward');
  const source = at('x', 0, 'x', [null, network.inputs]);
  const dims = [ROWS, SOURCE_ROWS, network.inputs, FIRST, ldOf(input)];
  if (bytes) graph.emit('gatherBytes', [source, order(), table, input], dims);
  else graph.emit('gatherFloats', [source, order(), input], dims);
  return input;
}

function lowerLayers(graph: Graph, network: Network, input: Value): Value {
  let value = input;
  for (const built of network.layers) {
    const parameters = built.parameters.map((parameter) => parameterValue('params', parameter));
    value = built.layer.lower(graph, value, parameters, built.name);
  }
  return value;
}

/** Takes back the activation that the graph ends in, if it is this one, and returns what it was applied to. */
function withoutFinal(graph: Graph, activation: Activation): Value | null {
  const last = graph.drafts.at(-1);
  const found =
    last &&
    (activation === 'softmax'
      ? last.op === 'softmax'
      : last.op === 'activate' && last.dims[3] === numberOf(activation));
  if (!found) return null;
  graph.drafts.pop();
  graph.tape.pop();
  return last.operands[0];
}

function logitsOf(graph: Graph, loss: Loss, activation: Activation): Value {
  const logits = withoutFinal(graph, activation);
  if (logits) return logits;
  throw rangeError(
    'ERR_PLUMMET_OPTION',
    `compile: ${loss.name} is computed from what a ${activation} is applied to; let the last layer have the activation ` +
      `"${activation}", or leave it linear and pass losses.${loss.name}({ fromLogits: true })`,
  );
}

/** The dims that losses and metrics share. */
const perRowDims = (z: Value): number[] => [ROWS, SOURCE_ROWS, columnsOf(z), FIRST, ldOf(z)];

/** Emits loss and metrics (where they are not `counted`, nobody hears of them); returns the gradient of what the loss took, where one is wanted. */
function lowerLoss(
  graph: Graph,
  lowering: Lowering,
  loss: Loss,
  output: Value,
  differentiate: boolean,
  counted = true,
): Value | null {
  const fused = loss.activation !== null && !loss.fromLogits;
  const z = fused ? logitsOf(graph, loss, loss.activation as Activation) : output;
  const slot = lowering.firstTotal ?? 0;
  const target = at('y', 0, 'y', loss.targets === 'labels' ? [null] : [null, columnsOf(z)]);
  const values = perRow('loss');
  const gradient = differentiate && z.differentiable ? gradientRows(z) : null;
  graph.emit(loss.op, [z, target, order(), values, gradient], perRowDims(z));
  if (!counted) return gradient;
  graph.emit('addToTotal', [values, at('totals', slot, 'loss total', [1])], [ROWS]);

  let prediction: Value | null = null;
  (lowering.metrics ?? []).forEach((metric, i) => {
    const isLogits = fused || (loss.fromLogits && loss.activation !== null);
    if (fused && !metric.takesLogits) prediction ??= activated(graph, z, loss.activation as Activation);
    const of = metric.takesLogits ? z : (prediction ?? output);
    const result = perRow(metric.name);
    const extra = metric.op === 'binaryAccuracy' ? [Number(isLogits)] : [];
    graph.emit(metric.op, [of, target, order(), result], [...perRowDims(of), ...extra]);
    graph.emit('addToTotal', [result, at('totals', slot + 1 + i, `${metric.name} total`, [1])], [ROWS]);
  });
  return gradient;
}

/** Multiplies the gradient of the loss, and so all that follow from it. */
function lowerLossScale(graph: Graph, { network, optimizer }: Lowering, gradient: Value): void {
  if (!optimizer || network.size === 0) return;
  const scale = lossScaleOf(optimizer, placeStates(optimizer, network).control);
  if (scale) graph.emit('scaleRows', [gradient, scale, gradient], [ROWS, columnsOf(gradient), ldOf(gradient)]);
}

/** The activation for its value alone: nothing flows back over it. */
function activated(graph: Graph, z: Value, activation: Activation): Value {
  const value = lowerActivation(graph, z, activation, `${z.label} ${activation}`);
  graph.tape.pop();
  return value;
}

/** Walks the tape backwards; returns the gradient of the input, if somebody wants it. */
function lowerBackward(graph: Graph, start: Value): Value | null {
  let gradient: Value | null = start;
  for (const rule of [...graph.tape].reverse()) {
    if (!gradient) return null;
    gradient = rule(gradient);
  }
  return gradient;
}

export function lower(lowering: Lowering): Lowered {
  const { network, purpose, batchSize, loss, optimizer, bytes } = lowering;
  const graph = createGraph();
  const hasGradients = purpose !== 'evaluate' && purpose !== 'predict';
  let scratchStart = hasGradients ? network.size : 0;
  const constants: Lowered['constants'][number][] = [];
  let table: Value | null = null;
  let again: (() => void) | undefined;
  if (bytes) {
    table = at('scratch', scratchStart, 'table', [bytes.table.length]);
    constants.push({ offset: scratchStart, values: bytes.table });
    scratchStart += pad(bytes.table.length);
  }

  if (purpose !== 'apply') {
    const input = lowerInput(graph, lowering, table);
    const output = lowerLayers(graph, network, input);
    if (purpose === 'predict') {
      lowerCopy(graph, output);
    } else if (purpose === 'backward') {
      const start = gradientRows(output);
      const given = at('y', 0, 'gradient of the output', [null, network.outputs]);
      graph.emit('gatherFloats', [given, order(), start], [ROWS, SOURCE_ROWS, network.outputs, FIRST, ldOf(start)]);
      const inputGradient = lowerBackward(graph, start);
      if (inputGradient) lowerCopy(graph, inputGradient);
    } else {
      const gradient = lowerLoss(graph, lowering, loss as Loss, output, hasGradients);
      if (gradient && purpose === 'train') lowerLossScale(graph, lowering, gradient);
      if (gradient) lowerBackward(graph, gradient);
      again = () => {
        graph.tape.length = 0;
        const there = lowerLoss(graph, lowering, loss as Loss, lowerLayers(graph, network, input), true, false);
        if (there) lowerBackward(graph, there);
      };
    }
  }
  let advance: Value | null = null;
  const updates = (purpose === 'train' || purpose === 'apply') && optimizer && network.size > 0;
  let room = { state: 0, scratch: scratchStart };
  if (updates) {
    const update = lowerUpdate(
      graph,
      network,
      optimizer,
      lowering.fuse !== false,
      scratchStart,
      // Gradients that are given are those of the loss itself.
      purpose === 'train',
      again,
    );
    room = update;
    advance = update.advance;
  }

  const drafts = lowering.fuse === false ? graph.drafts : fuse(graph.drafts);
  const sizes = {
    params: network.size,
    state: room.state,
    scalars: updates ? optimizer.width : 0,
    totals: loss ? (lowering.firstTotal ?? 0) + 1 + (lowering.metrics?.length ?? 0) : 0,
  };
  return { plan: place(purpose, drafts, batchSize, sizes, room.scratch, advance), constants };
}

function lowerCopy(graph: Graph, value: Value): void {
  const columns = columnsOf(value);
  graph.emit('copyRows', [value, at('output', 0, 'output', [null, columns])], [ROWS, columns, FIRST, ldOf(value)]);
}

const WORD = 0x1_0000_0000;

/** The plan that runs at the beginning of an epoch: it puts the numbers 0 … rows − 1 in the order of that epoch. */
export function lowerShuffle(rows: number, seed: number): Plan {
  const draft = {
    op: 'shuffle' as const,
    operands: [at('rows', 0, 'order', [rows])],
    dims: [rows, seed % WORD, Math.floor(seed / WORD), EPOCH],
  };
  return place('shuffle', [draft], 0, { params: 0, state: 0, scalars: 0, totals: 0 }, 0);
}
