import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { RunningWorker } from '../compose.js';
import { CaptureWorkerError, ERRORS, EXIT, messageOf } from '../errors.js';
import type { Clock } from '../ports/clock.js';

export interface RunWorkerOptions {
  readonly start: () => Promise<RunningWorker>;
  /** Where signals and uncaught errors arrive: the process. */
  readonly events: Pick<EventEmitter, 'on' | 'off'>;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly log: Logger;
  readonly clock: Pick<Clock, 'sleep'>;
  /** How long a drain may take by its own promise, in ms. */
  readonly drainDeadlineMs: number;
}

/** What a drain gets beyond its own deadline before it counts as hung, in ms: it keeps its deadline, but closes connections after it. */
const GRACE_MS = 3_000;

/**
 * Runs a worker until it is told to stop, and returns the exit code. Rejects with what kept it from starting or ended it unasked.
 *
 * *Running.* SIGTERM or SIGINT begins the drain, also while the worker is still starting: then it drains as soon as it has started.
 *
 * *Draining.* When all is done the code is 0; if messages were left, or the drain hangs, it is DRAIN_TIMEOUT's. A second signal ends the
 * process at once: what was under way is then settled by whoever finds it.
 *
 * *Failed.* The worker ended by itself. What is under way is still drained, since answers to calls that were made are worth waiting for.
 *
 * An error that nobody caught ends the process at once: nothing is known of its state any more, and whatever a call has brought about
 * meanwhile is found by the next worker.
 */
export async function runWorker(options: RunWorkerOptions): Promise<number> {
  const { start, log } = options;
  const stop = listenForStop(options);
  try {
    const starting = start();
    const worker = await Promise.race([starting, stop.requested.then(() => null)]);
    const failure = worker === null ? null : await endOf(worker, stop.requested);
    if (failure !== null) log.fatal({ err: failure }, `the worker failed: ${messageOf(failure)}`);
    const code = await drain(starting, options);
    if (failure === null) return code;
    throw failure;
  } finally {
    stop.unlisten();
  }
}

/** Null when asked to stop; else what ended the worker. */
async function endOf({ finished }: RunningWorker, stopRequested: Promise<void>): Promise<Error | null> {
  const failed = finished.then(
    () => new CaptureWorkerError('CONSUMER_STOPPED', 'the worker ended although nobody asked it to'),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  return await Promise.race([failed, stopRequested.then(() => null)]);
}

async function drain(
  starting: Promise<RunningWorker>,
  { log, clock, drainDeadlineMs }: RunWorkerOptions,
): Promise<number> {
  const hung = new AbortController();
  try {
    const left = await Promise.race([
      starting.then((worker) => drainOne(worker, log)),
      clock.sleep(drainDeadlineMs + GRACE_MS, hung.signal).then(() => null),
    ]);
    if (left === 0) return EXIT.ok;
    log.error(
      { left },
      left === null ? 'the drain hangs; giving up' : 'the drain deadline passed with messages left undone',
    );
    return ERRORS.DRAIN_TIMEOUT.exitCode;
  } finally {
    hung.abort();
  }
}

async function drainOne(worker: RunningWorker, log: Logger): Promise<number> {
  // If it fails meanwhile, that is told, and no longer what ends it.
  worker.finished.catch((error: unknown) => {
    log.debug({ err: error }, 'the worker failed');
  });
  const { left } = await worker.drain();
  return left;
}

interface Stop {
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
  unlisten(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const UNCAUGHT = ['uncaughtException', 'unhandledRejection'] as const;

function listenForStop({ events, exit, log }: RunWorkerOptions): Stop {
  let request = (): void => undefined;
  const requested = new Promise<void>((resolve) => {
    request = resolve;
  });
  let signals = 0;
  const onSignal = (signal: string): void => {
    signals += 1;
    if (signals === 1) {
      log.info({ signal }, `${signal}: stopping`);
      request();
      return;
    }
    log.error({ signal }, `${signal} again: stopping hard`);
    exit(EXIT.stoppedHard);
  };
  const onUncaught = (error: unknown): void => {
    log.fatal({ err: error }, `an error that nobody caught: ${messageOf(error)}`);
    exit(EXIT.unexpected);
  };
  for (const signal of SIGNALS) events.on(signal, onSignal);
  for (const event of UNCAUGHT) events.on(event, onUncaught);
  return {
    requested,
    unlisten: () => {
      for (const signal of SIGNALS) events.off(signal, onSignal);
      for (const event of UNCAUGHT) events.off(event, onUncaught);
    },
  };
}
