import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Capture } from '../../../../src/capture/capture.js';
import { askedBy } from '../../../../src/capture/current.js';
import type { Evidence, Finding } from '../../../../src/capture/evidence.js';
import { eventIdOf, requestIdOf } from '../../../../src/capture/ids.js';
import { licenceOf } from '../../../../src/capture/licence.js';
import type { Act, Refusal, Standing } from '../../../../src/capture/operator.js';
import { isRefusal } from '../../../../src/capture/operator.js';
import type { Amended } from '../../../../src/capture/retry.js';
import { refusalToRetry, retry } from '../../../../src/capture/retry.js';
import type { Decision } from '../../../../src/capture/state-machine.js';
import { fold, started } from '../../../../src/capture/state-machine.js';
import { verdictOf } from '../../../../src/capture/verdict.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';
import { DECLINED, whyNot } from '../../../support/standings.js';

/** In ms after the epoch: the first moment at which nothing that was sent can be on its way. */
const QUIET = LEASE_END.getTime() - EPOCH.getTime() + POLICY.quietPeriodMs + 1;
const body = Buffer.from(JSON.stringify({ id: aCapture().requestId, amount: '150000' }));

function at(ms: number): Date {
  return new Date(EPOCH.getTime() + ms);
}

function inquiry(finding: Finding, ms = QUIET): Evidence {
  return { ...anAnswer(1, finding, 'inquiry'), kind: 'inquiry', attempt: null, at: at(ms) };
}

/** A capture that its provider declined, asked about since, so long after it was claimed. */
function failedAnd(
  more: readonly Evidence[] = [inquiry({ is: 'authorised' })],
  change: Partial<Capture> = {},
  ms = QUIET + 100,
): Standing {
  const begun = started(aCapture({ body, ...change }), LEASE_END);
  const evidence = [anAnswer(1, DECLINED), ...more];
  const { capture } = fold({ capture: begun, evidence, now: at(ms), random: 0.5 }, POLICY);
  return { capture, evidence, now: at(ms) };
}

function retried(
  now: Standing,
  amended: Amended | null = null,
  inquiryId: string | null = inquiry({ is: 'authorised' }).evidenceId,
  seen = now,
): Act | Refusal {
  return retry(now, { actionId: 'action-1', seen, inquiryId, amended }, POLICY);
}

function folded({ evidence, now }: Standing, decided: Act | Refusal): Decision & { evidence: Evidence[] } {
  assert.ok(!isRefusal(decided), 'refused');
  const all = [...evidence, decided.piece];
  const decision = fold({ capture: decided.capture, evidence: all, now, random: 0.5 }, POLICY);
  return { ...decision, evidence: all };
}

