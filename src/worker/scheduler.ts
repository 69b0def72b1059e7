import { waitBefore } from '../capture/backoff.js';
import { messageOf } from '../errors.js';
import { idsOf } from '../log.js';
import type { Random } from '../ports/clock.js';
import type { CaptureStore, DueCapture } from '../ports/store.js';
import { advance } from './advance.js';
import type { TakeOrderOptions } from './take-order.js';

/**
 * The scheduler drives what the order's first attempt left open.
 *
 * It takes due rows of the durable schedule, oldest first, and leaves to other workers what they are taking. What becomes of each is told
 * in advance.ts. What it takes and doesn't finish, because the process dies, falls due again by the passing of time; what takes longer
 * than that is not begun a second time by the same process.
 */
export interface Scheduler {
  /** Looks at the schedule until stopped; resolves when what it had taken is done. */
  run(): Promise<void>;
  stop(): void;
}

export interface SchedulerOptions extends TakeOrderOptions {
  readonly due: CaptureStore;
  readonly random: Random;
  /** How long to wait before looking again when nothing was due, in ms. */
  readonly pollEveryMs: number;
  /** How many due captures are worked on at once. */
  readonly limit: number;
  /** How long others leave taken rows alone, in ms; longer than a call takes to be started. */
  readonly takenForMs: number;
  /** As in the fold's policy, in ms. */
  readonly quietPeriodMs: number;
}

const AWAY_BACKOFF = { baseMs: 500, capMs: 10_000 };
const ACTIONS = ['send', 'lapse', 'inquire'] as const;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { due, clock, random, log, pollEveryMs, limit, takenForMs } = options;
  const stopping = new AbortController();
  const underWay = new Map<string, Promise<void>>();

  /** One capture that can't be advanced must not keep the others from it; it falls due again. */
  async function work(one: DueCapture): Promise<void> {
    try {
      await advance(one, options);
    } catch (error) {
      log.error(
        { ...idsOf(one.capture), action: one.action, err: error },
        `a due capture could not be advanced: ${messageOf(error)}`,
      );
    }
  }

  function begin(one: DueCapture): void {
    const { captureId } = one.capture;
    if (underWay.has(captureId)) return;
    underWay.set(
      captureId,
      work(one).finally(() => underWay.delete(captureId)),
    );
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const room = limit - underWay.size;
      if (room === 0) {
        await Promise.race(underWay.values());
        continue;
      }
      try {
        const taken = await due.takeDue({ actions: ACTIONS, limit: room, takenForMs });
        for (const one of taken) begin(one);
        failures = 0;
        if (taken.length < room) await clock.sleep(pollEveryMs, stopping.signal);
      } catch (error) {
        failures += 1;
        if (failures === 1)
          log.warn({ err: error }, `the schedule can't be read, trying again: ${messageOf(error)}`);
        await clock.sleep(waitBefore(failures, AWAY_BACKOFF, random()), stopping.signal);
      }
    }
    await Promise.all(underWay.values());
  }

  return {
    run,
    stop: () => {
      stopping.abort();
    },
  };
}
