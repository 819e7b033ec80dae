/** The optimizer's part of a step. */
import type { Optimizer } from '../optimizers/optimizer.ts';
import { lowerTransforms } from './clip.ts';
import { at, type Graph, touched, type Value } from './graph.ts';
import type { Network, Parameter } from './network.ts';
import { pad } from './ops.ts';
import { placeStates, type Stated } from './states.ts';
import type { Steps, Updated } from './steps.ts';

/** Kernels of at least so many floats are updated as their gradient is computed; smaller ones are in the cache anyway. */
const LARGE = 8192;

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

/** Writes steps to a graph: room in scratch is taken from `next` on, in whole lines; gradients are changed in place. */
interface Writer extends Steps {
  next: number;
}

function createWriter(graph: Graph, start: number): Writer {
  const writer: Writer = {
    next: start,
    emit(op, calls) {
      for (const { operands, dims } of calls) graph.emit(op, operands, dims);
    },
    scalars: (column, count) => at('scalars', column, 'scalars', [count]),
    scratch(label, floats) {
      const offset = writer.next;
      writer.next += pad(floats);
      return at('scratch', offset, label, [floats]);
    },
    within: ({ home }, from, floats, label) => at('scratch', (home?.offset ?? 0) + from, label, [floats]),
    changed: ({ gradient }) => gradient,
  };
  return writer;
}

/** A parameter, its gradient and its states, as they lie in a plan's spaces. */
const updatedOf = ({ parameter, part, states }: Stated): Updated => {
  const { name, shape, layout, size, offset } = parameter;
  return {
    name,
    shape,
    layout,
    size,
    part,
    parameter: at('params', offset, name, shape, layout),
    gradient: at('scratch', offset, `∂${name}`, shape, layout),
    states: states.map((state) => at('state', state.offset, `${name}.${state.spec.name}`, state.shape, state.layout)),
  };
};

const placeOf = ({ home }: Value): number => home?.offset ?? 0;

/** Whether `next` begins where `last` ends, and so do their states: one op can then update both. */
const adjoining = (last: Updated, next: Updated): boolean =>
  last.part === next.part &&
  placeOf(last.parameter) + last.size === placeOf(next.parameter) &&
  last.states.every((state, i) => placeOf(state) + last.size === placeOf(next.states[i]));

/** Neighbours as one, which is `size` floats long. */
function joined(tensors: readonly Updated[]): Updated {
  const [first] = tensors;
  if (tensors.length === 1) return first;
  const size = tensors.reduce((sum, tensor) => sum + tensor.size, 0);
  const whole = ({ home }: Value, label: string): Value => ({
    ...at('params', 0, label, [size]),
    home,
  });
  return {
    ...first,
    name: 'parameters',
    shape: [size],
    layout: 'flat',
    size,
    parameter: whole(first.parameter, 'parameters'),
    gradient: whole(first.gradient, '∂parameters'),
    states: first.states.map((state, i) => whole(state, `parameters.${first.part.states[i].name}`)),
  };
}

/** Divides tensors in runs of neighbours. */
function runsOf(tensors: readonly Updated[]): Updated[][] {
  const runs: Updated[][] = [];
  for (const tensor of tensors) {
    const run = runs.at(-1);
    if (run && adjoining(run[run.length - 1], tensor)) run.push(tensor);
    else runs.push([tensor]);
  }
  return runs;
}

/**
 * Lets the product that computes the gradient of a large kernel go on to the step itself, tile by tile, so that the gradient need not
 * travel to memory and back: where the step is one op and nobody else reads the gradient.
 *
 * @returns the tensors that are still to be updated
 */
function fuseProducts(graph: Graph, tensors: readonly Updated[]): Updated[] {
  return tensors.filter(({ parameter, states, size, part }) => {
    if (size < LARGE || part.op === null || part.transforms.length > 0) return true;
    const product = graph.drafts.findIndex(
      ({ op, operands }) => op === 'denseKernelGradient' && operands[2]?.home?.offset === parameter.home?.offset,
    );
    if (product < 0) return true;
    const { operands, dims } = graph.drafts[product];
    const scalars = at('scalars', part.column, 'scalars', [part.width]);
    graph.drafts[product] = { op: `${part.op}OfDense`, operands: [...operands, parameter, ...states, scalars], dims };
    return false;
  });
}

/**
 * All parameters lie side by side, and so do their gradients and states: one op can be the whole step, or one for each group that
 * lies together.
 *
 * @param scratch - from where on there is room in scratch
 * @returns how many floats of state there are, and where the room ends that the update needs
 */
export function lowerUpdate(
  graph: Graph,
  network: Network,
  optimizer: Optimizer,
  fuse: boolean,
  scratch: number,
): { state: number; scratch: number } {
  const placed = placeStates(optimizer, network);
  const frozen = network.parameters.filter((_, i) => placed.parameters[i] === null);
  if (frozen.length > 0) withoutGradients(graph, frozen);
  const updated = placed.parameters.filter((stated) => stated !== null).map(updatedOf);
  const steps = createWriter(graph, scratch);
  lowerTransforms(steps, updated, optimizer);
  const rest = fuse && !optimizer.globalNorm ? fuseProducts(graph, updated) : updated;
  for (const part of optimizer.parts) {
    const own = rest.filter((tensor) => tensor.part === part);
    if (own.length > 0) part.program(steps, part.op === null ? own : runsOf(own).map(joined), part);
  }
  return { state: placed.size, scratch: steps.next };
}
