/**
 * Shortens a graph: where one op's result has a single reader that can be done while the result is still in registers or
 * cache, the two become one op. Results do not change by a bit, since the arithmetic and its order stay.
 */
import { type Draft, touched } from './graph.ts';

interface Rule {
  readonly first: Draft['op'];
  readonly then: Draft['op'];
  /** Which operand of `then` must be what `first` wrote. */
  readonly through: number;
  /** The op that does both, or null where these two cannot be one. */
  merge(first: Draft, then: Draft): Draft | null;
}

const rules: readonly Rule[] = [
  {
    // An activation goes into the product before it.
    first: 'dense',
    then: 'activate',
    through: 0,
    merge: (dense, activate) => ({
      op: 'dense',
      operands: [...dense.operands.slice(0, 3), activate.operands[1]],
      dims: [...dense.dims.slice(0, 5), activate.dims[3]],
    }),
  },
  {
    // And its derivative into the product that brings the gradient.
    first: 'denseInputGradient',
    then: 'activateGradient',
    through: 1,
    merge: (product, activate) =>
      product.operands[2] !== null
        ? null
        : {
            op: 'denseInputGradient',
            operands: [product.operands[0], product.operands[1], activate.operands[0], activate.operands[2]],
            dims: [...product.dims.slice(0, 5), activate.dims[3]],
          },
  },
];

/** Fuses whatever the rules allow. What somebody reads after the last op has a home, and is written by ops that no rule takes first. */
export function fuse(drafts: readonly Draft[]): Draft[] {
  const result = [...drafts];
  for (let i = 0; i < result.length; i++) {
    for (const rule of rules) {
      const first = result[i];
      if (rule.first !== first.op) continue;
      const [value] = touched(first).writes;
      const readers = result.filter((draft) => touched(draft).reads.includes(value));
      if (readers.length !== 1) continue;
      const [then] = readers;
      if (then.op !== rule.then || then.operands[rule.through] !== value) continue;
      const merged = rule.merge(first, then);
      if (!merged) continue;
      result[i] = merged;
      result.splice(result.indexOf(then), 1);
    }
  }
  return result;
}
