/** Stochastic gradient descent; with momentum and Nesterov's form as in PyTorch's torch.optim.SGD (Sutskever et al. 2013). */
import { type FloatArray, fround } from '../../arithmetic/float32.ts';
import type { Kernel } from '../kernel.ts';

export const sgd: Kernel = (operands, offsets, dims, begin, end) => {
  const parameter = operands[0] as FloatArray;
  const gradient = operands[1] as FloatArray;
  const hyper = operands[2] as FloatArray;
  const base = offsets[2];
  const learningRate = hyper[base];
  const weightDecay = hyper[base + 1];
  const atP = offsets[0] | 0;
  const atG = offsets[1] | 0;
  const last = Math.min(16 * end, dims[0]);
  for (let i = (16 * begin) | 0; i < last; i++) {
    const p = parameter[atP + i];
    const g = fround(gradient[atG + i] + fround(weightDecay * p));
    parameter[atP + i] = p - fround(learningRate * g);
  }
  return 0;
};

export const sgdMomentum: Kernel = (operands, offsets, dims, begin, end) => {
  const parameter = operands[0] as FloatArray;
  const gradient = operands[1] as FloatArray;
  const buffer = operands[2] as FloatArray;
  const hyper = operands[3] as FloatArray;
  const base = offsets[3];
  const learningRate = hyper[base];
  const weightDecay = hyper[base + 1];
  const momentum = hyper[base + 2];
  const oneMinusDampening = hyper[base + 3];
  const atP = offsets[0] | 0;
  const atG = offsets[1] | 0;
  const atB = offsets[2] | 0;
  const last = Math.min(16 * end, dims[0]);
  for (let i = (16 * begin) | 0; i < last; i++) {
    const p = parameter[atP + i];
    const g = fround(gradient[atG + i] + fround(weightDecay * p));
    const b = fround(fround(momentum * buffer[atB + i]) + fround(oneMinusDampening * g));
    buffer[atB + i] = b;
    parameter[atP + i] = p - fround(learningRate * b);
  }
  return 0;
};

export const sgdNesterov: Kernel = (operands, offsets, dims, begin, end) => {
  const parameter = operands[0] as FloatArray;
  const gradient = operands[1] as FloatArray;
  const buffer = operands[2] as FloatArray;
  const hyper = operands[3] as FloatArray;
  const base = offsets[3];
  const learningRate = hyper[base];
  const weightDecay = hyper[base + 1];
  const momentum = hyper[base + 2];
  const oneMinusDampening = hyper[base + 3];
  const lookahead = hyper[base + 4];
  const atP = offsets[0] | 0;
  const atG = offsets[1] | 0;
  const atB = offsets[2] | 0;
  const last = Math.min(16 * end, dims[0]);
  for (let i = (16 * begin) | 0; i < last; i++) {
    const p = parameter[atP + i];
    const g = fround(gradient[atG + i] + fround(weightDecay * p));
    const b = fround(fround(momentum * buffer[atB + i]) + fround(oneMinusDampening * g));
    buffer[atB + i] = b;
    parameter[atP + i] = p - fround(learningRate * fround(g + fround(lookahead * b)));
  }
  return 0;
};
