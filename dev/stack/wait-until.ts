import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './errors.js';

export interface WaitOptions {
  deadlineMs: number;
  signal: AbortSignal;
  /** The error that ends the wait at the deadline. */
  onDeadline: () => Error;
  everyMs?: number;
}

/** Asks again and again until the answer is yes. A probe that throws ends the wait with its error. */
export async function waitUntil(probe: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  const deadline = performance.now() + options.deadlineMs;
  for (;;) {
    throwIfStopped(options.signal);
    if (await probe()) return;
    if (performance.now() > deadline) throw options.onDeadline();
    await sleep(options.everyMs ?? 50);
  }
}

export function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new StackError('STACK_STOPPED', 'The stack was stopped before it was up.');
}
