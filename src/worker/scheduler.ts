import type { Capture } from '../capture/capture.js';
import { waitBefore } from '../capture/backoff.js';
import { evidenceIdOf } from '../capture/ids.js';
import { messageOf } from '../errors.js';
import { idsOf } from '../log.js';
import type { Random } from '../ports/clock.js';
import type { CaptureStore, DueCapture } from '../ports/store.js';
import type { SendingAccount } from './send.js';
import { leaseFor, send } from './send.js';
import type { TakeOrderOptions } from './take-order.js';

/**
 * The scheduler drives what the order's first attempt left open.
 *
 * It takes due rows of the durable schedule, oldest first, and leaves to other workers what they are taking. A planned capture is
 * started and sent. A capture whose lease has run out without an answer is recorded as such, which makes it pending. What it takes and
 * doesn't finish, because the process dies, falls due again by the passing of time.
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
  /** How many due captures are taken at once. */
  readonly limit: number;
  /** How long others leave taken rows alone, in ms; longer than a call takes to be started. */
  readonly takenForMs: number;
  /** As in the fold's policy, in ms. */
  readonly announceUnsentAfterMs: number;
}

const AWAY_BACKOFF = { baseMs: 500, capMs: 10_000 };

export function createScheduler(options: SchedulerOptions): Scheduler {
  const { due, clock, random, log, pollEveryMs, limit, takenForMs } = options;
  const stopping = new AbortController();

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        const taken = await due.takeDue({ actions: ['send', 'lapse'], limit, takenForMs });
        await Promise.all(taken.map((one) => advanceOrTell(one, options)));
        failures = 0;
        if (taken.length === 0) await clock.sleep(pollEveryMs, stopping.signal);
      } catch (error) {
        failures += 1;
        if (failures === 1)
          log.warn({ err: error }, `the schedule can't be read, trying again: ${messageOf(error)}`);
        await clock.sleep(waitBefore(failures, AWAY_BACKOFF, random()), stopping.signal);
      }
    }
  }

  return {
    run,
    stop: () => {
      stopping.abort();
    },
  };
}

/** One capture that can't be advanced must not keep the others of its round from it; it falls due again. */
async function advanceOrTell(due: DueCapture, options: SchedulerOptions): Promise<void> {
  try {
    await advance(due, options);
  } catch (error) {
    options.log.error(
      { ...idsOf(due.capture), action: due.action, err: error },
      `a due capture could not be advanced: ${messageOf(error)}`,
    );
  }
}

async function advance({ action, capture }: DueCapture, options: SchedulerOptions): Promise<void> {
  switch (action) {
    case 'send':
      await sendDue(capture, options);
      return;
    case 'lapse':
      await recordLapse(capture, options);
      return;
    case 'inquire':
      throw new Error('inquiries are not taken here');
  }
}

async function sendDue(capture: Capture, options: SchedulerOptions): Promise<void> {
  const account = options.accounts.get(capture.account);
  // The name alone doesn't do: an account may have become another merchant's since the claim.
  if (account?.merchantId !== capture.merchantId || account.rules.provider !== capture.provider) {
    options.log.error(
      { captureId: capture.captureId, account: capture.account },
      `a planned capture belongs to account ${capture.account}, merchant ${capture.merchantId}, which is not configured; it waits`,
    );
    await lookAgain(capture, options);
    return;
  }
  const leave = await account.gate.enter();
  try {
    await startAndSend(capture, account, options);
  } finally {
    leave();
  }
}

async function startAndSend(
  capture: Capture,
  account: SendingAccount,
  options: SchedulerOptions,
): Promise<void> {
  const { store, clock, worker, leaseMarginMs } = options;
  const permit = account.gate.permit();
  if (permit === 'held') {
    await lookAgain(capture, options);
    return;
  }
  if (options.closing.aborted) return;
  const leaseMs = leaseFor(account.client.timeoutMs, leaseMarginMs);
  const leasedAt = clock.monotonic();
  const begun = await store.start({ captureId: capture.captureId, leaseMs, worker });
  if (begun !== null)
    await send({ capture: begun, leaseMs, leasedAt, probe: permit === 'probe' }, account, options);
}

/**
 * A capture that can't be sent now stays taken, and falls due again by the passing of time. It is folded, without new evidence, only when
 * subscribers are to be told that it wasn't sent: thousands may wait so, and each fold is a write.
 */
async function lookAgain(
  capture: Capture,
  { store, clock, announceUnsentAfterMs }: SchedulerOptions,
): Promise<void> {
  const age = clock.now().getTime() - capture.createdAt.getTime();
  if (capture.announced !== null || age < announceUnsentAfterMs) return;
  await store.record({ captureId: capture.captureId, pieces: [] });
}

/** The answer to the attempt under way never came, and nobody may wait for it any longer. */
async function recordLapse(capture: Capture, { store, clock, observer }: SchedulerOptions): Promise<void> {
  const { captureId, status } = capture;
  if (status.state !== 'sending') return;
  const settled = await store.record({
    captureId,
    pieces: [
      {
        evidenceId: evidenceIdOf(captureId, `attempt:${String(status.attempt)}:lapsed`),
        kind: 'capture_response',
        attempt: status.attempt,
        at: clock.now(),
        finding: { is: 'lapsed' },
        providerCode: null,
        providerMessage: 'no answer was recorded before the lease ran out',
        raw: null,
      },
    ],
  });
  if (settled !== null) observer.state(settled, settled.status.state);
}
