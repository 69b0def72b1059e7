import { MUTANTS, mutantNamed } from './mutants.js';
import { hire } from './process/crew.js';
import { planOf, shrink } from './schedule.js';
import type { Weakness } from './store/weakness.js';
import { runWorld } from './world.js';

/**
 * Runs the schedule of one seed, shows what it broke, and the smallest plan found that breaks the same. True if it broke nothing. A mutant
 * of the code needs a process of its own, in which nothing is made smaller. Throws for a name that is no mutant's.
 */
export async function replay(
  seed: number,
  mutant: string | null,
  show: (text: string) => void,
): Promise<boolean> {
  const found = mutant === null ? null : mutantNamed(mutant);
  if (found === undefined)
    throw new Error(
      `there is no mutant ${mutant ?? ''}; they are ${MUTANTS.map(({ name }) => name).join(', ')}`,
    );
  if (found?.kind === 'code') return replayMutated(seed, found.name, show);
  const weakened: ReadonlySet<Weakness> = new Set(found === null ? [] : [found.name]);
  const { findings, ...counts } = await runWorld(planOf(seed), weakened);
  if (findings.length === 0) {
    show(`seed ${String(seed)}: every promise held; ${JSON.stringify(counts)}\n`);
    return true;
  }
  show(`seed ${String(seed)}:\n${findings.map(({ broken, what }) => `  ${broken}: ${what}\n`).join('')}`);
  show('looking for the smallest plan that breaks the same ...\n');
  const smallest = await shrink(seed, weakened);
  if (smallest !== null) {
    const { plan, outcome } = smallest;
    show(`${JSON.stringify(plan, null, 2)}\n`);
    show(outcome.findings.map(({ broken, what }) => `  ${broken}: ${what}\n`).join(''));
  }
  return false;
}

async function replayMutated(seed: number, mutant: string, show: (text: string) => void): Promise<boolean> {
  const hand = hire(mutant);
  try {
    const { broken } = await hand.work({ from: seed, count: 1, weakened: null, untilBroken: true });
    const findings = broken.flatMap((one) => one.findings);
    show(
      findings.map((finding) => `  ${finding.broken}: ${finding.what}\n`).join('') || 'every promise held\n',
    );
    return findings.length === 0;
  } finally {
    hand.dismiss();
  }
}
