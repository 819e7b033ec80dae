/** A plan that prints itself where a string is wanted, and is plain data everywhere else. */
import type { Plan } from '../plan/plan.ts';
import { print } from '../plan/print.ts';

/** A copy, so that what its reader does to it stays without effect. */
export function printable(plan: Plan): Plan {
  const copy = structuredClone(plan);
  return Object.defineProperty(copy, 'toString', { value: () => print(copy), enumerable: false });
}
