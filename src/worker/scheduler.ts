import { waitBefore } from '../capture/backoff.js';
import { messageOf } from '../errors.js';
import { idsOf } from '../log.js';
import type { Random } from '../ports/clock.js';
import type { CaptureStore, DueCapture } from '../ports/store.js';
import { advance } from './advance.js';
import type { SendingAccount } from './send.js';
import type { TakeOrderOptions } from './take-order.js';

/**
 * The scheduler drives what the order's first attempt left open.
 *
 * It takes due rows of the durable schedule, oldest first, and leaves to other workers what they are taking. What becomes of each is told
 * in advance.ts. What it takes and doesn't finish, because the process dies, falls due again by the passing of time; what takes longer
 * than that is not begun a second time by the same process.
 *
 * Of each account it takes as many as its gate has room for. So what is due at an account that is slow or down stays where it is, and costs
 * the others nothing. When as many were due as there was room for, there may be more: it looks again as soon as there is room, and not
 * before. Otherwise it looks each `pollEveryMs`.
 */
export interface Scheduler {
  /** Looks at the schedule until stopped; resolves when what it had taken is done. */
  run(): Promise<void>;
  stop(): void;
}

export interface SchedulerOptions extends TakeOrderOptions {
  readonly due: Pick<CaptureStore, 'takeDue'>;
  readonly random: Random;
  /** How long to wait before looking again when nothing was due, in ms. */
  readonly pollEveryMs: number;
  /** How many due captures are worked on at once that call no provider of ours. */
  readonly limit: number;
  /** How long others leave taken rows alone, in ms; longer than a call takes to be started. */
  readonly takenForMs: number;
  /** As in the fold's policy, in ms. */
  readonly quietPeriodMs: number;
}

const AWAY_BACKOFF = { baseMs: 500, capMs: 10_000 };
const ACTIONS = ['send', 'lapse', 'inquire'] as const;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { due, clock, random, log, accounts, pollEveryMs, limit, takenForMs } = options;
  const stopping = new AbortController();
  const underWay = new Map<string, Promise<void>>();
  /** How many of these belong to each account with a gate here; null stands for all that goes through no gate. */
  const busy = new Map<string | null, number>();
  /** Those of which more may be due than there was room for. */
  const more = new Set<string | null>();
  let nap: AbortController | null = null;

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

  /** The account whose gate it goes through. */
  function gateOf({ action, capture }: DueCapture): string | null {
    return action !== 'lapse' && accounts.has(capture.account) ? capture.account : null;
  }

  function begin(one: DueCapture): void {
    const { captureId } = one.capture;
    if (underWay.has(captureId)) return;
    const account = gateOf(one);
    busy.set(account, busyOf(account) + 1);
    underWay.set(
      captureId,
      work(one).finally(() => {
        underWay.delete(captureId);
        busy.set(account, busyOf(account) - 1);
        wakeForRoom();
      }),
    );
  }

  function busyOf(account: string | null): number {
    return busy.get(account) ?? 0;
  }

  /** Not all that is taken gets as far as the gate, so what is under way is bounded too. */
  function roomOf({ name, gate, maxInFlight }: SendingAccount): number {
    return Math.max(0, Math.min(gate.room, 2 * maxInFlight - busyOf(name)));
  }

  async function takeOnce(): Promise<void> {
    const rooms = new Map([...accounts].map(([name, account]) => [name, roomOf(account)]));
    const left = limit - busyOf(null);
    const taken = await due.takeDue({ actions: ACTIONS, rooms, limit: left, takenForMs });
    more.clear();
    const countOf = (account: string | null): number => taken.filter((one) => gateOf(one) === account).length;
    for (const [account, room] of rooms) if (countOf(account) >= room) more.add(account);
    if (countOf(null) >= left) more.add(null);
    for (const one of taken) begin(one);
  }

  /** So much that it is worth a look: one for each place that gets free would be too many. */
  function isRoomFor(name: string | null): boolean {
    if (name === null) return busyOf(null) <= limit / 2;
    const account = accounts.get(name);
    return account?.gate.isRoomy === true && busyOf(name) <= 1.5 * account.maxInFlight;
  }

  function wakeForRoom(): void {
    if (nap !== null && [...more].some(isRoomFor)) nap.abort();
  }

  /** Until it is time to look, or what is known to wait has room. */
  async function rest(): Promise<void> {
    if (stopping.signal.aborted || [...more].some(isRoomFor)) return;
    nap = new AbortController();
    await clock.sleep(pollEveryMs, nap.signal);
    nap = null;
  }

  async function run(): Promise<void> {
    const forget = [...accounts.values()].map(({ gate }) => gate.onRoom(wakeForRoom));
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await takeOnce();
        failures = 0;
        await rest();
      } catch (error) {
        failures += 1;
        if (failures === 1)
          log.warn({ err: error }, `the schedule can't be read, trying again: ${messageOf(error)}`);
        await clock.sleep(waitBefore(failures, AWAY_BACKOFF, random()), stopping.signal);
      }
    }
    for (const one of forget) one();
    await Promise.all(underWay.values());
  }

  return {
    run,
    stop: () => {
      stopping.abort();
      nap?.abort();
    },
  };
}
