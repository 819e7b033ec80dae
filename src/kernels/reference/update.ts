/** The gradient of a dense layer's kernel and the optimizer's step with it, as one op: the two one behind the other. */
import { PANEL, panelWidth, ROW_BLOCK } from './blocks.ts';
import { denseKernelGradient } from './gemm.ts';
import type { Kernel, KernelOperand } from './kernel.ts';

const stepDims = new Float64Array(1);

/** The op `…OfDense` of the optimizer with that kernel. Operands: x, dy, gradient, parameter, its states, hyper. */
export function ofDense(step: Kernel): Kernel {
  const stepOperands: KernelOperand[] = [];
  return (operands, offsets, dims, begin, end) => {
    denseKernelGradient(operands, offsets, dims, begin, end);
    const inputs = dims[1] | 0;
    const blocks = Math.ceil(inputs / ROW_BLOCK);
    const hyper = operands.length - 1;
    const stepOffsets = new Float64Array(hyper - 1);
    // The step's operands are parameter, gradient, states and hyper.
    stepOperands.length = 0;
    stepOperands.push(operands[3], operands[2]);
    for (let s = 4; s <= hyper; s++) stepOperands.push(operands[s]);
    for (let unit = begin; unit < end; unit++) {
      const q = Math.floor(unit / blocks);
      const top = ROW_BLOCK * (unit % blocks);
      const width = panelWidth(dims[2] | 0, q);
      const from = PANEL * q * inputs + top * width;
      stepOffsets[0] = offsets[3] + from;
      stepOffsets[1] = offsets[2] + from;
      for (let s = 4; s < hyper; s++) stepOffsets[s - 2] = offsets[s] + from;
      stepOffsets[hyper - 2] = offsets[hyper];
      stepDims[0] = (Math.min(top + ROW_BLOCK, inputs) - top) * width;
      step(stepOperands, stepOffsets, stepDims, 0, stepDims[0] / 16);
    }
    return 0;
  };
}
