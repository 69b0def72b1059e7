import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { DemoPlan } from '../dev/demo/orders.js';
import { seeded } from '../dev/demo/orders.js';
import { authorise, openOrderProducer } from '../dev/demo/produce.js';
import type { Scene } from '../dev/demo/scene.js';
import { setScene } from '../dev/demo/scene.js';
import { freePort } from '../dev/stack/ports.js';
import type { Stack } from '../dev/stack/start.js';
import { throwIfStopped } from '../dev/stack/wait-until.js';
import { createLagReader } from '../src/kafka/lag.js';
import type { LagReader } from '../src/kafka/lag.js';
import { topicNames } from '../src/kafka/topics.js';
import { createPool } from '../src/store/pool.js';
import { collect } from './collect.js';
import { runHere } from './commands.js';
import type { Between, Fault, Grounds, Inflicted, Recovery } from './fault.js';
import { momentNow } from './fault.js';
import type { Feed } from './feed.js';
import { startFeed } from './feed.js';
import { readHeld } from './held.js';
import type { Break } from './invariants/all.js';
import { breaksIn } from './invariants/all.js';
import type { LagWatch } from './lag-watch.js';
import { watchLag } from './lag-watch.js';
import { keepTraces } from './keep.js';
import { readLeftovers } from './leftovers.js';
import { planOrders } from './orders.js';
import type { LagSample } from './recovery.js';
import { ordinaryLag, RECOVERY_LIMIT_MS, recoveryMs } from './recovery.js';
import { postTo } from './sandbox-admin.js';
import { provingScene, SESSION_TIMEOUT_MS } from './settings.js';
import { isSettled, unsettledText, untilSettled } from './settle.js';
import type { Troupe } from './troupe.js';
import { startTroupe } from './troupe.js';

/** What one run of a fault came to. */
export interface RunResult {
  readonly orders: number;
  readonly kills: number;
  readonly breaks: readonly Break[];
  readonly recoveryMs: number | null;
  /** Of captures whose answer was lost with a process, how long each waited for its outcome, in ms. */
  readonly heldMs: readonly number[];
  readonly ran: string | null;
  readonly seconds: number;
}

