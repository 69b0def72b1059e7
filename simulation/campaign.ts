import { MUTANTS } from './mutants.js';
import type { Mutant } from './mutants.js';
import type { Hand } from './process/crew.js';
import { hire } from './process/crew.js';
import type { Broken, Done } from './process/work.js';
import { NOTHING_DONE, sumOf } from './process/work.js';

export interface CampaignOptions {
  readonly schedules: number;
  readonly firstSeed: number;
  readonly processes: number;
  readonly onProgress: (done: Done) => void;
  readonly signal: AbortSignal;
}

/** So many schedules are given to a process at a time. */
const PIECE = 50;

/** Runs the schedules of so many seeds, in several processes. */
export async function runCampaign(options: CampaignOptions): Promise<Done> {
  const { schedules, firstSeed, processes, onProgress, signal } = options;
  const end = firstSeed + schedules;
  let next = firstSeed;
  let done = NOTHING_DONE;
  await inHands(processes, null, async (hand) => {
    while (next < end && !signal.aborted) {
      const from = next;
      next = Math.min(end, from + PIECE);
      const more = await hand.work({ from, count: next - from, weakened: null, untilBroken: false });
      done = sumOf(done, more);
      onProgress(done);
    }
  });
  return done;
}

/** A mutant, and the first schedule that it didn't survive; null if it survived all. */
export interface Hunted {
  readonly mutant: Mutant;
  readonly tried: number;
  readonly caught: Broken | null;
}

export interface HuntOptions extends Omit<CampaignOptions, 'onProgress'> {
  readonly mutants?: readonly Mutant[];
  readonly onProgress: (hunted: Hunted) => void;
}

/** Runs each mutant through the schedule that is known to catch it and then, if that doesn't, through `schedules` more at most. */
export async function huntMutants(options: HuntOptions): Promise<readonly Hunted[]> {
  const { mutants = MUTANTS, processes, onProgress, signal } = options;
  const left = [...mutants];
  const hunted: Hunted[] = [];
  const hunters = Array.from({ length: Math.min(processes, left.length) }, async () => {
    for (let mutant = left.shift(); mutant !== undefined && !signal.aborted; mutant = left.shift()) {
      const one = await hunt(mutant, options);
      hunted.push(one);
      onProgress(one);
    }
  });
  await Promise.all(hunters);
  return hunted.toSorted((one, other) => mutants.indexOf(one.mutant) - mutants.indexOf(other.mutant));
}

async function hunt(mutant: Mutant, { schedules, firstSeed, signal }: HuntOptions): Promise<Hunted> {
  const weakened = mutant.kind === 'store' ? mutant.name : null;
  let tried = 1;
  let caught: Broken | null = null;
  await inHands(1, mutant.name, async (hand) => {
    const known = await hand.work({ from: mutant.caughtBy, count: 1, weakened, untilBroken: true });
    caught = known.broken[0] ?? null;
    for (let next = 0; next < schedules && caught === null && !signal.aborted; next += PIECE) {
      const count = Math.min(PIECE, schedules - next);
      const done = await hand.work({ from: firstSeed + next, count, weakened, untilBroken: true });
      tried += done.schedules;
      caught = done.broken[0] ?? null;
    }
  });
  return { mutant, tried, caught };
}

/** Has processes do something, and dismisses them whatever comes of it. */
async function inHands(
  count: number,
  mutant: string | null,
  use: (hand: Hand) => Promise<void>,
): Promise<void> {
  const hands = Array.from({ length: count }, () => hire(mutant));
  try {
    await Promise.all(hands.map(use));
  } finally {
    for (const hand of hands) hand.dismiss();
  }
}
