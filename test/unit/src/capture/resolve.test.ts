import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/capture/capture.js';
import type { Evidence, Finding } from '../../../../src/capture/evidence.js';
import { eventIdOf } from '../../../../src/capture/ids.js';
import { licenceOf } from '../../../../src/capture/licence.js';
import type { Act, Refusal, Standing } from '../../../../src/capture/operator.js';
import { cancel, isRefusal } from '../../../../src/capture/operator.js';
import type { Resolution } from '../../../../src/capture/resolve.js';
import { acknowledge, resolve } from '../../../../src/capture/resolve.js';
import { retry } from '../../../../src/capture/retry.js';
import type { Decision } from '../../../../src/capture/state-machine.js';
import { fold, started } from '../../../../src/capture/state-machine.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';
import {
  DECLINED,
  LATER,
  standing,
  sent,
  pending,
  succeeded,
  failed,
  planned,
  cancelled,
  from,
  whyNot,
  done,
} from '../../../support/standings.js';

const SUCCEEDED: Resolution = { outcome: 'succeeded', ourAmountMoved: false };
const FAILED: Resolution = { outcome: 'failed', category: null };

function resolved(now: Standing, resolution: Resolution, seen = now): Act | Refusal {
  return resolve(now, { actionId: 'action-1', seen, resolution, reference: 'ST-17' }, POLICY);
}

