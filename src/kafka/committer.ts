import type { Logger } from 'pino';
import { messageOf } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Commit } from '../ports/log.js';
import type { Watermarks } from './watermark.js';

/** Commits the watermarks that moved, on a timer and when asked. */
export interface Committer {
  /** Commits each `everyMs` until the signal aborts, and goes on when a commit fails. */
  run(signal: AbortSignal): Promise<void>;
  /** Commits now, through `commit` if it is given. What is to be committed is settled before this returns. Rejects as the commit does. */
  now(commit?: (offsets: readonly Commit[]) => Promise<void>): Promise<void>;
  readonly commits: number;
  readonly failures: number;
}

export interface CommitterOptions {
  readonly watermarks: Watermarks;
  readonly commit: (offsets: readonly Commit[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs: number;
}

/** As many commits must fail in a row before it is worth a warning: one alone is the ordinary course of a rebalance. */
const FAILURES_TO_WARN = 3;

export function createCommitter({ watermarks, commit, clock, log, everyMs }: CommitterOptions): Committer {
  let commits = 0;
  let failures = 0;

  async function now(through = commit): Promise<void> {
    const { epoch } = watermarks;
    const moved = watermarks.moved();
    if (epoch === null || moved.length === 0) return;
    try {
      await through(moved);
      watermarks.committed(moved, epoch);
      commits += 1;
    } catch (error) {
      failures += 1;
      throw error;
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    let failedInARow = 0;
    for (;;) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      try {
        await now();
        if (failedInARow >= FAILURES_TO_WARN) log.info('offsets are committed again');
        failedInARow = 0;
      } catch (error) {
        failedInARow += 1;
        if (failedInARow === FAILURES_TO_WARN)
          log.warn({ err: error }, `offsets can't be committed, trying on: ${messageOf(error)}`);
      }
    }
  }

  return {
    run,
    now,
    get commits() {
      return commits;
    },
    get failures() {
      return failures;
    },
  };
}
