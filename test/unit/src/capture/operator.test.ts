import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture, CaptureStatus } from '../../../../src/capture/capture.js';
import type { Evidence, EvidenceKind, Finding } from '../../../../src/capture/evidence.js';
import { eventIdOf } from '../../../../src/capture/ids.js';
import { licenceOf } from '../../../../src/capture/licence.js';
import type { Act, Refusal, Resolution, Standing } from '../../../../src/capture/operator.js';
import {
  cancel,
  isRefusal,
  refusalToInquire,
  resolve,
  standingWords,
} from '../../../../src/capture/operator.js';
import type { Decision } from '../../../../src/capture/state-machine.js';
import { fold, started } from '../../../../src/capture/state-machine.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';

const SUCCEEDED: Resolution = { outcome: 'succeeded' };
const FAILED: Resolution = { outcome: 'failed', category: null };
const DECLINED: Finding = { is: 'declined', category: 'funds' };
const LATER = new Date(EPOCH.getTime() + 600_000);

/** A capture as the fold of this evidence leaves it, ten minutes after it was claimed. */
function standing(begun: Capture, evidence: readonly Evidence[] = []): Standing {
  const { capture } = fold({ capture: begun, evidence, now: EPOCH, random: 0.5 }, POLICY);
  return { capture: evidence.length === 0 ? begun : capture, evidence, now: LATER };
}

const sent = started(aCapture(), LEASE_END);
const pending = standing(sent, [anAnswer(1, { is: 'unknown' })]);
const succeeded = standing(sent, [anAnswer(1, CAPTURED)]);
const failed = standing(sent, [anAnswer(1, DECLINED)]);
const planned = standing(aCapture());
const cancelled = standing(aCapture({ status: { state: 'cancelled' } }));

function from(kind: EvidenceKind, finding: Finding, at: Date): Evidence {
  return { ...anAnswer(1, finding, `${kind} ${finding.is}`), kind, attempt: null, at };
}

function resolved(now: Standing, resolution: Resolution, seen = now): Act | Refusal {
  return resolve(now, { actionId: 'action-1', seen, resolution, reference: 'ST-17' });
}

function whyNot(decided: object | null): string {
  assert.ok(decided !== null && isRefusal(decided), 'it is allowed');
  return decided.refused;
}

/** The fold of what is decided, as the store does it. */
function done({ evidence, now }: Standing, decided: Act | Refusal): Decision {
  assert.ok(!isRefusal(decided), 'refused');
  const decision = fold(
    { capture: decided.capture, evidence: [...evidence, decided.piece], now, random: 0.5 },
    POLICY,
  );
  assert.equal(decision.capture.status.state, decided.becomes);
  return decision;
}