describe('retrying a failed capture', () => {
  it('plans it anew, tells subscribers that the failure no longer stands, and sends it soon', () => {
    const before = failedAnd();
    const { capture, event, schedule } = folded(before, retried(before));
    assert.deepEqual(capture.status, { state: 'planned' });
    assert.ok(event?.type === 'capture.pending');
    assert.equal(event.reason, 'not_sent');
    assert.equal(event.supersedes, eventIdOf(capture.captureId, 1));
    assert.deepEqual(schedule, { change: 'set', action: 'send', dueInMs: 500 });
  });

  it('tells subscribers at once, however long those that were never sent may wait', () => {
    const before = failedAnd();
    const decided = retried(before);
    assert.ok(!isRefusal(decided));
    const { event } = fold(
      {
        capture: decided.capture,
        evidence: [...before.evidence, decided.piece],
        now: before.now,
        random: 0.5,
      },
      { ...POLICY, announceUnsentAfterMs: 86_400_000 },
    );
    assert.equal(event?.type, 'capture.pending');
  });

  it('sends under the next request id, once, and every answer is held against all ids', () => {
    const before = failedAnd();
    const { capture, evidence } = folded(before, retried(before));
    assert.equal(licenceOf(capture, evidence, before.now, POLICY), 'send');
    const second = started(capture, at(QUIET + 60_000));
    assert.equal(second.requestId, requestIdOf(capture.captureId, 2));
    assert.deepEqual(askedBy(second).requestIds, [before.capture.requestId, second.requestId]);
    const notSent = [...evidence, anAnswer(2, { is: 'not_sent' })];
    const again = fold({ capture: second, evidence: notSent, now: before.now, random: 0.5 }, POLICY).capture;
    assert.equal(licenceOf(again, notSent, before.now, POLICY), 'send', 'the same id');
  });

  it('may be done again and again, each under its next id', () => {
    let before: Standing = failedAnd();
    for (let generation = 2; generation <= 5; generation += 1) {
      const { capture, evidence }: ReturnType<typeof folded> = folded(before, retried(before));
      assert.equal(licenceOf(capture, evidence, before.now, POLICY), 'send');
      const leaseUntil = new Date(before.now.getTime() + 45_000);
      const sent = started(capture, leaseUntil);
      assert.equal(sent.requestId, requestIdOf(capture.captureId, generation));
      const now = new Date(leaseUntil.getTime() + POLICY.quietPeriodMs + 100);
      const all: Evidence[] = [
        ...evidence.filter(({ kind }) => kind !== 'inquiry'),
        anAnswer(sent.attempts, DECLINED),
        { ...inquiry({ is: 'authorised' }), at: new Date(now.getTime() - 10) },
      ];
      const failedAgain = fold({ capture: sent, evidence: all, now, random: 0.5 }, POLICY).capture;
      assert.equal(failedAgain.status.state, 'failed');
      before = { capture: failedAgain, evidence: all, now };
    }
  });

  it('begins anew: what made a person look before counts no longer', () => {
    const faults = [2, 3, 4].map((attempt) => anAnswer(attempt, { is: 'account_fault' }));
    const cancelledOnce = inquiry({ is: 'cancelled' }, 10);
    const before = failedAnd(
      [...faults, { ...cancelledOnce, evidenceId: 'cancelled' }, inquiry({ is: 'authorised' })],
      { attempts: 3 },
    );
    assert.equal(before.capture.status.state, 'failed');
    const { capture, evidence, schedule } = folded(before, retried(before));
    assert.deepEqual(schedule, { change: 'set', action: 'send', dueInMs: 500 }, 'however often it was tried');
    const second = started(capture, at(QUIET + 60_000));
    for (const finding of [{ is: 'not_sent' }, { is: 'unknown' }] as const) {
      const after = fold(
        { capture: second, evidence: [...evidence, anAnswer(5, finding)], now: before.now, random: 0.5 },
        POLICY,
      ).capture;
      assert.equal(after.review, null, finding.is);
    }
  });

  it('needs the provider to show the payment uncaptured, when nothing can be on its way, and just now', () => {
    for (const finding of [
      { is: 'unknown' },
      { is: 'cancelled' },
      { is: 'closed', category: 'expired' },
      { is: 'in_process' },
      { is: 'account_fault' },
    ] as const)
      assert.match(
        whyNot(retried(failedAnd([inquiry(finding)]))),
        new RegExp(`but says ${finding.is.replaceAll('_', ' ')}`),
      );
    assert.match(whyNot(retried(failedAnd([inquiry({ is: 'authorised' }, QUIET - 1)]))), /does not cover/);
    assert.match(whyNot(retried(failedAnd([]))), /does not cover/);
    assert.match(whyNot(retried(failedAnd(undefined, {}, QUIET + 60_001))), /made too long ago/);
    assert.match(
      whyNot(refusalToRetry(failedAnd([], {}, QUIET - 1), POLICY, { unverifiable: false })),
      /may still be on its way\. Try again after 2026-03-01T12:02:45\.000Z/,
    );
  });

  it('is refused in every state but failed, in review, in doubt, and if anything has come since', () => {
    const { capture, evidence, now } = failedAnd();
    const at = (change: Partial<Capture>): Refusal | null =>
      refusalToRetry({ capture: { ...capture, ...change }, evidence, now }, POLICY, { unverifiable: false });
    assert.equal(at({}), null);
    assert.match(whyNot(at({ status: { state: 'planned' } })), /it is sent when it is due/);
    assert.match(
      whyNot(at({ status: { state: 'planned' }, review: 'repeated_account_fault' })),
      /review repeated_account_fault, and isn't sent meanwhile/,
    );
    assert.match(whyNot(at({ status: { state: 'pending', reason: 'unknown' } })), /nobody knows yet/);
    assert.match(whyNot(at({ status: { state: 'sending', attempt: 1 } })), /nobody knows yet/);
    assert.match(
      whyNot(at({ status: { state: 'succeeded', providerCaptureId: null, capturedAt: null } })),
      /captured once/,
    );
    assert.match(whyNot(at({ status: { state: 'cancelled' } })), /given up for good/);
    assert.match(whyNot(at({ review: 'contradicted_again' })), /in doubt/);
    assert.match(whyNot(at({ contradictedAt: EPOCH })), /in doubt/);
    assert.match(whyNot(at({ body: Buffer.from('{}') })), /no next one/);
    assert.match(whyNot(retried(failedAnd(), null, undefined, failedAnd([]))), /has changed/);
  });

  it('is refused by whatever says that money moved, however the capture came to be failed', () => {
    const money = {
      ...anAnswer(1, CAPTURED, 'notified'),
      kind: 'notification' as const,
      attempt: null,
      at: at(5),
    };
    const word = {
      ...anAnswer(1, DECLINED, 'operator'),
      kind: 'operator' as const,
      attempt: null,
      at: at(6),
    };
    const before = failedAnd([money, word, inquiry({ is: 'authorised' })]);
    assert.deepEqual([before.capture.status.state, before.capture.review], ['failed', null]);
    const decided = retried(before);
    assert.ok(!isRefusal(decided));
    assert.notEqual(folded(before, decided).capture.status.state, decided.becomes, 'so the store refuses it');
    assert.match(decided.otherwise.refused, /says that money moved/);
  });

  it('takes the operator’s word for PayerMax, and for nobody else', () => {
    const before = failedAnd([], { provider: 'payermax' });
    assert.match(whyNot(refusalToRetry(before, POLICY, { unverifiable: false })), /--unverifiable/);
    assert.equal(refusalToRetry(before, POLICY, { unverifiable: true }), null);
    const { capture } = folded(before, retried(before, null, null));
    assert.equal(capture.status.state, 'planned');
    assert.match(whyNot(retried(failedAnd(), null, null)), /for PayerMax alone: wallet can be asked/);
  });

  it('counts PayerMax’s repeats from the retry on', () => {
    const pending = aCapture({
      provider: 'payermax',
      attempts: 7,
      attemptsBefore: 6,
      status: { state: 'pending', reason: 'unknown' },
    });
    const due = new Date(LEASE_END.getTime() + POLICY.repeatAfterMs);
    assert.equal(licenceOf(pending, [], due, POLICY), 'repeat');
    const { capture } = fold(
      { capture: pending, evidence: [anAnswer(7, { is: 'unknown' })], now: due, random: 0.5 },
      POLICY,
    );
    assert.equal(capture.review, null);
  });

  it('may ask for another amount, within what was authorised; then that is what counts', () => {
    const before = failedAnd();
    const less = (amount: bigint): Amended => ({
      money: { amount, currency: 'IQD' },
      body: Buffer.from(JSON.stringify({ id: before.capture.requestId, amount: amount.toString() })),
    });
    const { capture, evidence } = folded(before, retried(before, less(100_000n)));
    assert.deepEqual([capture.money.amount, capture.orderedAmount], [100_000n, 150_000n]);
    const second = started(capture, at(QUIET + 60_000));
    assert.match(Buffer.from(second.body).toString(), new RegExp(`${second.requestId}.*100000`));
    const captured = (amount: bigint): Finding =>
      ({ ...CAPTURED, money: { amount, currency: 'IQD' } }) as Finding;
    const says = (finding: Finding): string =>
      verdictOf(second, [...evidence, anAnswer(2, finding)], POLICY.quietPeriodMs).says;
    assert.equal(says(captured(100_000n)), 'succeeded');
    assert.equal(says(captured(150_000n)), 'pending', 'a person must look');
    assert.match(whyNot(retried(before, less(0n))), /above 0/);
    assert.match(whyNot(retried(before, less(150_001n))), /more than the 150000 that were authorised/);
  });

  it('counts by the set of evidence alone, also where two retries follow one attempt', () => {
    const word = (finding: Finding, ms: number): Evidence => ({
      ...anAnswer(1, finding, `${finding.is} ${String(ms)}`),
      kind: 'operator',
      attempt: finding.is === 'retried' ? 1 : null,
      at: at(ms),
    });
    const evidence = [
      anAnswer(1, DECLINED),
      word({ is: 'retried' }, 1_000),
      word(DECLINED, 2_000),
      word({ is: 'retried' }, 3_000),
    ];
    const capture = started(aCapture(), LEASE_END);
    fc.assert(
      fc.property(fc.shuffledSubarray(evidence, { minLength: evidence.length }), (order) => {
        assert.equal(verdictOf(capture, order, POLICY.quietPeriodMs).says, 'unsent');
      }),
    );
  });
});
