/** Where libraries disagree: whose form an optimizer takes. */
import { oneOf } from '../errors.ts';

/** Whose formula and defaults: PyTorch's, or Keras's. */
export type Convention = 'torch' | 'keras';

const known: readonly Convention[] = ['torch', 'keras'];

export const conventionOption = (who: string, value: unknown): Convention =>
  oneOf(who, 'convention', value ?? 'torch', known);

/**
 * The scalars `weightDecay` and `decay` of an op: λ, which is added to the gradient as λp, and what the parameter is multiplied by. The
 * product of a parameter and 1 is the parameter, to the bit.
 */
export const decays = (
  decoupled: boolean,
  { learningRate, weightDecay }: { learningRate: number; weightDecay: number },
): readonly [number, number] => (decoupled ? [0, 1 - learningRate * weightDecay] : [weightDecay, 1]);
