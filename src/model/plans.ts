/** A model's lowered plans, made when first needed and kept: one for each purpose, size of batch and kind of input. */
import type { ByteScale } from '../data/dataset.ts';
import { type Lowered, type Lowering, lower, type Purpose } from '../plan/lower.ts';
import type { Network } from '../plan/network.ts';
import type { Compiled } from './compile.ts';

interface Entry {
  readonly purpose: Purpose;
  readonly batchSize: number;
  readonly bytes: ByteScale | null;
  readonly behind: Lowered | null;
  readonly lowered: Lowered;
}

/** Enough for every purpose at a few sizes; the longest unused ones go first. */
const CAPACITY = 48;

export interface PlanCache {
  readonly entries: Entry[];
}

export const createPlanCache = (): PlanCache => ({ entries: [] });

/**
 * The plan for that purpose.
 *
 * @param behind - a plan that runs in the same call: the new one takes the scratch space and the totals behind that
 * one's
 */
export function planFor(
  cache: PlanCache,
  network: Network,
  compiled: Compiled | null,
  purpose: Purpose,
  batchSize: number,
  bytes: ByteScale | null = null,
  behind: Lowered | null = null,
): Lowered {
  const { entries } = cache;
  const found = entries.findIndex(
    (e) => e.purpose === purpose && e.batchSize === batchSize && e.bytes === bytes && e.behind === behind,
  );
  if (found >= 0) {
    const [entry] = entries.splice(found, 1);
    entries.push(entry);
    return entry.lowered;
  }
  const lowered = make(network, compiled, purpose, batchSize, bytes, behind);
  entries.push({ purpose, batchSize, bytes, behind, lowered });
  if (entries.length > CAPACITY) entries.shift();
  return lowered;
}

function make(
  network: Network,
  compiled: Compiled | null,
  purpose: Purpose,
  batchSize: number,
  bytes: ByteScale | null,
  behind: Lowered | null,
): Lowered {
  const lowering: Lowering = { network, purpose, batchSize, bytes, firstTotal: behind?.plan.sizes.totals ?? 0 };
  if (purpose === 'predict' || purpose === 'backward') return lower(lowering);
  const { loss, metrics, optimizer } = compiled as Compiled;
  if (purpose === 'apply') return lower({ ...lowering, optimizer });
  if (purpose === 'gradients') return lower({ ...lowering, loss });
  if (purpose === 'measure') return lower({ ...lowering, loss, metrics });
  const lowered = lower({ ...lowering, loss, metrics, optimizer });
  return behind ? moved(lowered, behind.plan.sizes.scratch) : lowered;
}

/** The same plan with its scratch space `by` floats further on. */
function moved({ plan, constants }: Lowered, by: number): Lowered {
  const start = Math.ceil(by / 16) * 16;
  const instructions = plan.instructions.map((instruction) => ({
    ...instruction,
    operands: instruction.operands.map((operand) =>
      operand?.space === 'scratch' ? { ...operand, offset: operand.offset + start } : operand,
    ),
  }));
  return {
    plan: { ...plan, instructions, sizes: { ...plan.sizes, scratch: plan.sizes.scratch + start } },
    constants: constants.map(({ offset, values }) => ({ offset: offset + start, values })),
  };
}
