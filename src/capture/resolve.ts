import type { Capture, CaptureStatus } from './capture.js';
import { askedBy, currentOf } from './current.js';
import { isAnyInDoubt } from './doubt.js';
import type { Evidence, Finding } from './evidence.js';
import { claimedBy, rankOf } from './evidence.js';
import type { LicencePolicy } from './licence.js';
import { describeMoney, sameMoney } from './money.js';
import type { Act, Decided, Refusal, Standing } from './operator.js';
import { refusalIfChanged, refusalWhileSending, refuse, statusWords, word } from './operator.js';
import type { FailureCategory } from './outcome.js';

/**
 * An operator who has proof says what became of a capture. Such a word ends all asking, so it must not be said before there is something to
 * know: that nothing was captured is certain only when nothing that was sent can be executed any more.
 */
export type Resolution =
  /** `ourAmountMoved`: although a provider has named another amount, it was ours that moved. */
  | { readonly outcome: 'succeeded'; readonly ourAmountMoved: boolean }
  /** Null leaves the category of a capture that has failed already, and else is `other`. */
  | { readonly outcome: 'failed'; readonly category: FailureCategory | null };

export type ResolvePolicy = Pick<LicencePolicy, 'quietPeriodMs'>;

/** The decision under the lock. `reference` is where the proof is. */
export function resolve(
  standing: Standing,
  decided: Decided & { readonly resolution: Resolution; readonly reference: string },
  policy: ResolvePolicy,
): Act | Refusal {
  const { capture, now } = standing;
  const { status } = capture;
  const { resolution, reference } = decided;
  if (status.state === 'cancelled')
    return refuse(
      'it was cancelled, and that is its outcome. If money moved all the same, refund it at the provider; then --acknowledge ends the review',
    );
  const unfit =
    refusalWhileSending(capture, now) ??
    refusalIfChanged(standing, decided.seen) ??
    (resolution.outcome === status.state ? refusalIfKnown(capture, resolution) : null) ??
    refusalByMoney(standing, resolution, policy);
  if (unfit !== null) return unfit;
  return {
    piece: {
      ...word(standing, decided.actionId, findingOf(resolution, standing)),
      providerMessage: reference,
    },
    capture,
    becomes: resolution.outcome,
    otherwise: refuse('what is known of it forbids this outcome: look at it with `captures show`'),
  };
}

/** An operator has looked at what contradicts a cancellation, and stays with it: whatever money moved is dealt with elsewhere. */
export function acknowledge(
  standing: Standing,
  decided: Decided & { readonly reference: string },
): Act | Refusal {
  const { capture } = standing;
  if (capture.status.state !== 'cancelled')
    return refuse(
      'only a cancelled capture is acknowledged. Say what became of this one with --succeeded or --failed',
    );
  if (capture.review === null) return refuse('it is cancelled, and nothing contradicts that');
  return (
    refusalIfChanged(standing, decided.seen) ?? {
      piece: {
        ...word(standing, decided.actionId, { is: 'withdrawn' }),
        providerMessage: decided.reference,
      },
      capture,
      becomes: 'cancelled',
      otherwise: refuse('what is known of it forbids that: look at it with `captures show`'),
    }
  );
}

/** What providers said that they captured where it isn't the amount that we asked for. */
export function otherAmounts({
  capture,
  evidence,
}: Pick<Standing, 'capture' | 'evidence'>): readonly Evidence[] {
  return currentOf(capture, evidence).evidence.filter(
    ({ finding }) =>
      finding.is === 'captured' && finding.money !== null && !sameMoney(finding.money, capture.money),
  );
}

function refusalByMoney(
  standing: Standing,
  resolution: Resolution,
  { quietPeriodMs }: ResolvePolicy,
): Refusal | null {
  const { capture, evidence, now } = standing;
  switch (resolution.outcome) {
    case 'succeeded':
      return resolution.ourAmountMoved || otherAmounts(standing).length === 0
        ? null
        : refuse(
            `the provider has named another amount than ${describeMoney(capture.money)}, and that is what would be published. ` +
              'If the statement shows that our amount moved all the same, say so with --our-amount-moved; if another did, undo it at the provider first',
          );
    case 'failed': {
      const { leaseUntil } = capture;
      if (leaseUntil === null || !isAnyInDoubt(capture, evidence)) return null;
      const quietFrom = new Date(leaseUntil.getTime() + quietPeriodMs);
      if (now > quietFrom) return null;
      return refuse(
        `its request may still be executed, whatever the provider shows now. Look again, and say so, after ${quietFrom.toISOString()}`,
      );
    }
  }
}

/** A capture that has this outcome, undisputed, needs nobody's word. */
function refusalIfKnown({ status, review, contradictedAt }: Capture, resolution: Resolution): Refusal | null {
  if (review === null && contradictedAt === null)
    return refuse(`it is ${statusWords(status)} already, and nothing contradicts that`);
  if (status.state !== 'failed' || resolution.outcome !== 'failed') return null;
  if (resolution.category === null || resolution.category === status.category) return null;
  return refuse(`it was published as ${statusWords(status)}, which stays. Leave the category out`);
}

function findingOf(resolution: Resolution, standing: Standing): Finding {
  switch (resolution.outcome) {
    case 'succeeded':
      return { is: 'captured', money: null, requestId: null, ...namedBy(standing) };
    case 'failed': {
      const { status }: { readonly status: CaptureStatus } = standing.capture;
      const published = status.state === 'failed' ? status.category : 'other';
      return { is: 'declined', category: resolution.category ?? published };
    }
  }
}

/** The provider's own id and time of the capture, as the strongest that claims this capture names them. */
function namedBy({
  capture,
  evidence,
}: Standing): Pick<Extract<Finding, { is: 'captured' }>, 'providerCaptureId' | 'capturedAt'> {
  const asked = askedBy(capture);
  const best = evidence
    .filter((piece) => claimedBy(piece, asked) === 'captured')
    .flatMap(({ finding, kind, at, evidenceId }) =>
      finding.is === 'captured' ? [{ finding, rank: rankOf(kind), at: at.getTime(), evidenceId }] : [],
    )
    .toSorted(
      (a, b) =>
        Number(a.finding.providerCaptureId !== null) - Number(b.finding.providerCaptureId !== null) ||
        a.rank - b.rank ||
        a.at - b.at ||
        (a.evidenceId < b.evidenceId ? -1 : 1),
    )
    .at(-1)?.finding;
  return { providerCaptureId: best?.providerCaptureId ?? null, capturedAt: best?.capturedAt ?? null };
}
