import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assumedAttempt, assumptionFor, sequenceAfterLoss } from '../../../../src/capture/assumption.js';
import type { Capture } from '../../../../src/capture/capture.js';
import type { Evidence, Finding } from '../../../../src/capture/evidence.js';
import { licenceOf } from '../../../../src/capture/licence.js';
import type { Decision } from '../../../../src/capture/state-machine.js';
import { fold, started } from '../../../../src/capture/state-machine.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, POLICY } from '../../../support/captures.js';

const RESTORED = new Date('2026-03-01T11:00:00.000Z');
const MINUTES = Math.floor(EPOCH.getTime() / 60_000);

function after(ms: number): Date {
  return new Date(EPOCH.getTime() + ms);
}

/** As a claim leaves it that is made after a restoration, at the epoch. */
function assumed(change: Partial<Capture> = {}): Capture {
  return started(aCapture(change), EPOCH);
}

function assumption(is: 'assumed_sent' | 'assumed_repeatable' = 'assumed_sent', attempt = 1): Evidence {
  return { ...anAnswer(attempt, { is }, 'assumed'), at: EPOCH };
}

function inquiry(finding: Finding, ms: number): Evidence {
  return { ...anAnswer(1, finding, `inquiry-${String(ms)}`), kind: 'inquiry', attempt: null, at: after(ms) };
}

function folded(capture: Capture, evidence: readonly Evidence[], now = EPOCH): Decision {
  return fold({ capture, evidence, now, random: 0.5 }, POLICY);
}

const AUTHORISED: Finding = { is: 'authorised' };
const DECLINED: Finding = { is: 'declined', category: 'funds' };

describe('what is assumed after a restoration', () => {
  it('is named by the restoration, so that it is assumed once for each', () => {
    const once = assumptionFor(aCapture(), { at: RESTORED, unverifiable: false });
    assert.deepEqual(once, assumptionFor(aCapture(), { at: new Date(RESTORED), unverifiable: true }));
    assert.notEqual(
      once.evidenceId,
      assumptionFor(aCapture(), { at: EPOCH, unverifiable: false }).evidenceId,
    );
  });

  it('lets a request be repeated where nobody can be asked, if a person says so', () => {
    const findingFor = (provider: Capture['provider'], unverifiable: boolean): string =>
      assumptionFor(aCapture({ provider }), { at: RESTORED, unverifiable }).finding;
    assert.equal(findingFor('payermax', true), 'assumed_repeatable');
    assert.equal(findingFor('payermax', false), 'assumed_sent');
    assert.equal(findingFor('wallet', true), 'assumed_sent');
    assert.equal(findingFor('yabandpay', true), 'assumed_sent');
  });

  it('is the attempt under way, or else another', () => {
    assert.equal(assumedAttempt(aCapture()), 1);
    assert.equal(assumedAttempt(assumed()), 1);
    assert.equal(assumedAttempt({ status: { state: 'pending', reason: 'unknown' }, attempts: 2 }), 3);
  });
});

