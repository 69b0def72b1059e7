import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Failure, Taken, Waits } from './captures.js';
import { delivered, notDelivered, takeDue } from './captures.js';
import { Refused } from './gateway.js';
import type { Message, Sending } from './message.js';

export interface SenderOptions {
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Rejects unless the message is known to have arrived: with `Refused` if this attempt is known not to have brought it. */
  readonly deliver: (message: Message) => Promise<void>;
  readonly waits: Waits;
  /** When a message is tried again first, in seconds. It must be longer than a delivery can take. */
  readonly retryAfter: number;
}

export interface Sender {
  /** Takes nothing more, and resolves when the deliveries under way have ended. */
  close(): Promise<void>;
}

/** How many deliveries are under way at most. One that hangs holds up no other until all hang. */
const LANES = 10;
/** How often is looked for what is due while nothing is, in ms. */
const POLL_MS = 250;
/** The longest pause while the database is away, in ms. It begins with POLL_MS and doubles. */
const LONGEST_PAUSE_MS = 30_000;

/** Sends what is due, until it is closed. */
export function startSender({ pool, log, deliver, waits, retryAfter }: SenderOptions): Sender {
  const stop = new AbortController();
  const underWay = new Set<Promise<void>>();

  /** The next attempt of a message that fails is on its row, so the lane is free at once. */
  async function send(sending: Sending): Promise<void> {
    const { messageId } = sending.message;
    try {
      const failed = await deliver(sending.message).then(() => null, failureOf);
      if (failed === null) {
        await delivered(pool, sending, waits);
        return;
      }
      await notDelivered(pool, sending, { ...failed, waits });
      const { failure, error } = failed;
      const about = { error, messageId };
      if (failure === 'for_good') log.error(about, 'a message was refused for good; it is parked');
      else log.warn(about, 'a message may not have arrived; it will be sent again');
    } catch (error) {
      const words = wordsOf(error);
      log.warn(
        { error: words, messageId },
        'what became of a message is not recorded; it will be sent again',
      );
    }
  }

  /** Null if it could not. */
  async function take(limit: number): Promise<Taken | null> {
    try {
      return await takeDue(pool, { limit, retryAfter });
    } catch (error) {
      log.error({ error: wordsOf(error) }, 'what is due could not be taken; it will be tried again');
      return null;
    }
  }

  const pause = (ms: number): Promise<unknown> =>
    sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);

  async function run(): Promise<void> {
    let pauseMs = POLL_MS;
    while (!stop.signal.aborted) {
      const free = LANES - underWay.size;
      const taken = await take(free);
      if (taken === null) {
        await pause(pauseMs);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        continue;
      }
      pauseMs = POLL_MS;
      const { due, messages } = taken;
      for (const message of messages) {
        const delivery: Promise<void> = send(message).finally(() => underWay.delete(delivery));
        underWay.add(delivery);
      }
      if (underWay.size === LANES) await Promise.race(underWay);
      else if (due < free) await pause(POLL_MS);
    }
    await Promise.all(underWay);
  }

  const ended = run();
  return {
    close: () => {
      stop.abort();
      return ended;
    },
  };
}

function failureOf(error: unknown): { readonly failure: Failure; readonly error: string } {
  const words = wordsOf(error);
  if (!(error instanceof Refused)) return { failure: 'unknown', error: words };
  return { failure: error.forGood ? 'for_good' : 'not_now', error: words };
}

/** One line, without a stack: it happens as often as a gateway or a database is away. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((one: unknown) => wordsOf(one)).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${wordsOf(error.cause)}`;
}
