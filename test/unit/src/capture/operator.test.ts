import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture, CaptureStatus } from '../../../../src/capture/capture.js';
import type { Evidence, EvidenceKind, Finding } from '../../../../src/capture/evidence.js';
import { licenceOf } from '../../../../src/capture/licence.js';
import type { Act, Refusal, Standing } from '../../../../src/capture/operator.js';
import { cancel, isRefusal, refusalToInquire, standingWords } from '../../../../src/capture/operator.js';
import type { Decision } from '../../../../src/capture/state-machine.js';
import { fold, started } from '../../../../src/capture/state-machine.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';

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
