import type { Arena } from './arena.js';
import { TEMPLATE } from './arena.js';
import { captureWorkerOn } from './contestants/capture-worker.js';
import type { Form } from './form.js';
import { makeHistory } from './history.js';
import { fixed } from './provider/latency.js';
import type { RoundResult, Times } from './round.js';
import { playRound } from './round.js';
import { ratios, spreadOf } from './statistics.js';
import type { Spread } from './statistics.js';

/** How fast captures are made with so many already in the database. */
export interface GrowthRow {
  readonly captures: number;
  /** What these take on disk before the round, in MiB. */
  readonly databaseMiB: number;
  readonly rate: Spread;
  /** To the rate with an empty database in the same round. */
  readonly ratio: Spread;
  /** PostgreSQL's processor time per capture, in ms; null where the machine doesn't tell. */
  readonly postgresMs: number | null;
}

export interface GrowthResult {
  readonly rounds: number;
  readonly times: Times;
  readonly rows: readonly GrowthRow[];
  readonly doubleCaptures: number;
  readonly lost: number;
}

const CONDITIONS = { inFlight: 500, latency: fixed(200), keyed: 'distinct' } as const;
const SIZES: Readonly<Record<Form, readonly number[]>> = {
  quick: [0, 100_000],
  full: [0, 100_000, 1_000_000],
};
const ROUNDS: Readonly<Record<Form, number>> = { quick: 2, full: 5 };
const TIMES: Readonly<Record<Form, Times>> = {
  quick: { warmUpMs: 5_000, measuredMs: 6_000 },
  full: { warmUpMs: 12_000, measuredMs: 15_000 },
};

interface Start {
  readonly captures: number;
  readonly template: string;
  readonly databaseMiB: number;
  readonly rounds: RoundResult[];
}

/** Each round begins with a fresh copy of a database that holds so many captures of earlier times; the sizes take turns. */
export async function measureGrowth(
  arena: Arena,
  form: Form,
  say: (line: string) => void,
): Promise<GrowthResult> {
  const starts: Start[] = [];
  try {
    for (const captures of SIZES[form]) {
      if (captures > 0) say(`growth: making a database with ${captures.toLocaleString('en')} captures`);
      const template = captures === 0 ? TEMPLATE : await makeHistory(arena, captures);
      starts.push({ captures, template, databaseMiB: await arena.databases.sizeMiB(template), rounds: [] });
    }
    for (let round = 0; round < ROUNDS[form]; round += 1) {
      const turn = starts.map((_, index, all) => all[(index + round) % all.length]);
      for (const start of turn) {
        if (start === undefined) continue;
        const result = await playRound(arena, captureWorkerOn(start.template), CONDITIONS, TIMES[form]);
        start.rounds.push(result);
        say(
          `growth, round ${String(round + 1)} of ${String(ROUNDS[form])}: with ` +
            `${start.captures.toLocaleString('en')} captures, ${result.rate.toFixed(0)} a second`,
        );
      }
    }
  } finally {
    for (const { template } of starts) if (template !== TEMPLATE) await arena.databases.drop(template);
  }
  const played = starts.flatMap(({ rounds }) => rounds);
  const ratesOf = ({ rounds }: Start): readonly number[] => rounds.map(({ rate }) => rate);
  const [empty] = starts;
  return {
    rounds: ROUNDS[form],
    times: TIMES[form],
    rows: starts.map((start) => {
      const postgres = start.rounds.flatMap(({ cpuMs }) => cpuMs?.postgres ?? []);
      return {
        captures: start.captures,
        databaseMiB: start.databaseMiB,
        rate: spreadOf(ratesOf(start)),
        ratio: ratios(ratesOf(start), ratesOf(empty ?? start)),
        postgresMs: postgres.length === 0 ? null : spreadOf(postgres).median,
      };
    }),
    doubleCaptures: played.reduce((sum, { doubleCaptures }) => sum + doubleCaptures, 0),
    lost: played.reduce((sum, { disagreement }) => sum + disagreement, 0),
  };
}
