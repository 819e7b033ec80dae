/** The loop that all element-wise optimizers share, the twin of native/kernels/optimizers/optimizer.h. */
import { FloatArray } from '../../arithmetic/float32.ts';
import type { Kernel, KernelOperand } from '../kernel.ts';

/**
 * An optimizer's formula, over all elements of a parameter `p`, its gradient `g` and its states, which are equally long. `h` holds
 * the scalars of src/plan/optimizer-ops.ts, in that order. The formula has the innermost loop in itself: a call for each element would take
 * twice the time, since the engine cannot look into what it calls from one place for all optimizers.
 */
export type Formula = (h: FloatArray, p: FloatArray, g: FloatArray, ...states: FloatArray[]) => void;

const bytes = FloatArray.BYTES_PER_ELEMENT;

/** `length` elements of an operand, from `at` on. */
function view(operand: KernelOperand, at: number, length: number): FloatArray {
  const { buffer, byteOffset } = operand as FloatArray;
  return new FloatArray(buffer, byteOffset + at * bytes, length);
}

/** The kernel of an optimizer. Operands: parameter, gradient, states, hyper. */
export function stepWith(formula: Formula): Kernel {
  return (operands, offsets, dims, begin, end) => {
    const from = 16 * begin;
    const length = Math.min(16 * end, dims[0]) - from;
    const last = operands.length - 1;
    const hyper = operands[last] as FloatArray;
    const states: FloatArray[] = [];
    for (let i = 2; i < last; i++) states.push(view(operands[i], offsets[i] + from, length));
    formula(
      view(hyper, offsets[last], hyper.length - offsets[last]),
      view(operands[0], offsets[0] + from, length),
      view(operands[1], offsets[1] + from, length),
      ...states,
    );
    return 0;
  };
}