describe('resolving a capture', () => {
  it('settles one whose outcome nobody knew, with an event that tells where the proof is', () => {
    for (const [resolution, type] of [
      [SUCCEEDED, 'capture.succeeded'],
      [FAILED, 'capture.failed'],
    ] as const) {
      const { event } = done(pending, resolved(pending, resolution));
      assert.equal(event?.type, type);
      assert.deepEqual([event.evidence?.kind, event.evidence?.rank], ['operator', 5]);
      assert.equal(event.evidence?.message, 'ST-17');
      assert.equal(event.supersedes, null);
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
    const back = resolve(
      again,
      { actionId: 'action-2', seen: again, resolution: SUCCEEDED, reference: 'ST-18' },
      POLICY,
    );
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
    assert.equal(done(over, resolved(over, SUCCEEDED)).capture.status.state, 'succeeded');
  });

  it('is refused for a cancelled capture, for what is known already, and for what has changed since it was shown', () => {
    assert.match(whyNot(resolved(cancelled, SUCCEEDED)), /it was cancelled, and that is its outcome/);
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

  it('as failed, waits until nothing that was sent can be executed any more', () => {
    const quietFrom = new Date(LEASE_END.getTime() + POLICY.quietPeriodMs);
    const early: Standing = { ...pending, now: quietFrom };
    assert.match(
      whyNot(resolved(early, FAILED)),
      /may still be executed.*Look again, and say so, after 2026-03-01T12:02:45\.000Z/,
    );
    assert.equal(done(early, resolved(early, SUCCEEDED)).capture.status.state, 'succeeded');
    const lapsed: Standing = { capture: sent, evidence: [], now: quietFrom };
    assert.match(whyNot(resolved(lapsed, FAILED)), /may still be executed/);
    const quiet: Standing = { ...pending, now: new Date(quietFrom.getTime() + 1) };
    assert.equal(done(quiet, resolved(quiet, FAILED)).capture.status.state, 'failed');
    const answered: Standing = { ...succeeded, now: EPOCH };
    assert.equal(
      done(answered, resolved(answered, FAILED)).capture.status.state,
      'failed',
      'it was answered',
    );
  });

  it('as failed, has a provider that can be asked asked once more, until it tells anything', () => {
    const decided = resolved(pending, FAILED);
    assert.ok(!isRefusal(decided));
    const { capture, schedule } = done(pending, decided);
    assert.deepEqual(schedule, { change: 'set', action: 'inquire', dueInMs: POLICY.quietPeriodMs });
    const after = (finding: Finding): Decision =>
      news(pending, decided, capture, from('inquiry', finding, new Date(LATER.getTime() + 200_000)));
    assert.deepEqual(after({ is: 'unknown' }).schedule, {
      change: 'set',
      action: 'inquire',
      dueInMs: 0.75 * POLICY.overdueInquiryMs,
    });
    assert.deepEqual(after({ is: 'authorised' }).schedule, { change: 'clear' });
    const late = after(CAPTURED);
    assert.deepEqual(late.schedule, { change: 'clear' });
    assert.deepEqual([late.capture.status.state, late.capture.review], ['failed', 'contradicts_operator']);
    assert.deepEqual(done(pending, resolved(pending, SUCCEEDED)).schedule, { change: 'clear' });
    assert.deepEqual(done(planned, resolved(planned, FAILED)).schedule, { change: 'clear' });
    const payermax = standing(started(aCapture({ provider: 'payermax' }), LEASE_END), [
      anAnswer(1, { is: 'unknown' }),
    ]);
    assert.deepEqual(done(payermax, resolved(payermax, FAILED)).schedule, { change: 'clear' });
  });

  it('stands until anything that the operator did not know contradicts it, whatever its time', () => {
    for (const [resolution, contrary, same] of [
      [FAILED, CAPTURED, DECLINED],
      [SUCCEEDED, DECLINED, CAPTURED],
    ] as const) {
      const decided = resolved(pending, resolution);
      assert.ok(!isRefusal(decided));
      const { capture } = done(pending, decided);
      for (const kind of ['capture_response', 'notification', 'inquiry', 'settlement'] as const)
        for (const at of [EPOCH, new Date(LATER.getTime() + 60_000)]) {
          const told: Capture = news(pending, decided, capture, from(kind, contrary, at)).capture;
          assert.deepEqual(
            [told.status.state, told.review],
            [resolution.outcome, 'contradicts_operator'],
            `${kind} at ${at.toISOString()}`,
          );
          assert.equal(news(pending, decided, capture, from(kind, same, at)).capture.review, null);
        }
    }
  });

  it('overrules what the operator knew, also where the provider’s clock is ahead', () => {
    const ahead = from('notification', { ...CAPTURED, requestId: 'another' } as Finding, new Date(9e12));
    const mismatch = standing(sent, [anAnswer(1, { is: 'unknown' }), ahead]);
    assert.equal(mismatch.capture.review, 'integrity_mismatch');
    const decided = resolved(mismatch, FAILED);
    assert.ok(!isRefusal(decided));
    const { capture } = done(mismatch, decided);
    const asked = news(mismatch, decided, capture, from('inquiry', { is: 'authorised' }, LATER));
    assert.deepEqual([asked.capture.status.state, asked.capture.review], ['failed', null]);
  });

  it('said again in knowledge of what contradicted it, ends the review', () => {
    const decided = resolved(pending, FAILED);
    assert.ok(!isRefusal(decided));
    const { capture } = done(pending, decided);
    const late = from('inquiry', CAPTURED, EPOCH);
    const inReview: Standing = {
      capture: news(pending, decided, capture, late).capture,
      evidence: [...pending.evidence, decided.piece, late],
      now: LATER,
    };
    assert.equal(inReview.capture.review, 'contradicts_operator');
    const again = resolve(
      inReview,
      { actionId: 'action-2', seen: inReview, resolution: FAILED, reference: 'ST-18' },
      POLICY,
    );
    assert.equal(done(inReview, again).capture.review, null);
  });

  it('as succeeded, is refused where the provider named another amount, unless ours moved all the same', () => {
    const less: Finding = {
      is: 'captured',
      money: { amount: 100_000n, currency: 'IQD' },
      requestId: null,
      providerCaptureId: 'provider-capture-9',
      capturedAt: EPOCH,
    };
    const mismatch = standing(sent, [anAnswer(1, { is: 'unknown' }), from('inquiry', less, EPOCH)]);
    assert.equal(mismatch.capture.review, 'integrity_mismatch');
    assert.match(
      whyNot(resolved(mismatch, SUCCEEDED)),
      /named another amount than 150\.000 IQD.*--our-amount-moved/,
    );
    const { capture } = done(mismatch, resolved(mismatch, { outcome: 'succeeded', ourAmountMoved: true }));
    assert.deepEqual(capture.status, { state: 'succeeded', providerCaptureId: null, capturedAt: null });
  });

  it('as succeeded, keeps the provider’s own id and time of the capture where any piece named them', () => {
    const first = from('capture_response', { ...CAPTURED, providerCaptureId: 'first' } as Finding, EPOCH);
    const told = [first, from('notification', { ...CAPTURED, providerCaptureId: 'best' } as Finding, EPOCH)];
    const bare = from(
      'inquiry',
      { is: 'captured', money: null, requestId: null, providerCaptureId: null, capturedAt: null },
      LATER,
    );
    const before: Standing = { ...pending, evidence: [...pending.evidence, ...told, bare] };
    const { capture } = done(before, resolved(before, SUCCEEDED));
    assert.ok(capture.status.state === 'succeeded');
    assert.equal(capture.status.providerCaptureId, 'best');
    assert.ok(capture.status.capturedAt !== null);
  });

  it('replaces what an operator said before: a mistaken success that was put right keeps nobody from a retry', () => {
    const mistaken = resolved(pending, SUCCEEDED);
    assert.ok(!isRefusal(mistaken));
    const wrong: Standing = {
      capture: done(pending, mistaken).capture,
      evidence: [...pending.evidence, mistaken.piece],
      now: LATER,
    };
    const right = resolve(
      wrong,
      { actionId: 'action-2', seen: wrong, resolution: FAILED, reference: 'ST-18' },
      POLICY,
    );
    assert.ok(!isRefusal(right));
    const authorised = from('inquiry', { is: 'authorised' }, new Date(LATER.getTime() + 1_000));
    const now = new Date(LATER.getTime() + 2_000);
    const evidence = [...wrong.evidence, right.piece, authorised];
    const body = Buffer.from(sent.requestId);
    const { capture } = fold({ capture: done(wrong, right).capture, evidence, now, random: 0.5 }, POLICY);
    const failedNow: Standing = { capture: { ...capture, body }, evidence, now };
    const decided = retry(
      failedNow,
      { actionId: 'action-3', seen: failedNow, inquiryId: authorised.evidenceId, amended: null },
      POLICY,
    );
    assert.equal(done(failedNow, decided).capture.status.state, 'planned');
  });
});

describe('acknowledging what contradicts a cancellation', () => {
  const given = cancel(planned, { actionId: 'action-1', seen: planned });
  assert.ok(!isRefusal(given));
  const heard = (before: Capture, evidence: readonly Evidence[]): Standing => ({
    capture: fold({ capture: before, evidence, now: LATER, random: 0.5 }, POLICY).capture,
    evidence,
    now: LATER,
  });
  const acknowledged = (now: Standing, seen = now): Act | Refusal =>
    acknowledge(now, { actionId: 'action-2', seen, reference: 'OPS-9' });
  const known = [given.piece, from('notification', CAPTURED, EPOCH)];
  const inReview = heard(done(planned, given).capture, known);

  it('ends the review, publishes nothing, and says where it was dealt with', () => {
    assert.equal(inReview.capture.review, 'contradicts_operator');
    const decided = acknowledged(inReview);
    const { capture, event, schedule } = done(inReview, decided);
    assert.deepEqual([capture.status.state, capture.review, event], ['cancelled', null, null]);
    assert.deepEqual(schedule, { change: 'clear' });
    assert.ok(!isRefusal(decided));
    assert.equal(decided.piece.providerMessage, 'OPS-9');
  });

  it('stands until something else comes', () => {
    const decided = acknowledged(inReview);
    assert.ok(!isRefusal(decided));
    const { capture } = done(inReview, decided);
    const with_ = (piece: Evidence): Capture => heard(capture, [...known, decided.piece, piece]).capture;
    assert.equal(with_(from('inquiry', { is: 'authorised' }, LATER)).review, null);
    assert.equal(with_(from('settlement', CAPTURED, EPOCH)).review, 'contradicts_operator');
  });

  it('is for a cancelled capture in review, as it was shown', () => {
    assert.match(whyNot(acknowledged(pending)), /only a cancelled capture is acknowledged/);
    assert.match(whyNot(acknowledged(cancelled)), /nothing contradicts that/);
    assert.match(whyNot(acknowledged(inReview, cancelled)), /has changed/);
  });
});

/** The fold of what comes after an operator's word. */
function news(before: Standing, { piece: said }: Act, capture: Capture, piece: Evidence): Decision {
  const evidence = [...before.evidence, said, piece];
  return fold({ capture, evidence, now: new Date(LATER.getTime() + 300_000), random: 0.5 }, POLICY);
}
