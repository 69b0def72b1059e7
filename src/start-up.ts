import type { Logger } from 'pino';
import type { Backoff } from './capture/backoff.js';
import { waitBefore } from './capture/backoff.js';
import { formatDuration } from './config/duration.js';
import { CaptureWorkerError, messageOf } from './errors.js';
import type { PartState } from './http/health.js';
import { KAFKA_AWAY_REMEDY } from './kafka/errors.js';
import type { Clock, Random } from './ports/clock.js';

const RETRY: Backoff = { baseMs: 500, capMs: 10_000 };

/** How long the first answer of a part may take before it is told what to look at, in ms: kafkajs tries for 20 s before it gives up. */
const SLOW_MS = 3_000;

const DATABASE_REMEDY = 'check that PostgreSQL runs and that DATABASE_URL names it';
/** What to look at, by part, while nothing is known but that it gives no answer. */
const REMEDIES: Readonly<Record<string, string>> = {
  database: DATABASE_REMEDY,
  schema: DATABASE_REMEDY,
  restored: 'it goes through all captures without an outcome, which takes minutes if there are very many',
  registry: 'check that it runs and that SCHEMA_REGISTRY_URL points to its API',
  kafka: KAFKA_AWAY_REMEDY,
};

export interface StartUpOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly stop: AbortSignal;
}

/** Parts that must be there before the first order is taken, and how far each is. */
export interface StartUp {
  /**
   * Runs the step until it succeeds. A part that is away is waited for, with its state shown, and one that is slow to answer is told of
   * after 3 s; anything else is thrown. Resolves with null if the start was given up meanwhile.
   */
  step<Result>(part: string, work: () => Promise<Result>): Promise<Result | null>;
  /** How a part of the start-up is, by its name. */
  stateOf(part: string): PartState;
}

export function createStartUp({ clock, random, log, stop }: StartUpOptions): StartUp {
  const states = new Map<string, PartState>();

  function waitFor(part: string, missing: string, fields: Readonly<Record<string, unknown>>): void {
    states.set(part, { ok: false, missing });
    log.warn({ part, ...fields }, `waiting for ${part}: ${missing}`);
  }

  /** Later tries leave what the first one came to: it says more. */
  async function tellIfSlow(part: string, answered: AbortSignal): Promise<void> {
    const over = AbortSignal.any([answered, stop]);
    await clock.sleep(SLOW_MS, over);
    if (over.aborted) return;
    const remedy = REMEDIES[part] ?? 'check that it runs';
    waitFor(part, `no answer for ${formatDuration(SLOW_MS)}; ${remedy}`, { tries: 1 });
  }

  async function once<Result>(part: string, work: () => Promise<Result>, isFirst: boolean): Promise<Result> {
    const answered = new AbortController();
    if (isFirst) void tellIfSlow(part, answered.signal);
    try {
      return await work();
    } finally {
      answered.abort();
    }
  }

  return {
    stateOf: (part) =>
      states.get(part) ?? { ok: false, missing: 'not looked at yet: another part is waited for' },
    step: async (part, work) => {
      states.set(part, { ok: false, missing: 'asked, and not answered yet' });
      for (let tries = 1; !stop.aborted; tries += 1) {
        try {
          const result = await once(part, work, tries === 1);
          states.set(part, { ok: true });
          return result;
        } catch (error) {
          if (!(error instanceof CaptureWorkerError && error.retryable)) throw error;
          waitFor(part, messageOf(error), { code: error.code, tries });
          await clock.sleep(waitBefore(tries, RETRY, random()), stop);
        }
      }
      return null;
    },
  };
}
