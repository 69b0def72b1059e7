import type { Capture } from './capture.js';
import { canBeAsked } from './capture.js';
import type { Evidence } from './evidence.js';
import { isAssumed } from './evidence.js';
import { evidenceIdOf } from './ids.js';

/**
 * What is assumed after the database has forgotten something: it was restored to an earlier moment, or a standby took over that had not
 * heard of everything.
 *
 * What was claimed, sent and published in the lost span is gone, and any capture may have been sent in it. So one that has no outcome, or is
 * claimed anew, gets an attempt that is *assumed*: it is on record as sent, and nobody knows what came of it. From there on the rules of
 * doubt do the work: the provider is asked, "captured" settles it at once, and only inquiries that began a quiet period later license
 * another send, of the same request under the same id.
 */
export interface Restoration {
  /** When the database came back. Names this restoration among all others: what is assumed because of it is assumed once. */
  readonly at: Date;
  /** Whether a request to a provider that can't be asked may be repeated as a question. Else a person must look. */
  readonly unverifiable: boolean;
}

/** The evidence of an assumed attempt. Its time is the database's, when it is written. */
export interface Assumption {
  readonly evidenceId: string;
  readonly finding: 'assumed_sent' | 'assumed_repeatable';
}

export function assumptionFor(
  capture: Pick<Capture, 'captureId' | 'provider'>,
  { at, unverifiable }: Restoration,
): Assumption {
  return {
    evidenceId: evidenceIdOf(capture.captureId, `assumed:${at.toISOString()}`),
    finding: unverifiable && !canBeAsked(capture) ? 'assumed_repeatable' : 'assumed_sent',
  };
}

/**
 * The number of the attempt that is assumed. One that was under way stands for whatever followed it in the lost span; a capture that was
 * waiting gets another.
 */
export function assumedAttempt({ status, attempts }: Pick<Capture, 'status' | 'attempts'>): number {
  return status.state === 'sending' ? status.attempt : attempts + 1;
}

const MINUTE_MS = 60_000;

/**
 * Below this number the lost span may have published events of the capture; 0 if nothing is assumed of it. An outcome takes this one at the
 * least, so that it comes after all of those. The minutes since 1970 will do: no capture has an event a minute, so one restoration begins
 * above all that was published after the one before.
 */
export function sequenceAfterLoss(evidence: readonly Evidence[]): number {
  return evidence.reduce(
    (floor, { finding, at }) =>
      isAssumed(finding) ? Math.max(floor, Math.floor(at.getTime() / MINUTE_MS)) : floor,
    0,
  );
}
