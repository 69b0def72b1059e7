import type { Capture } from '../../src/capture/capture.js';
import { attemptIdOf } from '../../src/capture/ids.js';
import type { Session } from './session.js';

/** Puts the attempt on record that a capture has just begun, before its first byte leaves. */
export function writeAttempt({ tables, now }: Session, capture: Capture, worker: string): void {
  const { captureId, attempts: number, generation, requestId, leaseUntil } = capture;
  if (leaseUntil === null) throw new Error(`attempt ${String(number)} of capture ${captureId} has no lease`);
  const attemptId = attemptIdOf(captureId, number);
  const startedAt = now();
  tables.attempts.add({ attemptId, captureId, number, generation, requestId, worker, startedAt, leaseUntil });
}
