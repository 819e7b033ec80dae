/** The optimizer's part of a step. */
import type { Optimizer } from '../optimizers/optimizer.ts';
import { change, lowerNoise, lowerTransforms } from './clip.ts';
import { type Gate, gateColumns, gateState, lowerGate, type Verdict, withoutSum } from './gate.ts';
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
  /** What ops stand under at the moment. */
  conditions: readonly Value[];
}

function createWriter(graph: Graph, start: number): Writer {
  const writer: Writer = {
    next: start,
    conditions: [],
    emit(op, calls) {
      for (const { operands, dims } of calls) graph.emit(op, operands, dims, writer.conditions);
    },
    where(conditions, write) {
      const outer = writer.conditions;
      writer.conditions = [...outer, ...conditions];
      write();
      writer.conditions = outer;
    },
    always(write) {
      const outer = writer.conditions;
      writer.conditions = [];
      write();
      writer.conditions = outer;
    },
    scalars: (column, count) => at('scalars', column, 'scalars', [count]),
    scratch(label, floats) {
      const offset = writer.next;
      writer.next += pad(floats);
      return at('scratch', offset, label, [floats]);
    },
    within: ({ home }, from, floats, label) =>
      at(home?.space ?? 'scratch', (home?.offset ?? 0) + from, label, [floats]),
    changed: ({ gradient }) => gradient,
  };
  return writer;
}

/** A parameter, its gradient and its states, as they lie in a plan's spaces. */
const updatedOf = ({ parameter, part, states }: Stated, index: number): Updated => {
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
    index,
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

/** Adds gradients to the sums of their window, and counts the batch. */
function lowerWindow(steps: Steps, tensors: readonly Updated[], { batches }: Gate, held: Value, scale: Value): Value {
  const calls = tensors.map(({ gradient, states, size }) => ({
    operands: [gradient, held, states[states.length - 1]],
    dims: [size],
  }));
  steps.emit('accumulateGradient', calls);
  const gate = steps.scratch('window', 2);
  steps.emit('countBatch', [{ operands: [held, scale, gate], dims: [batches] }]);
  return gate;
}

export interface Update {
  /** Floats of state. */
  readonly state: number;
  /** Where the room ends that the update needs in scratch. */
  readonly scratch: number;
  /** What says whether a batch was a step. */
  readonly advance: Value | null;
}

/** What the loss is multiplied by, where it is; `control` is where the state of the gate lies. */
export function lossScaleOf({ gate }: Optimizer, control: number | null): Value | null {
  if (!gate?.scaled) return null;
  return gate.dynamic
    ? at('state', (control ?? 0) + gateState.scaling, 'scale of the loss', [1])
    : at('scalars', gate.column + gateColumns.scale, 'scale of the loss', [1]);
}

/** The gate of a plan: its state lies in memory. */
function lowerGateOf(
  steps: Steps,
  tensors: readonly Updated[],
  gate: Gate,
  control: number,
  scale: Value | null,
  scaled: boolean,
): Verdict | null {
  const one = steps.scalars(gate.column + gateColumns.one, 1);
  // A window may have gradients of both kinds.
  if (scale && !scaled) change(steps, 'scaleGradient', tensors, ({ gradient }) => [gradient, scale]);
  const held = at('state', control + gateState.window, 'batches of the window', [1]);
  const window = gate.batches > 1 ? lowerWindow(steps, tensors, gate, held, scale ?? one) : null;
  return lowerGate(steps, tensors, gate, {
    last: window && steps.within(window, 0, 1, 'window ends'),
    divisor: window ? steps.within(window, 1, 1, 'divisor') : scale,
    scaling: gate.dynamic && at('state', control + gateState.scaling, 'scale of the loss', [2]),
  });
}

/**
 * All parameters lie side by side, and so do their gradients and states: one op can be the whole step, or one for each group that
 * lies together.
 *
 * @param scratch - from where on there is room in scratch
 * @param scaled - whether gradients are those of a loss that was scaled
 * @param again - computes the gradients anew, for optimizers that take them elsewhere than where they step from
 */
export function lowerUpdate(
  graph: Graph,
  network: Network,
  optimizer: Optimizer,
  fuse: boolean,
  scratch: number,
  scaled: boolean,
  again?: () => void,
): Update {
  const placed = placeStates(optimizer, network);
  const { gate } = optimizer;
  const frozen = network.parameters.filter((_, i) => placed.parameters[i] === null);
  let updated = placed.parameters.flatMap((stated, i) => (stated ? [updatedOf(stated, i)] : []));
  const steps = createWriter(graph, scratch);
  if (again && optimizer.ascent && updated.length > 0) {
    const back = optimizer.ascent(steps, updated);
    again();
    back();
  }
  if (frozen.length > 0) withoutGradients(graph, frozen);
  let verdict: Verdict | null = null;
  if (gate && placed.control !== null && updated.length > 0) {
    const scale = scaled || gate.batches > 1 ? lossScaleOf(optimizer, placed.control) : null;
    verdict = lowerGateOf(steps, updated, gate, placed.control, scale, scaled);
    if (gate.batches > 1) updated = updated.map(withoutSum);
  }
  const update = (): void => {
    lowerTransforms(steps, updated, optimizer);
    lowerNoise(steps, updated, optimizer.parts);
    const rest = fuse && !optimizer.globalNorm && !gate && !optimizer.ascent ? fuseProducts(graph, updated) : updated;
    for (const part of optimizer.parts) {
      const own = rest.filter((tensor) => tensor.part === part);
      if (own.length === 0) continue;
      part.program(steps, part.op === null && !part.elementwise ? own : runsOf(own).map(joined), part);
    }
  };
  if (verdict) steps.where([verdict.done], update);
  else update();
  return { state: placed.size, scratch: steps.next, advance: verdict?.advance ?? null };
}
