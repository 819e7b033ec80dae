export { type ActivationOptions, activation } from './activation.ts';
export { type DenseOptions, dense } from './dense.ts';
export type { Layer } from './layer.ts';
