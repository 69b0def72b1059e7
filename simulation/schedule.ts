import fc from 'fast-check';
import { arbitraryPlan } from './arbitrary.js';
import type { Plan } from './plan.js';
import type { Weakness } from './store/weakness.js';
import type { Outcome } from './world.js';
import { runWorld } from './world.js';

/** One schedule is one plan, and a plan is a whole number: the same number is the same plan, with the same delays, everywhere. */
export function planOf(seed: number): Plan {
  const [plan] = fc.sample(arbitraryPlan, { seed, numRuns: 1 });
  if (plan === undefined) throw new Error(`no plan came of seed ${String(seed)}`);
  return plan;
}

/** What breaks a promise, and the least of it that still does. */
export interface Shrunk {
  readonly plan: Plan;
  readonly outcome: Outcome;
}

/** How many smaller plans are tried at most. */
const TRIES = 400;

/** The smallest plan, of those that the seed's shrinks to, that breaks the same promise; null if the seed's own breaks none. */
export async function shrink(
  seed: number,
  weakened: ReadonlySet<Weakness> = new Set(),
): Promise<Shrunk | null> {
  const first = await runWorld(planOf(seed), weakened);
  const broken = first.findings[0]?.broken;
  if (broken === undefined) return null;
  let smallest: Shrunk = { plan: planOf(seed), outcome: first };
  let tries = 0;
  await fc.check(
    fc.asyncProperty(arbitraryPlan, async (plan) => {
      tries += 1;
      if (tries > TRIES) return true;
      const outcome = await runWorld(plan, weakened);
      if (!outcome.findings.some((finding) => finding.broken === broken)) return true;
      smallest = { plan, outcome };
      return false;
    }),
    { seed, numRuns: 1, endOnFailure: false },
  );
  return smallest;
}