describe('resolving a capture', () => {
  it('settles one whose outcome nobody knew, with an event that tells where the proof is', () => {
    for (const [resolution, type] of [
      [SUCCEEDED, 'capture.succeeded'],
      [FAILED, 'capture.failed'],
    ] as const) {
      const { event, schedule } = done(pending, resolved(pending, resolution));
      assert.equal(event?.type, type);
      assert.deepEqual([event.evidence?.kind, event.evidence?.rank], ['operator', 5]);
      assert.equal(event.evidence?.message, 'ST-17');
      assert.equal(event.supersedes, null);
      assert.deepEqual(schedule, { change: 'clear' });
    }
  });

  it('turns a published outcome, which names what it supersedes, however often', () => {
    const turned = done(succeeded, resolved(succeeded, FAILED));
    assert.deepEqual(turned.capture.status, { state: 'failed', category: 'other' });
    assert.equal(turned.event?.supersedes, eventIdOf(turned.capture.captureId, 1));
    const decided = resolved(succeeded, FAILED);
    assert.ok(!isRefusal(decided));
    const again: Standing = {
      capture: turned.capture,
      evidence: [...succeeded.evidence, decided.piece],
      // A clock that went back must not make the newer word the older one.
      now: EPOCH,
    };
    const back = resolve(again, {
      actionId: 'action-2',
      seen: again,
      resolution: SUCCEEDED,
      reference: 'ST-18',
    });
    const { capture, event } = done(again, back);
    assert.equal(capture.status.state, 'succeeded');
    assert.equal(event?.supersedes, eventIdOf(capture.captureId, 2));
  });

  it('clears a review, of a capture with an outcome and of one without', () => {
    const inquired = [...succeeded.evidence, from('notification', DECLINED, EPOCH)];
    const held = fold(
      { capture: succeeded.capture, evidence: inquired, now: EPOCH, random: 0.5 },
      POLICY,
    ).capture;
    const overdue = fold(
      { capture: held, evidence: inquired, now: new Date(EPOCH.getTime() + 900_000), random: 0.5 },
      POLICY,
    );
    assert.equal(overdue.capture.review, 'contradicted');
    const inReview: Standing = { capture: overdue.capture, evidence: inquired, now: LATER };
    for (const resolution of [SUCCEEDED, FAILED]) {
      const { capture, schedule } = done(inReview, resolved(inReview, resolution));
      assert.deepEqual([capture.review, capture.contradictedAt], [null, null]);
      assert.deepEqual(schedule, { change: 'clear' });
    }
    const mismatch = standing(sent, [anAnswer(1, { ...CAPTURED, requestId: 'another' } as Finding)]);
    assert.equal(mismatch.capture.review, 'integrity_mismatch');
    assert.equal(done(mismatch, resolved(mismatch, SUCCEEDED)).capture.review, null);
  });

  it('leaves nothing to send', () => {
    for (const before of [planned, pending])
      for (const resolution of [SUCCEEDED, FAILED]) {
        const decided = resolved(before, resolution);
        const { capture } = done(before, decided);
        assert.ok(!isRefusal(decided));
        assert.equal(licenceOf(capture, [...before.evidence, decided.piece], LATER, POLICY), null);
      }
  });

  it('waits while an attempt may be under way, and no longer', () => {
    const now = new Date(LEASE_END.getTime() - 1);
    const underWay: Standing = { capture: sent, evidence: [], now };
    assert.match(
      whyNot(resolved(underWay, FAILED)),
      /attempt 1 is under way until 2026-03-01T12:00:45\.000Z/,
    );
    const over: Standing = { ...underWay, now: LEASE_END };
    assert.equal(done(over, resolved(over, FAILED)).capture.status.state, 'failed');
  });

  it('is refused for a cancelled capture, for what is known already, and for what has changed since it was shown', () => {
    assert.match(whyNot(resolved(cancelled, SUCCEEDED)), /was cancelled before anything was sent/);
    assert.match(whyNot(resolved(succeeded, SUCCEEDED)), /is succeeded already/);
    assert.match(whyNot(resolved(failed, FAILED)), /is failed\/funds already/);
    assert.match(
      whyNot(resolved(succeeded, FAILED, pending)),
      /has changed while you decided, and is now succeeded/,
    );
    const more = { ...pending, evidence: [...pending.evidence, from('inquiry', { is: 'unknown' }, LATER)] };
    assert.match(whyNot(resolved(more, FAILED, pending)), /has changed/);
  });

  it('keeps the category that was published', () => {
    const inReview: Standing = { ...failed, capture: { ...failed.capture, review: 'contradicted' } };
    const kept = done(inReview, resolved(inReview, FAILED));
    assert.deepEqual(kept.capture.status, { state: 'failed', category: 'funds' });
    assert.equal(kept.event, null);
    assert.match(
      whyNot(resolved(inReview, { outcome: 'failed', category: 'risk' })),
      /published as failed\/funds, which stays/,
    );
  });

  it('stands until something newer contradicts it, and then a person must look', () => {
    const decided = resolved(pending, FAILED);
    assert.ok(!isRefusal(decided));
    const { capture } = done(pending, decided);
    const later = (finding: Finding, minutes: number): Decision =>
      fold(
        {
          capture,
          evidence: [
            ...pending.evidence,
            decided.piece,
            from('settlement', finding, new Date(EPOCH.getTime() + minutes * 60_000)),
          ],
          now: LATER,
          random: 0.5,
        },
        POLICY,
      );
    assert.equal(later(CAPTURED, 9).capture.review, null, 'it was there to be known');
    assert.equal(later(CAPTURED, 11).capture.review, 'contradicts_operator');
    assert.equal(later(CAPTURED, 11).capture.status.state, 'failed');
    assert.equal(later(DECLINED, 11).capture.review, null);
  });
});

