/** The optimizer's part of a step. */
import type { Optimizer } from '../optimizers/optimizer.ts';
import { at, type Graph, type Value } from './graph.ts';
import type { Network, Parameter } from './network.ts';
import { opNamed } from './ops.ts';

/** Kernels of at least so many floats are updated as their gradient is computed; smaller ones are in the cache anyway. */
const LARGE = 8192;

/**
 * All parameters lie side by side, and so do their gradients and states: one op could be the whole step. Where a kernel is large and
 * nobody else reads its gradient, the product that computes it goes on to the step itself, tile by tile, so that the gradient
 * need not travel to memory and back.
 */
export function lowerUpdate(graph: Graph, network: Network, optimizer: Optimizer, fuse: boolean): void {
  const { op } = optimizer;
  const hyper = at('scalars', 0, 'scalars', [opNamed(op).hyper?.length ?? 0]);
  /** A parameter (or several in a row) and its states. */
  const owned = (offset: number, label: string, { shape, layout }: Pick<Value, 'shape' | 'layout'>): Value[] => [
    at('params', offset, label, shape, layout),
    ...optimizer.states.map((state, i) =>
      at('state', i * network.size + offset, `${label}.${state.name}`, shape, layout),
    ),
  ];
  const productOf = ({ offset, size }: Parameter): number =>
    fuse && size >= LARGE
      ? graph.drafts.findIndex(
          ({ op: made, operands }) => made === 'denseKernelGradient' && operands[2]?.home?.offset === offset,
        )
      : -1;

  let rest: Parameter[] = [];
  const step = (): void => {
    if (rest.length === 0) return;
    const [{ offset, name }] = rest;
    const size = rest.reduce((sum, parameter) => sum + parameter.size, 0);
    const label = rest.length === 1 ? name : 'parameters';
    const [parameter, ...states] = owned(offset, label, { shape: [size], layout: 'flat' });
    graph.emit(op, [parameter, at('scratch', offset, `∂${label}`, [size]), ...states, hyper], [size]);
    rest = [];
  };
  for (const parameter of network.parameters) {
    const product = productOf(parameter);
    if (product < 0) {
      rest.push(parameter);
      continue;
    }
    step();
    const { operands, dims } = graph.drafts[product];
    const fused = [...operands, ...owned(parameter.offset, parameter.name, parameter), hyper];
    graph.drafts[product] = { op: `${op}OfDense`, operands: fused, dims };
  }
  step();
}
