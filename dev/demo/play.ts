import type pg from 'pg';
import { createPool } from '../../src/store/pool.js';
import type { Cast } from './cast.js';
import { startCast } from './cast.js';
import { unsettledText } from './chaos/unsettled.js';
import { compareWhenStill } from './compare-all.js';
import { keepUp } from './keep-up.js';
import type { Killer } from './kills.js';
import { createKiller, planKills } from './kills.js';
import type { MemoryWatch } from './memory.js';
import { watchMemory } from './memory.js';
import type { DemoPlan } from './orders.js';
import { planDemo, seeded } from './orders.js';
import { authorise, produce } from './produce.js';
import { bar, createProgressLine } from './progress-line.js';
import type { Result } from './result.js';
import { tableOf } from './result.js';
import type { Scene } from './scene.js';
import type { Progress } from './watch.js';
import { isDone, isWorkerDone, watchUntil } from './watch.js';

export interface PlayOptions {
  readonly orders: number;
  readonly randomSeed: string;
  readonly kill: boolean;
  readonly keep: boolean;
  /** With chaos, where a worker takes notifications; else null. */
  readonly notifyPort: number | null;
  /** Shows the result. */
  readonly show: (text: string) => void;
  /** Says what goes on. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Over how long the orders come in ms, where they don't come at once: with kills, so that there is work at each of them; with chaos, so that
 * the providers' outages meet all kinds of calls and not the first ones alone.
 */
const RUN_MS = 15_000;

/** Plays a demo to its end, and compares all books. */
export async function playDemo(scene: Scene, options: PlayOptions): Promise<Result> {
  const { notifyPort, kill, keep, show, say } = options;
  const plan = planDemo(options.orders, options.randomSeed);
  say(`authorising ${String(plan.orders.length)} payments at three providers`);
  const chaos = notifyPort !== null;
  await authorise(scene, plan.orders, { scripted: !chaos });
  const cast = await startCast(scene, { workers: kill ? 2 : 1, notifyPort, say });
  const pool = createPool({ url: scene.databaseUrl, max: 2, applicationName: 'demo' });
  try {
    const memory = watchMemory(() => cast.workers[0]?.current().url ?? '');
    const seconds = await play(scene, plan, { cast, pool, options }).finally(() => {
      memory.stop();
    });
    const compare = async (signal: AbortSignal): Promise<Result> => {
      const compared = await compareWhenStill({ scene, plan, cast, pool, seconds, chaos, signal });
      show(`\n${tableOf(compared.result, compared.input)}`);
      return compared.result;
    };
    const result = await compare(options.signal);
    // Of a worker that was killed and started again, it would tell little.
    if (!kill) showMemory(memory, show);
    if (keep) {
      await keepUp(scene, cast, options);
      // Whoever has looked around ends that by the signal.
      return await compare(new AbortController().signal);
    }
    // A clean stop is part of what is shown.
    await cast.stop();
    return result;
  } finally {
    await pool.end();
  }
}

interface Stage {
  readonly cast: Cast;
  readonly pool: pg.Pool;
  readonly options: PlayOptions;
}

/** Puts the orders on the topic, and watches until all is done. Returns the seconds from the first order to the last event. */
async function play(scene: Scene, { messages, orders }: DemoPlan, stage: Stage): Promise<number> {
  const { cast, pool, options } = stage;
  const random = seeded(`${options.randomSeed} kills`);
  const killer = options.kill
    ? createKiller(planKills(random), { cast, pool, random, say: options.say })
    : null;
  const begun = performance.now();
  const spread = options.kill || options.notifyPort !== null;
  const produced = produce(scene, messages, {
    overMs: spread ? RUN_MS : 0,
    signal: options.signal,
  });
  let endedAt = begun;
  const watched = watch(scene, stage, { killer, orders: orders.length }, (progress) => {
    if (!isWorkerDone(progress)) endedAt = performance.now();
  });
  await Promise.all([produced, watched]);
  return (endedAt - begun) / 1_000;
}

interface Watched {
  readonly killer: Killer | null;
  readonly orders: number;
}

async function watch(
  scene: Scene,
  { cast, pool, options }: Stage,
  { killer, orders }: Watched,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const line = createProgressLine(process.stderr, () => performance.now());
  let settled = 0;
  try {
    await watchUntil(
      scene,
      pool,
      {
        onProgress: (progress) => {
          settled = settledOf(progress) / orders;
          onProgress(progress);
          line.show(progressText(progress, orders));
        },
        check: async () => {
          await killer?.look(settled);
          await cast.check();
        },
        subscribers: true,
        settling: options.notifyPort !== null,
        signal: options.signal,
      },
      (progress) =>
        isDone(progress) && settledOf(progress) === orders && killer?.isDone() !== false && cast.isUp(),
    );
  } finally {
    line.end();
  }
}

function settledOf({ succeeded, failed, pending }: Progress): number {
  return succeeded + failed + pending;
}

function progressText(progress: Progress, orders: number): string {
  const { succeeded, failed, pending, open, queued, lag, unread, unsettled } = progress;
  // Two readings, one after the other: there may be more in doubt by now.
  const done = Math.max(0, settledOf(progress) - (unsettled?.inDoubt ?? 0));
  return (
    `${bar(done, orders)} ${String(succeeded)} succeeded, ${String(failed)} failed, ${String(pending)} pending, ${String(open)} open; ` +
    `lag ${lag.toString()}, ${String(queued)} events to publish, ${unread.toString()} to book and tell` +
    (unsettled === null ? '' : `; ${unsettledText(unsettled)}`)
  );
}

function showMemory(memory: MemoryWatch, show: (text: string) => void): void {
  const seen = memory.summary();
  if (seen === null) return;
  const { early, most, end } = seen;
  show(
    `The worker's resident memory: ${String(early)} MiB after a quarter of the time, ${String(end)} MiB at the end, ${String(most)} MiB at most.\n`,
  );
}
