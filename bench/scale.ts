import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../dev/stack/wait-until.js';
import { usualAccount } from './accounts.js';
import type { Arena } from './arena.js';
import { produceOrders } from './backlog.js';
import type { Form } from './form.js';
import { metricIn } from './metrics.js';
import { fixed } from './provider/latency.js';
import type { Stand } from './stand.js';
import { openStand } from './stand.js';
import { ratios, spreadOf } from './statistics.js';
import type { Spread } from './statistics.js';
import type { BenchWorker } from './worker.js';

/** How many processes share the work of one group. */
export const PROCESSES = [1, 2, 4] as const;
export type Processes = (typeof PROCESSES)[number];

export interface ScaleResult {
  readonly rounds: number;
  readonly seconds: number;
  readonly partitions: number;
  readonly inFlightEach: number;
  readonly providerMs: number;
  /** Captures a second at the provider. */
  readonly rates: Readonly<Record<Processes, Spread>>;
  /** To the rate of one process in the same round. */
  readonly ratio: Readonly<Record<'2' | '4', Spread>>;
  /**
   * Orders that a worker had begun, so that they were claimed, and that were delivered to a worker again, in the worst round: after one of
   * four was stopped, and after another was started.
   */
  readonly redelivered: { readonly afterStop: number; readonly afterStart: number };
  readonly repeats: number;
  readonly doubleCaptures: number;
  readonly lost: number;
}

/** Long calls and few of them leave processors free on a small machine: what is measured is how the group shares work, not the machine. */
const PROVIDER_MS = 1_000;
const IN_FLIGHT = 100;
const PARTITIONS = 12;
const WARM_UP_MS = 8_000;
/** After a change of the group: longer than a call, so that what comes again has come. */
const SETTLE_MS = 5_000;
const JOIN_DEADLINE_MS = 40_000;
const MEASURED_MS: Readonly<Record<Form, number>> = { quick: 10_000, full: 20_000 };
const ROUNDS: Readonly<Record<Form, number>> = { quick: 2, full: 5 };
/** Four processes at their most, for a round and all that follows it. */
const BACKLOG: Readonly<Record<Form, number>> = { quick: 25_000, full: 30_000 };

interface Played {
  readonly rate: number;
  readonly redelivered: ScaleResult['redelivered'];
  readonly repeats: number;
  readonly doubleCaptures: number;
  readonly lost: number;
}

export async function measureScale(
  arena: Arena,
  form: Form,
  say: (line: string) => void,
): Promise<ScaleResult> {
  const prefix = await arena.newTopics('scale', PARTITIONS);
  await produceOrders({ stack: arena.stack, prefix, keyed: 'distinct', count: BACKLOG[form] });
  const played: Record<Processes, Played[]> = { 1: [], 2: [], 4: [] };
  for (let round = 0; round < ROUNDS[form]; round += 1) {
    const turn = PROCESSES.map((_, index) => PROCESSES[(index + round) % PROCESSES.length] ?? 1);
    for (const processes of turn) {
      const one = await play(arena, prefix, processes, MEASURED_MS[form]);
      played[processes].push(one);
      say(
        `scale, round ${String(round + 1)} of ${String(ROUNDS[form])}: ${String(processes)} ` +
          `${processes === 1 ? 'process' : 'processes'}, ${one.rate.toFixed(0)} captures a second`,
      );
    }
  }
  const ratesOf = (processes: Processes): readonly number[] => played[processes].map(({ rate }) => rate);
  const all = Object.values(played).flat();
  const sum = (of: (one: Played) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    rounds: ROUNDS[form],
    seconds: MEASURED_MS[form] / 1_000,
    partitions: PARTITIONS,
    inFlightEach: IN_FLIGHT,
    providerMs: PROVIDER_MS,
    rates: { 1: spreadOf(ratesOf(1)), 2: spreadOf(ratesOf(2)), 4: spreadOf(ratesOf(4)) },
    ratio: { '2': ratios(ratesOf(2), ratesOf(1)), '4': ratios(ratesOf(4), ratesOf(1)) },
    redelivered: {
      afterStop: Math.max(...played[4].map(({ redelivered }) => redelivered.afterStop)),
      afterStart: Math.max(...played[4].map(({ redelivered }) => redelivered.afterStart)),
    },
    repeats: sum(({ repeats }) => repeats),
    doubleCaptures: sum(({ doubleCaptures }) => doubleCaptures),
    lost: sum(({ lost }) => lost),
  };
}

