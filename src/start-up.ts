import type { Logger } from 'pino';
import type { Backoff } from './capture/backoff.js';
import { waitBefore } from './capture/backoff.js';
import { CaptureWorkerError, messageOf } from './errors.js';
import type { PartState } from './http/health.js';
import type { Clock, Random } from './ports/clock.js';

const RETRY: Backoff = { baseMs: 500, capMs: 10_000 };

export interface StartUpOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly stop: AbortSignal;
}

/** Parts that must be there before the first order is taken, and how far each is. */
export interface StartUp {
  /**
   * Runs the step until it succeeds. A part that is away is waited for, with its state shown; anything else is thrown. Resolves with
   * null if the start was given up meanwhile.
   */
  step<Result>(part: string, work: () => Promise<Result>): Promise<Result | null>;
  /** How a part of the start-up is, by its name. */
  stateOf(part: string): PartState;
}

export function createStartUp({ clock, random, log, stop }: StartUpOptions): StartUp {
  const states = new Map<string, PartState>();
  return {
    stateOf: (part) =>
      states.get(part) ?? { ok: false, missing: 'not looked at yet: another part is waited for' },
    step: async (part, work) => {
      states.set(part, { ok: false, missing: 'asked, and not answered yet' });
      for (let tries = 1; !stop.aborted; tries += 1) {
        try {
          const result = await work();
          states.set(part, { ok: true });
          return result;
        } catch (error) {
          if (!(error instanceof CaptureWorkerError && error.retryable)) throw error;
          states.set(part, { ok: false, missing: messageOf(error) });
          log.warn({ part, code: error.code, tries }, `waiting for ${part}: ${messageOf(error)}`);
          await clock.sleep(waitBefore(tries, RETRY, random()), stop);
        }
      }
      return null;
    },
  };
}