describe('cancelling a capture', () => {
  const cancelled_ = (now: Standing, seen = now): Act | Refusal =>
    cancel(now, { actionId: 'action-1', seen });

  it('gives a planned one up, and tells subscribers', () => {
    const { capture, event, schedule } = done(planned, cancelled_(planned));
    assert.deepEqual(capture.status, { state: 'cancelled' });
    assert.equal(event?.type === 'capture.failed' && event.category, 'cancelled_by_operator');
    assert.deepEqual(schedule, { change: 'clear' });
    assert.equal(licenceOf(capture, [], LATER, POLICY), null);
  });

  it('gives one up whose attempts provably had no effect, also if it waits for a person', () => {
    const faults = [1, 2, 3].map((attempt) => anAnswer(attempt, { is: 'account_fault' }));
    const parked = standing({ ...sent, attempts: 3 }, faults);
    assert.equal(parked.capture.review, 'repeated_account_fault');
    assert.equal(done(parked, cancelled_(parked)).capture.review, null);
  });

  it('is refused where money may have moved, and where there is nothing to give up', () => {
    const underWay: Standing = { capture: sent, evidence: [], now: EPOCH };
    assert.match(whyNot(cancelled_(underWay)), /under way until/);
    assert.match(whyNot(cancelled_({ ...underWay, now: LATER })), /may have reached the provider/);
    assert.match(whyNot(cancelled_(pending)), /may have reached the provider/);
    assert.match(whyNot(cancelled_(succeeded)), /has succeeded/);
    assert.match(whyNot(cancelled_(failed)), /has failed/);
    assert.match(whyNot(cancelled_(cancelled)), /cancelled already/);
    assert.match(whyNot(cancelled_(planned, pending)), /has changed/);
  });

  it('stands whatever comes: a capture is for a person, no capture is no news', () => {
    const decided = cancelled_(planned);
    assert.ok(!isRefusal(decided));
    const { capture } = done(planned, decided);
    const later = (finding: Finding): Decision =>
      fold(
        {
          capture,
          evidence: [decided.piece, from('notification', finding, LATER)],
          now: LATER,
          random: 0.5,
        },
        POLICY,
      );
    for (const [finding, review] of [
      [CAPTURED, 'contradicts_operator'],
      [{ is: 'foreign' }, 'integrity_mismatch'],
      [{ is: 'closed', category: 'expired' }, null],
      [{ is: 'authorised' }, null],
    ] as const) {
      const { capture: after, event, schedule } = later(finding);
      assert.deepEqual([after.status.state, after.review, event], ['cancelled', review, null], finding.is);
      assert.equal(after.contradictedAt, null);
      assert.deepEqual(schedule, { change: 'clear' });
    }
  });
});

describe('asking about a capture', () => {
  it('is possible whenever something was sent and nothing is being sent', () => {
    const at = (status: CaptureStatus): Standing => ({ ...pending, capture: { ...pending.capture, status } });
    for (const one of [pending, succeeded, failed, cancelled]) assert.equal(refusalToInquire(one), null);
    assert.match(whyNot(refusalToInquire(planned)), /nothing of it was sent/);
    assert.match(whyNot(refusalToInquire({ ...at(sent.status), now: EPOCH })), /under way until/);
    assert.match(whyNot(refusalToInquire(at(sent.status))), /Try again in a few seconds/);
    const payermax = { ...pending, capture: { ...pending.capture, provider: 'payermax' as const } };
    assert.match(whyNot(refusalToInquire(payermax)), /PayerMax tells nothing of captures/);
  });
});

describe('standingWords', () => {
  it('say where a capture stands', () => {
    assert.equal(standingWords(pending.capture), 'pending/unknown');
    assert.equal(
      standingWords({ ...failed.capture, review: 'contradicted', contradictedAt: EPOCH }),
      'failed/funds, contradicted, review contradicted',
    );
  });
});