export interface RunOptions {
  readonly stack: Stack;
  readonly env: NodeJS.ProcessEnv;
  readonly randomSeed: string;
  /** Where to keep what tells why, if the run breaks something; null if nowhere. */
  readonly keep: string | null;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const ORDERS_PER_SECOND = 20;
/** As many as a run could need. */
const MOST_ORDERS = 1_600;
/** How long the lag is watched before anything is done, in ms. */
const BEFORE_MS = 2_000;
/** How much of the lag is none: offsets are committed each half second. */
const SLACK_MS = 500;
/** How long orders come on after a fault at least, in ms: a death shows when nobody has the dead one's partitions. */
const AFTER_MS: Readonly<Record<Recovery, number>> = { takeover: SESSION_TIMEOUT_MS + 1_500, resume: 2_000 };
/** When Kafka doesn't tell the lag in so many ms, nobody can: it may be away. */
const NO_ANSWER_MS = 2_000;
/** How long the lag must have stayed what it was before, in ms. */
const CALM_MS = 1_000;

/** Runs a fault once. Rejects if it could not be run, or nothing was shown by it. */
export async function runFault(fault: Fault, options: RunOptions): Promise<RunResult> {
  const { stack, env, randomSeed, say, signal } = options;
  const begun = performance.now();
  const notifyPort = await freePort();
  const nothing = (): undefined => undefined;
  const scene = await setScene({
    env: { ...env, ...stack.env },
    progress: nothing,
    say: nothing,
    ...provingScene({ randomSeed, notifyPort }),
    runCommand: runHere,
    signal,
  });
  try {
    const plan = planOrders(MOST_ORDERS, randomSeed);
    await authorise(scene, plan.orders);
    const random = seeded(`${randomSeed} ${fault.name}`);
    const workers = fault.workers ?? [{}, {}];
    const between = (await fault.between?.(scene)) ?? NOTHING_BETWEEN;
    try {
      const troupe = await startTroupe(scene, { workers, between, notifyPort, random, say, signal });
      try {
        const result = await inflict(fault, { scene, plan, troupe, random }, options);
        if (options.keep !== null && result.breaks.length > 0)
          await keepTraces(scene, result.breaks, join(options.keep, `${fault.name}-${randomSeed}`));
        return { ...result, seconds: Math.round((performance.now() - begun) / 100) / 10 };
      } finally {
        await troupe.stop();
      }
    } finally {
      await between.close();
    }
  } finally {
    await scene.close();
  }
}

const NOTHING_BETWEEN: Between = { settings: () => Promise.resolve({}), close: () => Promise.resolve() };

interface Stage {
  readonly scene: Scene;
  readonly plan: DemoPlan;
  readonly troupe: Troupe;
  readonly random: () => number;
}

async function inflict(
  fault: Fault,
  { scene, plan, troupe, random }: Stage,
  { stack, say, signal }: RunOptions,
): Promise<Omit<RunResult, 'seconds'>> {
  const pool = createPool({ url: scene.databaseUrl, max: 2, applicationName: 'prove' });
  // A part that is away takes the idle connections with it.
  pool.on('error', () => undefined);
  const client = { brokers: scene.stack.env.KAFKA_BROKERS.split(','), clientId: 'prove' };
  const log = pino({ level: 'silent' });
  const reader = createLagReader({ client, log });
  const watcher = createLagReader({ client, log, deadlineMs: NO_ANSWER_MS });
  const producer = await openOrderProducer(scene);
  const feed = startFeed({ producer, messages: plan.messages, perSecond: ORDERS_PER_SECOND, signal });
  const watch = watchLag(watcher, scene.group, topicNames(scene.topicPrefix)['order.fulfilled']);
  try {
    await sleep(BEFORE_MS, undefined, { signal });
    const ordinary = ordinaryLag(watch.samples(), ORDERS_PER_SECOND, SLACK_MS);
    const grounds: Grounds = {
      stack,
      scene,
      ...troupe,
      startWorker: (settings) => troupe.startExtra(settings),
      put: (messages) => {
        feed.put(messages);
      },
      sandbox: (path, body) => postTo(scene.sandbox.adminUrl, path, body),
      pool,
      random,
      now: momentNow,
      say,
      signal,
    };
    const inflicted = await fault.inflict(grounds);
    feed.calmDown();
    const recovery = fault.recovery ?? 'resume';
    const ms = await watchRecovery({ watch, ordinary, inflicted, recovery, signal });
    await feed.stop();
    return await judge({
      scene,
      troupe,
      pool,
      reader,
      feed,
      inflicted,
      recovery,
      recoveredMs: ms,
      say,
      signal,
    });
  } finally {
    await watch.stop();
    await feed.stop().catch(() => undefined);
    await Promise.all([producer.close(), reader.close(), watcher.close()]);
    await pool.end();
  }
}

interface Watched {
  readonly watch: LagWatch;
  readonly ordinary: bigint;
  readonly inflicted: Inflicted;
  readonly recovery: Recovery;
  readonly signal: AbortSignal;
}

/** Waits, while orders come on, until the lag is what it was before and stays so; no longer than the limit. */
async function watchRecovery({
  watch,
  ordinary,
  inflicted,
  recovery,
  signal,
}: Watched): Promise<number | null> {
  const endedMs = inflicted.ended.monotonicMs;
  const of = (samples: readonly LagSample[]): number | null => recoveryMs(samples, { endedMs, ordinary });
  for (;;) {
    throwIfStopped(signal);
    const passedMs = performance.now() - endedMs;
    const ms = of(watch.samples());
    const isCalm = ms !== null && passedMs - ms >= CALM_MS;
    if ((isCalm && passedMs >= AFTER_MS[recovery]) || passedMs > RECOVERY_LIMIT_MS[recovery] + CALM_MS)
      return ms;
    await sleep(100);
  }
}

interface Judged {
  readonly scene: Scene;
  readonly troupe: Troupe;
  readonly pool: ReturnType<typeof createPool>;
  readonly reader: LagReader;
  readonly feed: Feed;
  readonly inflicted: Inflicted;
  readonly recovery: Recovery;
  readonly recoveredMs: number | null;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Waits until all has settled, and holds it against the invariants. */
async function judge(judged: Judged): Promise<Omit<RunResult, 'seconds'>> {
  const { scene, troupe, pool, reader, feed, inflicted, recovery, recoveredMs, say, signal } = judged;
  const unsettled = await untilSettled(scene, pool, reader, { isUp: () => troupe.isUp(), signal });
  if (!isSettled(unsettled)) say(`not all has settled: ${unsettledText(unsettled)}`);
  const collected = await collect(scene, feed.produced(), pool, reader);
  const leftovers = await readLeftovers(pool, troupe.workerIds());
  const heldMs = await readHeld(pool, inflicted.ended.wallMs);
  await troupe.stop();
  const breaks = breaksIn({
    ...collected,
    leftovers,
    recovery: { ms: recoveredMs, limitMs: RECOVERY_LIMIT_MS[recovery] },
    processTroubles: [...(inflicted.troubles ?? []), ...troupe.troubles()],
    hasLostSpan: inflicted.hasLostSpan === true,
  });
  return {
    orders: collected.orders.length,
    kills: inflicted.kills,
    breaks,
    recoveryMs: recoveredMs,
    heldMs,
    ran: inflicted.ran ?? null,
  };
}
