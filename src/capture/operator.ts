import type { Capture, CaptureState, CaptureStatus } from './capture.js';
import { canBeAsked } from './capture.js';
import type { Evidence, Finding } from './evidence.js';
import { evidenceIdOf } from './ids.js';

/**
 * What an operator may do to a capture: pure decisions, made under the capture's row lock by the transaction that writes what follows.
 * An operator's word is the strongest evidence, so each needs a capture that still is as the operator saw it.
 */

/** A capture, all that is known of it, and the database's time. */
export interface Standing {
  readonly capture: Capture;
  readonly evidence: readonly Evidence[];
  readonly now: Date;
}

/** Why something may not be done as things are, and what to do. */
export interface Refusal {
  readonly refused: string;
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}

/** What is to be recorded. */
export interface Act {
  readonly piece: Evidence;
  /** The capture that it is folded into: as it stands, or with another amount to ask for. */
  readonly capture: Capture;
  /** What the capture must become by it; if it doesn't, nothing is recorded and `otherwise` says why. */
  readonly becomes: CaptureState;
  readonly otherwise: Refusal;
}

/** Whoever decides, by what they were shown. */
export interface Decided {
  /** Names the action, and the evidence by it. */
  readonly actionId: string;
  readonly seen: Standing;
}

/** An operator gives a capture up before anything of it was sent. */
export function cancel(standing: Standing, decided: Decided): Act | Refusal {
  const { capture, now } = standing;
  const { state } = capture.status;
  switch (state) {
    case 'planned':
      break;
    case 'sending':
      return refusalWhileSending(capture, now) ?? refuse(MAY_BE_SENT);
    case 'pending':
      return refuse(MAY_BE_SENT);
    case 'succeeded':
      return refuse('it has succeeded, and the money moved. Refund it at the provider');
    case 'failed':
      return refuse('it has failed, so nothing is sent for it anyway');
    case 'cancelled':
      return refuse('it is cancelled already');
  }
  return (
    refusalIfChanged(standing, decided.seen) ?? {
      piece: word(standing, decided.actionId, { is: 'withdrawn' }),
      capture,
      becomes: 'cancelled',
      otherwise: refuse(MAY_BE_SENT),
    }
  );
}

const MAY_BE_SENT =
  'its request may have reached the provider, so the money may have moved. Ask with `captures inquire`, or say what became of it with `captures resolve`';

/** Why the provider can't be asked about a capture now; null if it can. */
export function refusalToInquire({ capture, now }: Standing): Refusal | null {
  if (!canBeAsked(capture))
    return refuse(
      'PayerMax tells nothing of captures when it is asked. Look at its dashboard, and say what became of it with `captures resolve`',
    );
  switch (capture.status.state) {
    case 'planned':
      return refuse('nothing of it was sent, so there is nothing to ask about');
    case 'sending':
      return (
        refusalWhileSending(capture, now) ??
        refuse(
          'nobody answered its last attempt in time, which a worker is about to record. Try again in a few seconds',
        )
      );
    case 'pending':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return null;
  }
}

/** A capture's standing in a few words, for the record: `pending/unknown, review unanswered`. */
export function standingWords({ status, review, contradictedAt }: Capture): string {
  const parts: string[] = [statusWords(status)];
  if (contradictedAt !== null) parts.push('contradicted');
  if (review !== null) parts.push(`review ${review}`);
  return parts.join(', ');
}

/** Whether a capture stands otherwise now, by the words for it. */
export function isChanged({ before, after }: { readonly before: Capture; readonly after: Capture }): boolean {
  return standingWords(before) !== standingWords(after);
}

export function statusWords(status: CaptureStatus): string {
  switch (status.state) {
    case 'planned':
    case 'sending':
    case 'succeeded':
    case 'cancelled':
      return status.state;
    case 'pending':
      return `pending/${status.reason}`;
    case 'failed':
      return `failed/${status.category}`;
  }
}

export function refuse(refused: string): Refusal {
  return { refused };
}

/** What an operator says counts from now on, after whatever an operator said before, and in knowledge of all that is on record. */
export function word({ capture, evidence, now }: Standing, actionId: string, finding: Finding): Evidence {
  const { captureId } = capture;
  const earlier = evidence.filter(({ kind }) => kind === 'operator').map(({ at }) => at.getTime() + 1);
  return {
    evidenceId: evidenceIdOf(captureId, `operator:${actionId}`),
    kind: 'operator',
    attempt: null,
    at: new Date(Math.max(now.getTime(), ...earlier)),
    finding,
    providerCode: null,
    providerMessage: null,
    raw: null,
    knew: evidence.map(({ evidenceId }) => evidenceId),
  };
}

/** An operator has consented to what was shown, to nothing else. */
export function refusalIfChanged(standing: Standing, seen: Standing): Refusal | null {
  const isSame =
    standing.evidence.length === seen.evidence.length &&
    standing.capture.attempts === seen.capture.attempts &&
    standing.capture.review === seen.capture.review &&
    standing.capture.status.state === seen.capture.status.state;
  if (isSame) return null;
  return refuse(
    `it has changed while you decided, and is now ${standingWords(standing.capture)}. Look at it again`,
  );
}

/** Why nothing may be said of a capture now that may be executed at any moment; null if none of it is. */
export function refusalWhileSending({ status, leaseUntil }: Capture, now: Date): Refusal | null {
  if (status.state !== 'sending' || leaseUntil === null || leaseUntil <= now) return null;
  return refuse(
    `its attempt ${String(status.attempt)} is under way until ${leaseUntil.toISOString()} at most. Wait for what comes of it`,
  );
}