describe('a capture that is assumed to have been sent', () => {
  it('is pending, and its provider is asked', () => {
    const { capture, event, schedule } = folded(assumed(), [assumption()]);
    assert.deepEqual(capture.status, { state: 'pending', reason: 'unknown' });
    assert.equal(capture.review, null);
    assert.equal(event?.type, 'capture.pending');
    assert.equal(schedule.change === 'set' && schedule.action, 'inquire');
  });

  it('is settled by the first word that the money moved', () => {
    const { capture } = folded(assumed(), [assumption(), inquiry(CAPTURED, 1)], after(1));
    assert.equal(capture.status.state, 'succeeded');
  });

  it('is sent only when two inquiries, apart, each a quiet period after the claim, show it authorised', () => {
    const { capture } = folded(assumed(), [assumption()]);
    const licence = (...at: number[]): string | null => {
      const evidence = [assumption(), ...at.map((ms) => inquiry(AUTHORISED, ms))];
      return licenceOf(capture, evidence, after(600_000), POLICY);
    };
    assert.equal(licence(), null);
    assert.equal(licence(1, 60_002), null);
    assert.equal(licence(120_001), null);
    assert.equal(licence(120_000, 180_001), null);
    assert.equal(licence(120_001, 180_001), 'resend');
  });

  it('is not settled by a refusal, which an earlier request may have caused', () => {
    const evidence = [assumption(), anAnswer(1, DECLINED), anAnswer(2, DECLINED)];
    const { capture } = folded(started(assumed(), after(1_000)), evidence, after(2_000));
    assert.deepEqual(capture.status, { state: 'pending', reason: 'unknown' });
    const early = folded(assumed(), [assumption(), anAnswer(1, DECLINED), inquiry(DECLINED, 119_000)]);
    assert.equal(early.capture.status.state, 'pending');
    const quiet = folded(assumed(), [assumption(), anAnswer(1, DECLINED), inquiry(DECLINED, 121_000)]);
    assert.equal(quiet.capture.status.state, 'failed');
  });

  it('waits for a person at PayerMax, and is never repeated', () => {
    const { capture, schedule } = folded(assumed({ provider: 'payermax' }), [assumption()]);
    assert.equal(capture.review, 'unverifiable');
    assert.deepEqual(schedule, { change: 'park' });
    assert.equal(licenceOf(capture, [assumption()], after(86_400_000), POLICY), null);
  });

  it('is asked by a repeat at PayerMax where a person lets it', () => {
    const repeatable = assumption('assumed_repeatable');
    const { capture } = folded(assumed({ provider: 'payermax' }), [repeatable]);
    assert.equal(capture.review, null);
    assert.equal(licenceOf(capture, [repeatable], after(899_999), POLICY), null);
    assert.equal(licenceOf(capture, [repeatable], after(900_000), POLICY), 'repeat');
  });

  it('leaves PayerMax’s review when its callback tells the outcome', () => {
    const parked = folded(assumed({ provider: 'payermax' }), [assumption()]).capture;
    const callback: Evidence = { ...anAnswer(1, CAPTURED), kind: 'notification', attempt: null };
    const { capture } = folded(parked, [assumption(), callback], after(1_000));
    assert.equal(capture.status.state, 'succeeded');
    assert.equal(capture.review, null);
  });
});

describe('the events of a capture that is assumed to have been sent', () => {
  it('tell that it is open under the next number, and its outcome under one that the lost span can’t have reached', () => {
    assert.equal(sequenceAfterLoss([anAnswer(1, { is: 'lapsed' })]), 0);
    assert.equal(sequenceAfterLoss([assumption()]), MINUTES);
    const open = folded(assumed(), [assumption()]);
    assert.equal(open.event?.sequence, 1);
    const evidence = [assumption(), inquiry(CAPTURED, 1)];
    const outcome = folded(open.capture, evidence, after(1));
    assert.equal(outcome.event?.sequence, MINUTES);
    assert.equal(outcome.capture.sequence, MINUTES);
    const operator: Evidence = { ...anAnswer(1, DECLINED, 'word'), kind: 'operator', at: after(2) };
    const corrected = folded(outcome.capture, [...evidence, operator], after(2));
    assert.equal(corrected.event?.sequence, MINUTES + 1);
    assert.equal(corrected.event.supersedes, outcome.event.eventId);
  });

  it('tell once that it is open, however that changes: another one could be taken for newer than a lost outcome', () => {
    const open = folded(assumed(), [assumption()]);
    const resent = started(open.capture, after(1_000));
    const evidence = [assumption(), anAnswer(2, { is: 'in_process' })];
    const { capture, event } = folded(resent, evidence, after(2_000));
    assert.deepEqual(capture.status, { state: 'pending', reason: 'in_process' });
    assert.equal(event, null);
    assert.equal(capture.sequence, 1);
  });

  it('go on by one after an outcome', () => {
    const known = assumed({ sequence: MINUTES + 7, announced: 'pending/not_sent' });
    assert.equal(folded(known, [assumption(), inquiry(CAPTURED, 1)]).event?.sequence, MINUTES + 8);
  });
});
