/** The optimizer's part of a step. */
import type { Optimizer, Part } from '../optimizers/optimizer.ts';
import { lowerTransforms, type Updated } from './clip.ts';
import { at, type Graph, touched, type Value } from './graph.ts';
import type { Network, Parameter } from './network.ts';
import { opNamed } from './ops.ts';

/** Kernels of at least so many floats are updated as their gradient is computed; smaller ones are in the cache anyway. */
const LARGE = 8192;

/** How many states a parameter has at most: as often is there room for all parameters in the `state` space. */
export const slotsOf = ({ parts }: Optimizer): number => Math.max(...parts.map(({ states }) => states.length));

/** Takes out what computes the gradients of frozen parameters, and nothing else. */
function withoutGradients(graph: Graph, frozen: readonly Parameter[]): void {
  for (let i = graph.drafts.length - 1; i >= 0; i--) {
    const { writes } = touched(graph.drafts[i]);
    const unwanted = writes.map(
      ({ home }) => home?.space === 'scratch' && frozen.some(({ offset }) => offset === home.offset),
    );
    if (unwanted.length > 0 && !unwanted.includes(false)) graph.drafts.splice(i, 1);
  }
}

/**
 * All parameters lie side by side, and so do their gradients and states: one op could be the whole step, or one for each group that
 * lies together. Where a kernel is large and nobody else reads its gradient, the product that computes it goes on to the step
 * itself, tile by tile, so that the gradient need not travel to memory and back.
 *
 * @param scratch - from where on there is room in scratch
 * @returns where the room ends that the update needs
 */
export function lowerUpdate(
  graph: Graph,
  network: Network,
  optimizer: Optimizer,
  fuse: boolean,
  scratch: number,
): number {
  const parts = optimizer.partsFor(network.parameters.map(({ name }) => name));
  const updated = network.parameters.flatMap((parameter, i): Updated[] => {
    const part = parts[i];
    return part ? [{ parameter, part }] : [];
  });
  const frozen = network.parameters.filter((_, i) => parts[i] === null);
  if (frozen.length > 0) withoutGradients(graph, frozen);
  const end = lowerTransforms(graph, updated, optimizer, scratch);

  const hypers = new Map(
    optimizer.parts.map((part) => [part, at('scalars', part.column, 'scalars', [opNamed(part.op).hyper?.length ?? 0])]),
  );
  const hyperOf = (part: Part): Value => hypers.get(part) as Value;
  /** A parameter (or several in a row) and its states. */
  const owned = (
    part: Part,
    offset: number,
    label: string,
    { shape, layout }: Pick<Value, 'shape' | 'layout'>,
  ): Value[] => [
    at('params', offset, label, shape, layout),
    ...part.states.map((state, i) => at('state', i * network.size + offset, `${label}.${state.name}`, shape, layout)),
  ];
  const productOf = ({ parameter: { offset, size }, part }: Updated): number =>
    fuse && size >= LARGE && part.transforms.length === 0 && !optimizer.globalNorm
      ? graph.drafts.findIndex(
          ({ op: made, operands }) => made === 'denseKernelGradient' && operands[2]?.home?.offset === offset,
        )
      : -1;

  let rest: Updated[] = [];
  const step = (): void => {
    if (rest.length === 0) return;
    const [
      {
        part,
        parameter: { offset, name },
      },
    ] = rest;
    const size = rest.reduce((sum, { parameter }) => sum + parameter.size, 0);
    const label = rest.length === 1 ? name : 'parameters';
    const [parameter, ...states] = owned(part, offset, label, { shape: [size], layout: 'flat' });
    graph.emit(part.op, [parameter, at('scratch', offset, `∂${label}`, [size]), ...states, hyperOf(part)], [size]);
    rest = [];
  };
  for (const each of updated) {
    const { parameter, part } = each;
    const product = productOf(each);
    if (product < 0) {
      const last = rest.at(-1);
      const together = last && last.part === part && last.parameter.offset + last.parameter.size === parameter.offset;
      if (last && !together) step();
      rest.push(each);
      continue;
    }
    step();
    const { operands, dims } = graph.drafts[product];
    const fused = [...operands, ...owned(part, parameter.offset, parameter.name, parameter), hyperOf(part)];
    graph.drafts[product] = { op: `${part.op}OfDense`, operands: fused, dims };
  }
  step();
  return end;
}
