import { setTimeout as sleep } from 'node:timers/promises';
import { topicNames } from '../src/kafka/topics.js';
import type { AccountSettings } from './accounts.js';
import type { Arena } from './arena.js';
import type { Form } from './form.js';
import { readEvents, sendEvenly } from './open-loop.js';
import type { Merchant } from './orders.js';
import type { Provider } from './provider-process.js';
import { fixed } from './provider/latency.js';
import { openStand } from './stand.js';
import { quantile, ratios, spreadOf } from './statistics.js';
import type { Spread } from './statistics.js';
import type { Standing } from './watch-worker.js';
import { mostOf, watchWorker } from './watch-worker.js';

/**
 * Who else has orders besides the healthy account: nobody; one that is slow and one whose wallet refuses connections; or the same with a
 * wallet that takes every request and never answers.
 */
export const COMPANIES = ['alone', 'down', 'silent'] as const;
export type Company = (typeof COMPANIES)[number];

/** What the healthy account's orders took in each company, from the append to the event being readable. */
export interface IsolationResult {
  readonly rounds: number;
  readonly seconds: number;
  /** To each account that has orders. */
  readonly perSecond: number;
  readonly p99Ms: Readonly<Record<Company, Spread>>;
  readonly p50Ms: Readonly<Record<Company, Spread>>;
  /** Each round's p99, to that of the same round alone. */
  readonly ratio: Readonly<Record<Exclude<Company, 'alone'>, Spread>>;
  /** The most that was seen of each in any round. */
  readonly most: Readonly<Record<Company, Standing>>;
  readonly doubleCaptures: number;
  readonly repeats: number;
  readonly lost: number;
}

const PER_SECOND = 60;
const HEALTHY_MS = 50;
const SLOW_MS = 5_000;
/** Nobody waits for that long. */
const NEVER_MS = 3_600_000;
const WARM_UP_MS = 5_000;
const LATE_MS = 20_000;
const MEASURED_MS: Readonly<Record<Form, number>> = { quick: 15_000, full: 45_000 };
const ROUNDS: Readonly<Record<Form, number>> = { quick: 2, full: 5 };
const IN_FLIGHT = 200;

/** Payments of each merchant are numbered apart, so that an event's key tells whose it is. */
const HEALTHY = { merchant: merchantOf('healthy'), first: 0 };
const SLOW = { merchant: merchantOf('slow'), first: 20_000_000 };
const TROUBLED = { merchant: merchantOf('troubled'), first: 40_000_000 };

interface Wallets {
  readonly healthy: Provider;
  readonly slow: Provider;
  readonly silent: Provider;
  /** Nobody listens there any more. */
  readonly downUrl: string;
}

interface Played {
  readonly took: readonly number[];
  readonly standing: Standing;
  readonly doubleCaptures: number;
  readonly repeats: number;
  readonly lost: number;
}

/** Rounds in which the companies take turns, beginning with another one each time; each has a worker, topics and a database of its own. */
export async function measureIsolation(
  arena: Arena,
  form: Form,
  say: (line: string) => void,
): Promise<IsolationResult> {
  const wallets = await openWallets(arena);
  const played: Record<Company, Played[]> = { alone: [], down: [], silent: [] };
  try {
    for (let round = 0; round < ROUNDS[form]; round += 1) {
      const turn = COMPANIES.map((_, index) => COMPANIES[(index + round) % COMPANIES.length] ?? 'alone');
      for (const company of turn) {
        const one = await play(arena, wallets, company, MEASURED_MS[form]);
        played[company].push(one);
        say(
          `isolation, round ${String(round + 1)} of ${String(ROUNDS[form])}: ${company}, ` +
            `p99 ${quantile(one.took, 0.99).toFixed(1)} ms`,
        );
      }
    }
  } finally {
    await Promise.all([wallets.healthy, wallets.slow, wallets.silent].map((wallet) => wallet.stop()));
  }
  const ofEach = <Value>(of: (rounds: readonly Played[]) => Value): Readonly<Record<Company, Value>> => ({
    alone: of(played.alone),
    down: of(played.down),
    silent: of(played.silent),
  });
  const at = (share: number): Readonly<Record<Company, readonly number[]>> =>
    ofEach((rounds) => rounds.map(({ took }) => quantile(took, share)));
  const p99 = at(0.99);
  const all = Object.values(played).flat();
  const sum = (of: (one: Played) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    rounds: ROUNDS[form],
    seconds: MEASURED_MS[form] / 1_000,
    perSecond: PER_SECOND,
    p99Ms: { alone: spreadOf(p99.alone), down: spreadOf(p99.down), silent: spreadOf(p99.silent) },
    p50Ms: ofEach((rounds) => spreadOf(rounds.map(({ took }) => quantile(took, 0.5)))),
    ratio: { down: ratios(p99.down, p99.alone), silent: ratios(p99.silent, p99.alone) },
    most: ofEach((rounds) => mostOf(rounds.map(({ standing }) => standing))),
    doubleCaptures: sum(({ doubleCaptures }) => doubleCaptures),
    repeats: sum(({ repeats }) => repeats),
    lost: sum(({ lost }) => lost),
  };
}

