import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Capture } from '../../../../src/capture/capture.js';
import type { Evidence, Finding } from '../../../../src/capture/evidence.js';
import { EVIDENCE_KINDS } from '../../../../src/capture/evidence.js';
import { requestIdOf } from '../../../../src/capture/ids.js';
import { verdictOf } from '../../../../src/capture/verdict.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';

const DECLINED: Finding = { is: 'declined', category: 'funds' };
const DOUBTS: Finding[] = [{ is: 'unknown' }, { is: 'in_process' }, { is: 'busy' }, { is: 'cancelled' }];
const NO_EFFECT: Finding[] = [{ is: 'not_sent' }, { is: 'not_processed' }, { is: 'account_fault' }];

function says(attempts: number, ...evidence: Evidence[]): string {
  const verdict = verdictOf(aCapture({ attempts }), evidence, POLICY.quietPeriodMs);
  return verdict.says === 'pending' ? `pending/${verdict.reason}` : verdict.says;
}

/** The same words from a stronger source than the capture call's own answer, when nothing that was sent can be executed any more. */
function from(kind: Evidence['kind'], finding: Finding, secondsLater = 0): Evidence {
  return {
    ...anAnswer(1, finding, `${kind}:${finding.is}:${String(secondsLater)}`),
    kind,
    attempt: null,
    at: new Date(LEASE_END.getTime() + POLICY.quietPeriodMs + (secondsLater + 1) * 1_000),
  };
}

