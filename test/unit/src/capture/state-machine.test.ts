import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Capture } from '../../../../src/capture/capture.js';
import { isFinal } from '../../../../src/capture/capture.js';
import type { Evidence, Finding } from '../../../../src/capture/evidence.js';
import type { Decision } from '../../../../src/capture/state-machine.js';
import { fold, started, TRANSITIONS } from '../../../../src/capture/state-machine.js';
import { licenceOf } from '../../../../src/capture/licence.js';
import { eventIdOf } from '../../../../src/capture/ids.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';

const SENDING = started(aCapture(), LEASE_END);

function folded(capture: Capture, evidence: Evidence[], msLater = 100): Decision {
  return fold({ capture, evidence, now: new Date(EPOCH.getTime() + msLater), random: 0.5 }, POLICY);
}

/** With a jitter of a half. */
const RARELY = { change: 'set', action: 'inquire', dueInMs: POLICY.overdueInquiryMs * 0.75 };

describe('state machine', () => {
  it('takes a successful answer to succeeded, publishes it and leaves the schedule', () => {
    const { capture, event, schedule } = folded(SENDING, [anAnswer(1, CAPTURED)]);
    assert.deepEqual(capture.status, {
      state: 'succeeded',
      providerCaptureId: 'provider-capture-1',
      capturedAt: EPOCH,
    });
    assert.equal(event?.type, 'capture.succeeded');
    assert.equal(event.sequence, 1);
    assert.equal(event.eventId, eventIdOf(capture.captureId, 1));
    assert.deepEqual(event.evidence, {
      kind: 'capture_response',
      rank: 1,
      providerCode: 'CODE',
      message: 'message',
    });
    assert.equal(event.supersedes, null);
    assert.deepEqual(schedule, { change: 'clear' });
  });

  it('publishes a decline with its category and whether the customer must authorise again', () => {
    const { event } = folded(SENDING, [anAnswer(1, { is: 'declined', category: 'expired' })]);
    assert.equal(event?.type, 'capture.failed');
    assert.deepEqual([event.category, event.newAuthorisationNeeded], ['expired', true]);
  });

  it('publishes an open answer as pending, with the time of the next inquiry', () => {
    const { capture, event, schedule } = folded(SENDING, [anAnswer(1, { is: 'unknown' })]);
    assert.deepEqual(capture.status, { state: 'pending', reason: 'unknown' });
    assert.deepEqual(schedule, { change: 'set', action: 'inquire', dueInMs: 2_500 });
    assert.equal(event?.type, 'capture.pending');
    assert.equal(event.nextInquiryAt?.getTime(), EPOCH.getTime() + 100 + 2_500);
  });

  it('takes what provably had no effect back to planned, untold at first, told as not sent after a minute', () => {
    const early = folded(SENDING, [anAnswer(1, { is: 'not_sent' })]);
    assert.deepEqual(early.capture.status, { state: 'planned' });
    assert.equal(early.event, null);
    assert.deepEqual(early.schedule, { change: 'set', action: 'send', dueInMs: 500 });

    const late = folded(early.capture, [anAnswer(1, { is: 'not_sent' })], 60_000);
    assert.deepEqual(late.capture.status, { state: 'planned' });
    assert.equal(late.event?.type, 'capture.pending');
    assert.equal(late.event.reason, 'not_sent');
    assert.equal(late.event.evidence, null);
    assert.equal(folded(late.capture, [anAnswer(1, { is: 'not_sent' })], 61_000).event, null, 'told once');
  });

  it('looks at an untold planned capture no later than the minute ends', () => {
    const { schedule } = folded(SENDING, [anAnswer(1, { is: 'not_sent' })], 59_990);
    assert.deepEqual(schedule, { change: 'set', action: 'send', dueInMs: 10 });
  });

  it('parks a capture for a person when its credentials were refused three times', () => {
    const faults = [1, 2, 3].map((attempt) => anAnswer(attempt, { is: 'account_fault' }));
    const twice = folded({ ...SENDING, attempts: 2 }, faults.slice(0, 2));
    assert.equal(twice.capture.review, null);
    const thrice = folded({ ...SENDING, attempts: 3 }, faults);
    assert.equal(thrice.capture.review, 'repeated_account_fault');
    assert.deepEqual(thrice.schedule, { change: 'park' });
    assert.equal(
      thrice.event?.type === 'capture.pending' && thrice.event.reason,
      'not_sent',
      'told, since nothing will look at it again',
    );
    const probes = faults.map((fault): Evidence => ({ ...fault, finding: { is: 'probe_refused' } }));
    assert.equal(
      folded({ ...SENDING, attempts: 3 }, probes).capture.review,
      null,
      'probes of a held account do not count',
    );
    assert.equal(licenceOf(thrice.capture, faults, EPOCH, POLICY), null);
  });

  it('leaves a mismatch to a person, and asks whether it is one', () => {
    const answer = anAnswer(1, { ...CAPTURED, requestId: 'another' } as Finding);
    const { capture, schedule, event } = folded(SENDING, [answer]);
    assert.deepEqual(capture.status, { state: 'pending', reason: 'integrity_mismatch' });
    assert.equal(capture.review, 'integrity_mismatch');
    assert.deepEqual(schedule, { change: 'set', action: 'inquire', dueInMs: 2_500 });
    assert.equal(event?.type, 'capture.pending');

    const inquiry = { ...answer, evidenceId: 'inquiry', kind: 'inquiry', attempt: null } as const;
    const confirmed = folded(capture, [answer, inquiry]);
    assert.equal(confirmed.capture.review, 'integrity_mismatch');
    assert.deepEqual(confirmed.schedule, RARELY);
    const refuted = folded(capture, [answer, { ...inquiry, finding: CAPTURED }]);
    assert.deepEqual([refuted.capture.status.state, refuted.capture.review], ['succeeded', null]);
    assert.deepEqual(refuted.schedule, { change: 'clear' });
  });

  it('parks a mismatch at PayerMax, which can’t be asked', () => {
    const answer = anAnswer(1, { ...CAPTURED, requestId: 'another' } as Finding);
    const { capture, schedule } = folded({ ...SENDING, provider: 'payermax' }, [answer]);
    assert.equal(capture.review, 'integrity_mismatch');
    assert.deepEqual(schedule, { change: 'park' });
  });

  it('leaves a capture in doubt to a person when the provider shows the payment as cancelled', () => {
    const inquiry = {
      ...anAnswer(1, { is: 'cancelled' }, 'inquiry'),
      kind: 'inquiry',
      attempt: null,
    } as const;
    const { capture, schedule } = folded(SENDING, [anAnswer(1, { is: 'unknown' }), inquiry]);
    assert.deepEqual(capture.status, { state: 'pending', reason: 'unknown' });
    assert.equal(capture.review, 'cancelled_in_doubt');
    assert.deepEqual(schedule, RARELY);
    // A cancellation after a capture is a later operation: it changes nothing.
    const captured = folded(SENDING, [anAnswer(1, CAPTURED), inquiry]);
    assert.equal(captured.capture.status.state, 'succeeded');
    assert.equal(captured.capture.review, null);
  });

  it('corrects a published outcome with an event that names what it supersedes', () => {
    const failed = folded(SENDING, [anAnswer(1, { is: 'declined', category: 'funds' })]).capture;
    const inquiry: Evidence = { ...anAnswer(1, CAPTURED, 'inquiry'), kind: 'inquiry', attempt: null };
    const { capture, event } = folded(failed, [anAnswer(1, { is: 'declined', category: 'funds' }), inquiry]);
    assert.equal(capture.status.state, 'succeeded');
    assert.equal(event?.sequence, 2);
    assert.equal(event.supersedes, eventIdOf(capture.captureId, 1));
  });

  it('never reopens an outcome', () => {
    const succeeded = folded(SENDING, [anAnswer(1, CAPTURED)]).capture;
    const mismatch: Evidence = {
      ...anAnswer(1, { ...CAPTURED, money: { amount: 1n, currency: 'IQD' } } as Finding, 'inquiry'),
      kind: 'inquiry',
    };
    const { capture, event } = folded(succeeded, [anAnswer(1, CAPTURED), mismatch]);
    assert.equal(capture.status.state, 'succeeded');
    assert.equal(capture.review, 'integrity_mismatch');
    assert.equal(event, null);
  });

  it('publishes nothing when the same evidence is folded again', () => {
    const once = folded(SENDING, [anAnswer(1, { is: 'unknown' })]);
    assert.equal(folded(once.capture, [anAnswer(1, { is: 'unknown' })]).event, null);
  });

  const finding = fc.constantFrom<Finding>(
    CAPTURED,
    { ...CAPTURED, requestId: 'another' } as Finding,
    { is: 'declined', category: 'funds' },
    { is: 'unknown' },
    { is: 'lapsed' },
    { is: 'in_process' },
    { is: 'busy' },
    { is: 'not_sent' },
    { is: 'not_processed' },
    { is: 'account_fault' },
    { is: 'probe_refused' },
    { is: 'authorised' },
    { is: 'cancelled' },
    { is: 'foreign' },
  );

  it('moves only along the transition table, numbers events without gaps and schedules whatever is not final', () => {
    const step = fc.record({
      finding,
      kind: fc.constantFrom('capture_response', 'inquiry', 'notification'),
      gap: fc.nat(90_000),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        let capture = aCapture();
        let now = EPOCH.getTime();
        const evidence: Evidence[] = [];
        let scheduled = true;
        for (const [index, { finding: found, kind, gap }] of steps.entries()) {
          if (licenceOf(capture, evidence, new Date(now), POLICY) !== null)
            capture = started(capture, new Date(now + 45_000));
          const answers = kind === 'capture_response';
          evidence.push({
            ...anAnswer(Math.max(1, capture.attempts), found, String(index)),
            kind,
            attempt: answers ? Math.max(1, capture.attempts) : null,
          });
          now += gap;
          const before = capture;
          const decision = fold({ capture, evidence, now: new Date(now), random: 0.3 }, POLICY);
          capture = decision.capture;
          const [from, to] = [before.status.state, capture.status.state];
          assert.ok(from === to || TRANSITIONS[from].includes(to), `${from} -> ${to}`);
          assert.equal(capture.sequence, before.sequence + (decision.event === null ? 0 : 1));
          scheduled = decision.schedule.change === 'keep' ? scheduled : decision.schedule.change !== 'clear';
          assert.equal(scheduled, !isFinal(capture.status) || capture.contradictedAt !== null);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
