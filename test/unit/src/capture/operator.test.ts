import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureStatus } from '../../../../src/capture/capture.js';
import type { Finding } from '../../../../src/capture/evidence.js';
import { licenceOf } from '../../../../src/capture/licence.js';
import type { Act, Refusal, Standing } from '../../../../src/capture/operator.js';
import { cancel, isRefusal, refusalToInquire, standingWords } from '../../../../src/capture/operator.js';
import type { Decision } from '../../../../src/capture/state-machine.js';
import { fold } from '../../../../src/capture/state-machine.js';
import { anAnswer, CAPTURED, EPOCH, POLICY } from '../../../support/captures.js';
import {
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