async function play(arena: Arena, prefix: string, processes: Processes, measuredMs: number): Promise<Played> {
  await arena.databases.checkpoint();
  await arena.provider.begin(fixed(PROVIDER_MS));
  const accounts = [usualAccount(arena, IN_FLIGHT)];
  const stand = await openStand(arena, { prefix, inFlight: IN_FLIGHT, accounts });
  try {
    const workers = await Promise.all(Array.from({ length: processes }, () => stand.start()));
    await Promise.all(workers.map((worker) => worker.ready()));
    await untilJoined(arena, stand, processes);
    await sleep(WARM_UP_MS);
    const from = { at: performance.now(), captured: (await arena.provider.counts()).captured };
    await sleep(measuredMs);
    const to = { at: performance.now(), captured: (await arena.provider.counts()).captured };
    const redelivered =
      processes === 4 ? await changeGroup(arena, stand, workers) : { afterStop: 0, afterStart: 0 };
    await Promise.all(workers.map(({ process }) => process.stop()));
    const counts = await arena.provider.counts();
    return {
      rate: ((to.captured - from.captured) / (to.at - from.at)) * 1_000,
      redelivered,
      repeats: counts.repeats,
      doubleCaptures: counts.doubleCaptures,
      lost: await stand.disagreement(counts),
    };
  } finally {
    await stand.close();
  }
}

/**
 * One worker is stopped while it works, as by a platform that replaces it, and another is started. Orders that a worker is given although
 * a worker had begun them before are recognised as duplicates by their claims; how many is what the workers count. One that was merely
 * fetched before has no claim, and doesn't count.
 */
async function changeGroup(
  arena: Arena,
  stand: Stand,
  workers: BenchWorker[],
): Promise<ScaleResult['redelivered']> {
  const before = await duplicatesOf(workers);
  const leaving = workers.shift();
  if (leaving === undefined) throw new Error('there is no worker to stop');
  const ofLeaving = await duplicatesOf([leaving]);
  await leaving.process.stop();
  await untilJoined(arena, stand, workers.length);
  await sleep(SETTLE_MS);
  const stopped = (await duplicatesOf(workers)) + ofLeaving;
  const coming = await stand.start();
  workers.push(coming);
  await coming.ready();
  await untilJoined(arena, stand, workers.length);
  await sleep(SETTLE_MS);
  const started = (await duplicatesOf(workers)) + ofLeaving;
  return { afterStop: stopped - before, afterStart: started - stopped };
}

async function duplicatesOf(workers: readonly BenchWorker[]): Promise<number> {
  const pages = await Promise.all(workers.map((worker) => worker.metrics()));
  return pages.reduce(
    (sum, page) => sum + metricIn(page, 'capture_worker_messages_total', { result: 'duplicate' }),
    0,
  );
}

/** Until the group has so many members, each with its partitions. */
async function untilJoined({ admin, signal }: Arena, { group }: Stand, members: number): Promise<void> {
  await waitUntil(
    async () => {
      const { groups } = await admin.describeGroups([group]);
      return groups.every((one) => one.state === 'Stable' && one.members.length === members);
    },
    {
      deadlineMs: JOIN_DEADLINE_MS,
      signal,
      onDeadline: () => new Error(`the group did not come to ${String(members)} members`),
      everyMs: 200,
    },
  );
}