describe('verdict', () => {
  it('is the plain answer when there was one attempt and one answer', () => {
    assert.equal(says(0), 'unsent');
    assert.equal(says(1), 'under_way');
    assert.equal(says(1, anAnswer(1, CAPTURED)), 'succeeded');
    assert.equal(says(1, anAnswer(1, DECLINED)), 'failed');
    assert.equal(says(1, anAnswer(1, { is: 'in_process' })), 'pending/in_process');
    assert.equal(says(1, anAnswer(1, { is: 'unknown' })), 'pending/unknown');
    assert.equal(says(1, anAnswer(1, { is: 'busy' })), 'pending/unknown');
    for (const finding of NO_EFFECT) assert.equal(says(1, anAnswer(1, finding)), 'unsent', finding.is);
  });

  it('lets no later refusal clear an earlier doubt', () => {
    for (const doubt of DOUBTS) {
      for (const later of [DECLINED, ...NO_EFFECT]) {
        const verdict = says(2, anAnswer(1, doubt), anAnswer(2, later));
        assert.match(verdict, /^pending\//, `${doubt.is} then ${later.is}`);
      }
    }
  });

  it('lets no refusal decide while another attempt is under way', () => {
    assert.equal(says(2, anAnswer(1, DECLINED)), 'under_way');
    assert.equal(says(2, anAnswer(2, DECLINED)), 'under_way');
  });

  it('lets a refusal decide when all other attempts had no effect', () => {
    assert.equal(says(2, anAnswer(1, { is: 'not_sent' }), anAnswer(2, DECLINED)), 'failed');
  });

  it('keeps the doubt of a lapsed lease against a late "nothing was sent", but not against a late answer', () => {
    const lapsed = anAnswer(1, { is: 'lapsed' }, 'lapsed');
    assert.equal(says(1, lapsed), 'pending/unknown');
    for (const finding of NO_EFFECT) assert.equal(says(1, lapsed, anAnswer(1, finding)), 'pending/unknown');
    assert.equal(says(1, lapsed, anAnswer(1, CAPTURED)), 'succeeded');
    assert.equal(says(1, lapsed, anAnswer(1, DECLINED)), 'failed');
  });

  it('calls a capture of something else a mismatch, and lets only stronger matching evidence clear it', () => {
    const other: Finding = { ...CAPTURED, money: { amount: 1n, currency: 'IQD' } } as Finding;
    assert.equal(says(1, anAnswer(1, other)), 'pending/integrity_mismatch');
    const otherRequest: Finding = { ...CAPTURED, requestId: 'another' } as Finding;
    assert.equal(says(1, anAnswer(1, otherRequest)), 'pending/integrity_mismatch');
    assert.equal(says(1, anAnswer(1, other), anAnswer(1, CAPTURED, 'again')), 'pending/integrity_mismatch');
    assert.equal(says(1, anAnswer(1, other), from('inquiry', CAPTURED)), 'succeeded');
    assert.equal(says(1, from('inquiry', other), anAnswer(1, CAPTURED)), 'pending/integrity_mismatch');
  });

  it('calls an answer about something else a mismatch too, though it says nothing of money', () => {
    const foreign: Finding = { is: 'foreign' };
    assert.equal(says(1, anAnswer(1, foreign)), 'pending/integrity_mismatch');
    assert.equal(says(1, anAnswer(1, foreign), from('notification', CAPTURED)), 'succeeded');
    assert.equal(
      says(1, from('inquiry', foreign), from('notification', CAPTURED)),
      'pending/integrity_mismatch',
    );
    // It may be about our request all the same: a later refusal doesn't clear it.
    assert.equal(says(2, anAnswer(1, foreign), anAnswer(2, DECLINED)), 'pending/integrity_mismatch');
  });

  it('takes a cancellation for no proof of anything', () => {
    const cancelled: Finding = { is: 'cancelled' };
    assert.equal(says(1, anAnswer(1, { is: 'unknown' }), from('inquiry', cancelled)), 'pending/unknown');
    assert.equal(says(1, anAnswer(1, cancelled)), 'pending/unknown');
    assert.equal(says(1, anAnswer(1, CAPTURED), from('inquiry', cancelled)), 'succeeded');
  });

  it('ranks by source, then by the provider’s time, then captured over declined', () => {
    for (const [index, kind] of EVIDENCE_KINDS.entries()) {
      for (const stronger of EVIDENCE_KINDS.slice(index + 1)) {
        const settles = stronger !== 'notification';
        assert.equal(
          says(1, from(kind, CAPTURED), from(stronger, DECLINED, 1)),
          settles ? 'failed' : 'pending/unknown',
          `${kind} < ${stronger}`,
        );
        assert.equal(
          says(1, from(kind, CAPTURED, 99), from(stronger, DECLINED)),
          settles && stronger !== 'inquiry' ? 'failed' : 'pending/unknown',
          `an inquiry is contradicted by a capture since: ${kind}, ${stronger}`,
        );
      }
    }
    assert.equal(says(1, from('inquiry', CAPTURED, 1), from('inquiry', DECLINED, 2)), 'failed');
    assert.equal(says(1, from('inquiry', CAPTURED, 2), from('inquiry', DECLINED, 1)), 'succeeded');
    assert.equal(says(1, from('inquiry', CAPTURED, 1), from('inquiry', DECLINED, 1)), 'succeeded');
  });

  it('takes a notice of a refusal for one of the first request, and of no later one', () => {
    const refused = from('notification', DECLINED);
    const verdict = (change: Partial<Capture>, evidence: readonly Evidence[]): string =>
      verdictOf(aCapture(change), evidence, POLICY.quietPeriodMs).says;
    const inDoubt = anAnswer(1, { is: 'unknown' });
    assert.equal(verdict({ attempts: 1 }, [inDoubt, refused]), 'failed');
    const requestId = requestIdOf(aCapture().captureId, 2);
    const second = { generation: 2, requestId, attemptsBefore: 1, attempts: 2 };
    const alsoInDoubt = anAnswer(2, { is: 'unknown' });
    assert.equal(verdict(second, [inDoubt, alsoInDoubt, refused]), 'pending');
    assert.equal(verdict(second, [inDoubt, refused]), 'under_way');
    const refusedSecond = from('notification', { ...DECLINED, requestId });
    assert.equal(verdict(second, [inDoubt, alsoInDoubt, refusedSecond]), 'failed');
    assert.equal(verdict({ attempts: 1 }, [inDoubt, refusedSecond]), 'pending');
  });

  it('calls money that moved under two request ids a mismatch, which an operator alone clears', () => {
    const { captureId, requestId } = aCapture();
    const second = requestIdOf(captureId, 2);
    const under = (id: string): Finding => ({ ...CAPTURED, requestId: id }) as Finding;
    const capture = aCapture({ generation: 2, requestId: second, attemptsBefore: 1, attempts: 2 });
    const both = [anAnswer(2, under(second)), from('notification', under(requestId))];
    const verdict = (evidence: readonly Evidence[]): string =>
      verdictOf(capture, [anAnswer(1, { is: 'unknown' }), ...evidence], POLICY.quietPeriodMs).says;
    assert.equal(verdict(both.slice(0, 1)), 'succeeded');
    assert.equal(verdict(both), 'pending');
    assert.equal(verdict([...both, from('inquiry', CAPTURED, 9)]), 'pending');
    assert.equal(verdict([...both, from('operator', CAPTURED, 9)]), 'succeeded');
  });

  it('takes a capture without an amount for the amount of the request that it names', () => {
    const { captureId, requestId, money } = aCapture();
    const second = requestIdOf(captureId, 2);
    const capture = aCapture({
      ...{ generation: 2, requestId: second, attemptsBefore: 1, attempts: 2 },
      money: { ...money, amount: 1n },
      orderedAmount: money.amount,
    });
    const told = (id: string | null): string =>
      verdictOf(
        capture,
        [anAnswer(2, { is: 'unknown' }), from('notification', { ...CAPTURED, requestId: id } as Finding)],
        POLICY.quietPeriodMs,
      ).says;
    assert.equal(told(second), 'succeeded');
    assert.equal(told(requestId), 'pending', 'the first asked for another amount');
    assert.equal(told(null), 'pending');
  });

  it('takes a notice that the payment is closed for no outcome', () => {
    const closed = from('notification', { is: 'closed', category: 'expired' });
    assert.equal(says(0, closed), 'unsent', 'the provider decides when it is asked to capture');
    assert.equal(says(1, anAnswer(1, { is: 'not_sent' }), closed), 'unsent');
    assert.equal(says(1, anAnswer(1, { is: 'unknown' }), closed), 'pending/unknown');
    assert.equal(says(1, anAnswer(1, DECLINED), closed), 'failed');
    const another: Finding = { ...CAPTURED, money: { amount: 1n, currency: 'IQD' } } as Finding;
    assert.equal(says(1, anAnswer(1, another), closed), 'pending/integrity_mismatch');
  });

  it('is open while answer and notifications contradict each other, until an inquiry settles it', () => {
    const closed = from('notification', { is: 'closed', category: 'expired' });
    const refused = from('notification', DECLINED);
    const captured = from('notification', CAPTURED, 5);
    for (const words of [
      [anAnswer(1, CAPTURED), closed],
      [anAnswer(1, CAPTURED), refused],
      [anAnswer(1, DECLINED), captured],
      [anAnswer(1, { is: 'unknown' }), closed, captured],
      [anAnswer(1, { is: 'unknown' }), refused, captured],
    ]) {
      const told = words.map(({ kind, finding }) => `${kind} ${finding.is}`).join(', ');
      assert.equal(says(1, ...words), 'pending/unknown', told);
      assert.equal(says(1, ...words, from('inquiry', CAPTURED, 9)), 'succeeded', told);
      assert.equal(says(1, ...words, from('inquiry', DECLINED, 9)), 'failed', told);
      const atPayermax = aCapture({ attempts: 1, provider: 'payermax' });
      assert.notEqual(verdictOf(atPayermax, words, POLICY.quietPeriodMs).says, 'pending', told);
    }
  });

  it('never lets "authorised" contradict a success', () => {
    assert.equal(says(1, anAnswer(1, CAPTURED), from('inquiry', { is: 'authorised' }, 9)), 'succeeded');
  });

  const finding = fc.constantFrom<Finding>(
    CAPTURED,
    DECLINED,
    { is: 'lapsed' },
    { is: 'authorised' },
    ...DOUBTS,
    ...NO_EFFECT,
  );
  const piece = fc
    .record({
      attempt: fc.integer({ min: 1, max: 3 }),
      finding,
      kind: fc.constantFrom(...EVIDENCE_KINDS),
      seconds: fc.integer({ min: 0, max: 3 }),
      label: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ attempt, finding: found, kind, seconds, label }): Evidence => {
      const own = kind === 'capture_response';
      return {
        ...anAnswer(attempt, found, `${kind}:${String(label)}`),
        kind,
        attempt: own ? attempt : null,
        at: new Date(EPOCH.getTime() + seconds * 1_000),
      };
    });
  const pieces = fc.uniqueArray(piece, { selector: ({ evidenceId }) => evidenceId, maxLength: 6 });

  it('depends on the set of evidence, never on its order', () => {
    const shuffled = pieces.chain((set) =>
      fc.tuple(fc.constant(set), fc.shuffledSubarray(set, { minLength: set.length, maxLength: set.length })),
    );
    fc.assert(
      fc.property(shuffled, ([set, other]) => {
        assert.deepEqual(
          verdictOf(aCapture({ attempts: 3 }), other, POLICY.quietPeriodMs),
          verdictOf(aCapture({ attempts: 3 }), set, POLICY.quietPeriodMs),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('reaches an outcome only by a word that the money moved or won’t', () => {
    fc.assert(
      fc.property(pieces, (set) => {
        const verdict = verdictOf(aCapture({ attempts: 3 }), set, POLICY.quietPeriodMs);
        const heard = (is: Finding['is']): boolean => set.some((one) => one.finding.is === is);
        if (verdict.says === 'succeeded') assert.ok(heard('captured'));
        if (verdict.says === 'failed') assert.ok(heard('declined'));
      }),
      { numRuns: 500 },
    );
  });
});
