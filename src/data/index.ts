/** What users see as `data`. */
export { type DatasetOptions, dataset } from './create.ts';
export type { Dataset } from './dataset.ts';
export { idx } from './idx.ts';