async function openWallets(arena: Arena): Promise<Wallets> {
  const [healthy, slow, silent, down] = await Promise.all([
    arena.newProvider(HEALTHY.merchant),
    arena.newProvider(SLOW.merchant),
    arena.newProvider(TROUBLED.merchant),
    arena.newProvider(TROUBLED.merchant),
  ]);
  await down.stop();
  return { healthy, slow, silent, downUrl: down.url };
}

async function play(arena: Arena, wallets: Wallets, company: Company, measuredMs: number): Promise<Played> {
  const { healthy, slow, silent } = wallets;
  const prefix = await arena.newTopics('isolation');
  await arena.databases.checkpoint();
  await healthy.begin(fixed(HEALTHY_MS));
  await slow.begin(fixed(SLOW_MS));
  await silent.begin(fixed(NEVER_MS));
  // The same accounts in all companies, so that each has the same shares.
  const accounts: readonly AccountSettings[] = [
    { merchant: HEALTHY.merchant, url: healthy.url, maxInFlight: 100 },
    { merchant: SLOW.merchant, url: slow.url, maxInFlight: 50 },
    {
      merchant: TROUBLED.merchant,
      url: company === 'silent' ? silent.url : wallets.downUrl,
      maxInFlight: 50,
      timeoutMs: 5_000,
    },
  ];
  const stand = await openStand(arena, { prefix, inFlight: IN_FLIGHT, accounts });
  const readable = await readEvents(arena, prefix);
  try {
    const worker = await stand.start();
    await worker.ready();
    const watch = watchWorker(worker, topicNames(prefix)['order.fulfilled'], arena.signal);
    const loop = { prefix, perSecond: PER_SECOND, forMs: WARM_UP_MS + measuredMs };
    const others = company === 'alone' ? [] : [SLOW, TROUBLED];
    const [dueAt] = await Promise.all([
      sendEvenly(arena, { ...loop, account: HEALTHY.merchant.account, first: HEALTHY.first }),
      ...others.map(({ merchant, first }) =>
        sendEvenly(arena, { ...loop, account: merchant.account, first }),
      ),
    ]);
    const standing = await watch.end();
    const took = await timesOf(arena, dueAt, readable.at);
    if (!worker.process.isRunning())
      throw new Error(`the worker ended: ${await worker.process.recentOutput()}`);
    await worker.process.stop();
    const counts = await Promise.all([healthy, slow, silent].map((wallet) => wallet.counts()));
    const healthyCounts = await healthy.counts();
    return {
      took,
      standing,
      doubleCaptures: counts.reduce((sum, one) => sum + one.doubleCaptures, 0),
      repeats: counts.reduce((sum, one) => sum + one.repeats, 0),
      lost: dueAt.length - healthyCounts.captured,
    };
  } finally {
    await readable.close();
    await stand.close();
  }
}

/** From when each order was due to when its event was readable, without the first ones. Throws if some bring no event. */
async function timesOf(
  { signal }: Arena,
  dueAt: readonly number[],
  readableAt: ReadonlyMap<number, number>,
): Promise<readonly number[]> {
  const begun = performance.now();
  for (;;) {
    const took = dueAt.flatMap((due, n) => {
      const at = readableAt.get(HEALTHY.first + n);
      return at === undefined ? [] : [at - due];
    });
    if (took.length === dueAt.length) return took.slice((WARM_UP_MS / 1_000) * PER_SECOND);
    if (signal.aborted || performance.now() - begun > LATE_MS)
      throw new Error(`${String(dueAt.length - took.length)} healthy orders brought no event in time`);
    await sleep(100);
  }
}

function merchantOf(account: string): Merchant {
  return { account, merchantId: `bench-${account}`, clientId: `BENCH-${account.toUpperCase()}` };
}
