/** What is done to gradients before the optimizer's step: ops over them, in place. */
import type { Optimizer, Part } from '../optimizers/optimizer.ts';
import { at, type Graph, type Value } from './graph.ts';
import type { Parameter } from './network.ts';
import { normBlocks, pad } from './ops.ts';
import { rowsAndColumns, type Transform, unitsOf } from './transforms.ts';

/** A parameter that is updated, and what it is updated with. */
export interface Updated {
  readonly parameter: Parameter;
  readonly part: Part;
}

/** Hands out room in scratch, in whole lines. */
interface Room {
  next: number;
}

function take(room: Room, floats: number): number {
  const start = room.next;
  room.next += pad(floats);
  return start;
}

const flat = ({ offset, size, name }: Parameter): Value => at('scratch', offset, `∂${name}`, [size]);

const countOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The dims that say how a gradient lies in memory, its shape being [rows, columns]. */
function layoutDims({ layout }: Parameter, [rows, columns]: [number, number]): number[] {
  return layout === 'panels' ? [rows, columns, pad(columns), 1] : [rows, columns, columns, 0];
}

const shapeOf = ({ shape }: Parameter): [number, number] => rowsAndColumns(shape, countOf(shape));

const blocksOf = (parameter: Parameter): number => normBlocks(...shapeOf(parameter));

function lowerNorm(graph: Graph, parameter: Parameter, kind: number, partials: number): void {
  const { offset, name, shape, layout } = parameter;
  const gradient = at('scratch', offset, `∂${name}`, shape, layout);
  const into = at('scratch', partials, `norms of ∂${name}`, [2 * blocksOf(parameter)]);
  graph.emit('gradientNorm', [gradient, into], [...layoutDims(parameter, shapeOf(parameter)), kind]);
}

/** Scales gradients by what the norm of all of them together asks for. */
function lowerScaling(
  graph: Graph,
  parameters: readonly Parameter[],
  { kind, mean }: Transform,
  limit: Value,
  room: Room,
): void {
  const blocks = parameters.reduce((sum, parameter) => sum + blocksOf(parameter), 0);
  const start = take(room, 2 * blocks);
  let partials = start;
  for (const parameter of parameters) {
    lowerNorm(graph, parameter, kind, partials);
    partials += 2 * blocksOf(parameter);
  }
  const label = parameters.length === 1 ? parameters[0].name : 'all';
  const norms = at('scratch', start, `norms of ∂${label}`, [2 * blocks]);
  const scale = at('scratch', take(room, 1), `scale of ∂${label}`, [1]);
  const count = mean ? parameters.reduce((sum, { shape }) => sum + countOf(shape), 0) : 0;
  graph.emit('clipScale', [norms, limit, scale], [blocks, kind, count]);
  for (const parameter of parameters) {
    const gradient = flat(parameter);
    graph.emit('scaleGradient', [gradient, scale, gradient], [parameter.size]);
  }
}

function lowerTransform(graph: Graph, { parameter, part }: Updated, transform: Transform, room: Room): void {
  const { op, limits, column } = transform;
  const limit = at('scalars', part.column + column, 'limit', [limits.length]);
  const gradient = flat(parameter);
  if (op === 'norm') {
    lowerScaling(graph, [parameter], transform, limit, room);
  } else if (op === 'adaptiveClip') {
    const { offset, name, shape, layout } = parameter;
    const weights = at('params', offset, name, shape, layout);
    const whole = at('scratch', offset, `∂${name}`, shape, layout);
    const dims = layoutDims(parameter, unitsOf(shape, countOf(shape)));
    graph.emit('adaptiveClip', [weights, whole, limit, whole], dims);
  } else {
    graph.emit(op, [gradient, limit, gradient], [parameter.size]);
  }
}

/**
 * Emits what is done to gradients. The norms on the way take room in scratch from `start` on.
 *
 * @returns where that room ends
 */
export function lowerTransforms(
  graph: Graph,
  updated: readonly Updated[],
  optimizer: Optimizer,
  start: number,
): number {
  const room: Room = { next: start };
  for (const each of updated) {
    for (const transform of each.part.transforms) lowerTransform(graph, each, transform, room);
  }
  const { globalNorm } = optimizer;
  if (globalNorm && updated.length > 0) {
    const limit = at('scalars', globalNorm.column, 'limit', [globalNorm.limits.length]);
    const parameters = updated.map(({ parameter }) => parameter);
    lowerScaling(graph, parameters, globalNorm, limit, room);
  }
  return room.next;
}
