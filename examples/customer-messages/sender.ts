import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Taken, Waits } from './captures.js';
import { delivered, takeDue } from './captures.js';
import type { Message, Sending } from './message.js';

export interface SenderOptions {
  readonly pool: pg.Pool;
  readonly log: Logger;
  /** Rejects unless the message is known to have arrived. */
  readonly deliver: (message: Message) => Promise<void>;
  readonly waits: Waits;
  /** When a message is tried again, in seconds. It should be longer than a delivery can take. */
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
/** How long a lane rests after a failure, in ms: a gateway that is down isn't stormed, and the log stays readable. */
const REST_MS = 1_000;

/** Sends what is due, until it is closed. */
export function startSender({ pool, log, deliver, waits, retryAfter }: SenderOptions): Sender {
  const stop = new AbortController();
  const underWay = new Set<Promise<void>>();

  async function send(sending: Sending): Promise<void> {
    const { messageId } = sending.message;
    try {
      await deliver(sending.message);
      await delivered(pool, sending, waits);
    } catch (error) {
      log.warn({ err: error, messageId }, 'a message may not have arrived; it will be sent again');
      await sleep(REST_MS);
    }
  }

  async function take(limit: number): Promise<Taken> {
    try {
      return await takeDue(pool, { limit, retryAfter });
    } catch (error) {
      log.error({ err: error }, 'what is due could not be taken; it will be tried again');
      return { due: 0, messages: [] };
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      const free = LANES - underWay.size;
      const { due, messages } = await take(free);
      for (const message of messages) {
        const delivery: Promise<void> = send(message).finally(() => underWay.delete(delivery));
        underWay.add(delivery);
      }
      if (underWay.size === LANES) await Promise.race(underWay);
      else if (due < free) await sleep(POLL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
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
