import type { Hunted } from './campaign.js';
import type { Promised } from './oracle/findings.js';
import { PROMISES } from './oracle/findings.js';
import type { Done } from './process/work.js';

/** What a campaign came to, as `--json` prints it. */
export interface Result {
  readonly schedules: number;
  readonly firstSeed: number;
  readonly crashes: number;
  readonly requests: number;
  readonly movements: number;
  readonly steps: number;
  readonly seconds: number;
  readonly doubleCaptures: number;
  readonly lost: number;
  readonly wrongOutcome: number;
  /** In how many schedules each promise was broken. */
  readonly broken: Readonly<Record<Promised, number>>;
  /** The seeds of schedules that broke one. */
  readonly seeds: readonly number[];
  /** "24/24". */
  readonly mutantsCaught: string;
  readonly mutants: readonly MutantResult[];
}

export interface MutantResult {
  readonly name: string;
  readonly without: string;
  /** The seed of the schedule that it didn't survive; null if it survived all. */
  readonly seed: number | null;
  readonly tried: number;
  /** The promise that it broke. */
  readonly broke: Promised | null;
}

export interface Campaign {
  readonly firstSeed: number;
  readonly seconds: number;
  readonly done: Done;
  readonly hunted: readonly Hunted[];
}

export function resultOf({ firstSeed, seconds, done, hunted }: Campaign): Result {
  const { schedules, crashes, requests, movements, steps } = done;
  const times = (promise: Promised): number =>
    done.broken.filter(({ findings }) => findings.some(({ broken }) => broken === promise)).length;
  const broken = Object.fromEntries(PROMISES.map((promise) => [promise, times(promise)])) as Record<
    Promised,
    number
  >;
  const mutants = hunted.map(mutantResult);
  return {
    schedules,
    firstSeed,
    crashes,
    requests,
    movements,
    steps,
    seconds: Math.round(seconds),
    doubleCaptures: broken['one capture a payment'],
    lost: broken['nothing lost'],
    wrongOutcome: broken['right outcome'],
    broken,
    seeds: done.broken.map(({ seed }) => seed),
    mutantsCaught: `${String(mutants.filter(({ seed }) => seed !== null).length)}/${String(mutants.length)}`,
    mutants,
  };
}

function mutantResult({ mutant, tried, caught }: Hunted): MutantResult {
  return {
    name: mutant.name,
    without: mutant.without,
    seed: caught?.seed ?? null,
    tried,
    broke: caught?.findings[0]?.broken ?? null,
  };
}

/** Whether no promise was broken, and no mutant survived. */
export function isSound({ seeds, mutants }: Result): boolean {
  return seeds.length === 0 && mutants.every(({ seed }) => seed !== null);
}

/** For people. */
export function textOf(result: Result): string {
  const { schedules, crashes, requests, movements, seconds, broken, mutants, mutantsCaught } = result;
  const count = (number: number): string => number.toLocaleString('en');
  const lines = [
    `${count(schedules)} schedules in ${count(seconds)} s: ${count(crashes)} crashes, ${count(requests)} requests, money moved ${count(movements)} times`,
    ...PROMISES.map(
      (promise) => `  ${promise}: ${broken[promise] === 0 ? 'held' : `BROKEN in ${count(broken[promise])}`}`,
    ),
  ];
  if (mutants.length === 0) return `${lines.join('\n')}\n`;
  const width = Math.max(...mutants.map(({ name }) => name.length));
  const fates = mutants.map(({ name, seed, broke, tried }) =>
    seed === null
      ? `  ${name.padEnd(width)}  SURVIVED ${count(tried)} schedules`
      : `  ${name.padEnd(width)}  caught by seed ${String(seed)}: ${broke ?? ''}`,
  );
  return `${[...lines, `mutants caught: ${mutantsCaught}`, ...fates].join('\n')}\n`;
}
