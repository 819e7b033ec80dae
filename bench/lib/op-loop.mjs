// @ts-check
// One op again and again inside the addon, so that what is measured is the op and not the call from JavaScript.
import { loadAddon, opNamed, ops, spaces } from '#internal';
import { timed } from './statistics.mjs';

/** Executions a step of the plan, where one is short: a step's own cost counts little then. */
const AT_ONCE = 64;

/** Numbers that no processor is slow for. @param {Float32Array} array */
function fill(array) {
  let state = 1;
  for (let i = 0; i < array.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    array[i] = state / 2 ** 31;
  }
}

/**
 * A task for `interleave`: seconds an execution.
 * @param {import('plummet/kernels').OpName} name
 * @param {readonly number[]} dims
 * @param {{ isa: string, threads: number, seconds: number, hyper?: Float32Array }} options `hyper`: an optimizer's scalars
 */
export function opLoop(name, dims, { isa, threads, seconds, hyper }) {
  const { addon } = loadAddon();
  if (!addon) throw new Error('there is no addon here');
  const spec = opNamed(name);
  const extents = spec.operands.map((operand) => Math.ceil(operand.extent(dims) / 16) * 16);
  const params = new Float32Array(extents.reduce((sum, extent) => sum + extent, 0));
  let offset = 0;
  const words = spec.operands.flatMap((operand, i) => {
    if (operand.name === 'hyper') return [spaces.indexOf('scalars'), 0];
    const own = params.subarray(offset, offset + extents[i]);
    // States of optimizers begin at zero.
    if (operand.access === 'read' || operand.name === 'parameter') fill(own);
    offset += extents[i];
    return [spaces.indexOf('params'), offset - extents[i]];
  });
  const times = spec.work(dims) > 2 ** 21 ? 1 : AT_ONCE;
  const instruction = [ops.findIndex((op) => op.name === name), ...words, ...dims];
  const plan = addon.createPlan(isa, threads, Float64Array.from(Array(times).fill(instruction).flat()));
  const shared = (/** @type {number} */ count) => new Float32Array(new SharedArrayBuffer(4 * count));
  const memory = shared(params.length);
  memory.set(params);
  const scalars = shared(16);
  if (hyper) scalars.set(hyper);
  const totals = new Float64Array(new SharedArrayBuffer(8));
  const control = new Int32Array(new SharedArrayBuffer(64));
  // Steps as rows of an epoch in batches of one; the order is that of `Addon.prepare`.
  const command = new Float64Array(new SharedArrayBuffer(72));
  command.set([0, 1, 0, 0, 0, 0, 1, Infinity, 0]);
  const none = [null, null, null, null];
  const arrays = [memory, shared(16), shared(16), totals, ...none, scalars, null, null, null, control, command];
  const run = addon.prepare(plan, null, null, arrays);
  const step = timed((steps) => {
    command[0] = steps;
    const status = run();
    if (status !== 0) throw new Error(`${name} ended with status ${status}`);
  }, seconds);
  return () => step() / times;
}
