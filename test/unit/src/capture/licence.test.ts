import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Capture } from '../../../../src/capture/capture.js';
import type { Evidence, Finding } from '../../../../src/capture/evidence.js';
import type { Licence } from '../../../../src/capture/licence.js';
import { licenceOf, MAX_REPEATS } from '../../../../src/capture/licence.js';
import { nextGeneration, started } from '../../../../src/capture/state-machine.js';
import { aCapture, anAnswer, CAPTURED, EPOCH, LEASE_END, POLICY } from '../../../support/captures.js';

const PENDING = aCapture({ attempts: 1, status: { state: 'pending', reason: 'unknown' } });
const UNKNOWN = anAnswer(1, { is: 'unknown' });
/** In ms after the epoch: the first moment at which an inquiry is quiet. */
const QUIET = LEASE_END.getTime() - EPOCH.getTime() + POLICY.quietPeriodMs + 1;
const LATER = QUIET + POLICY.resendSpacingMs;

function inquiry(finding: Finding, ms: number): Evidence {
  return {
    ...anAnswer(1, finding, `inquiry at ${String(ms)}`),
    kind: 'inquiry',
    attempt: null,
    at: new Date(EPOCH.getTime() + ms),
  };
}
const authorised = (ms: number): Evidence => inquiry({ is: 'authorised' }, ms);

function licence(capture: Capture, evidence: readonly Evidence[], ms = LATER + 1_000): Licence | null {
  return licenceOf(capture, evidence, new Date(EPOCH.getTime() + ms), POLICY);
}

describe('a licence to send again', () => {
  it('needs two quiet inquiries that show the payment uncaptured, apart in time', () => {
    assert.equal(licence(PENDING, [UNKNOWN, authorised(QUIET), authorised(LATER)]), 'resend');
    assert.equal(licence(PENDING, [UNKNOWN]), null, 'nobody asked');
    assert.equal(licence(PENDING, [UNKNOWN, authorised(LATER)]), null, 'asked once');
    assert.equal(
      licence(PENDING, [UNKNOWN, authorised(QUIET), authorised(LATER - 1)]),
      null,
      'asked too soon',
    );
    assert.equal(
      licence(PENDING, [UNKNOWN, authorised(QUIET - 1), authorised(LATER)]),
      null,
      'the first not quiet',
    );
    assert.equal(
      licence(PENDING, [UNKNOWN, authorised(QUIET), authorised(LATER)], LATER - 1),
      null,
      'of a time that has not come',
    );
  });

  it('is for what is pending, and no person must look at', () => {
    const evidence = [UNKNOWN, authorised(QUIET), authorised(LATER)];
    assert.equal(licence({ ...PENDING, review: 'cancelled_in_doubt' }, evidence), null);
    for (const status of [
      { state: 'sending', attempt: 1 },
      { state: 'succeeded', providerCaptureId: null, capturedAt: null },
      { state: 'failed', category: 'funds' },
      { state: 'cancelled' },
    ] as const)
      assert.equal(licence({ ...PENDING, status }, evidence), null, status.state);
    assert.equal(licence(aCapture(), []), 'send');
    assert.equal(licence(aCapture({ review: 'repeated_account_fault' }), []), null);
  });

  it('is never given once anything said that the capture may be executed, was, or is not ours', () => {
    const others: Finding[] = [
      CAPTURED,
      { ...CAPTURED, requestId: 'another' } as Finding,
      { is: 'in_process' },
      { is: 'busy' },
      { is: 'cancelled' },
      { is: 'foreign' },
    ];
    for (const finding of others)
      for (const piece of [anAnswer(1, finding), inquiry(finding, 10), inquiry(finding, LATER + 500)])
        assert.equal(
          licence(PENDING, [UNKNOWN, piece, authorised(QUIET), authorised(LATER)]),
          null,
          `${piece.kind} ${finding.is}`,
        );
  });

  it('must be earned anew after each send', () => {
    const evidence = [UNKNOWN, authorised(QUIET), authorised(LATER)];
    const again = started(PENDING, new Date(EPOCH.getTime() + LATER + 45_000));
    const pending: Capture = { ...again, status: PENDING.status };
    assert.equal(licence(pending, [...evidence, anAnswer(2, { is: 'unknown' })], 9_999_999), null);
  });

  it('moves on to the next request id, once, when the provider refused one the same way three times', () => {
    const taken: Finding = { is: 'id_taken' };
    const burnt = aCapture({ attempts: 3, status: PENDING.status });
    const shown = [authorised(QUIET), authorised(LATER)];
    const answers = (...findings: Finding[]): Evidence[] =>
      findings.map((finding, index) => anAnswer(index + 1, finding));
    assert.equal(licence(burnt, [...answers(taken, taken, taken), ...shown]), 'next_generation');
    assert.equal(licence(burnt, [...answers(taken, taken, { is: 'unknown' }), ...shown]), 'resend');
    assert.equal(licence(burnt, [...answers({ is: 'unknown' }, taken, taken), ...shown]), 'resend');
    const code = { ...anAnswer(3, taken), providerCode: 'ANOTHER' };
    assert.equal(licence(burnt, [...answers(taken, taken), code, ...shown]), 'resend', 'for another reason');

    const second: Capture = {
      ...nextGeneration({ ...burnt, body: Buffer.from(burnt.requestId) }),
      attempts: 6,
    };
    const all = [...answers(taken, taken, taken, taken, taken, taken), ...shown];
    assert.equal(licence(second, all), null, 'there is no third');
    assert.equal(licence({ ...second, attempts: 5 }, all), 'resend', 'refusals of the first id do not count');
  });

  it('asks PayerMax by a repeat when its callback was waited for, each time twice as long, and not for ever', () => {
    const pending: Capture = { ...PENDING, provider: 'payermax' };
    const at = (ms: number): number => LEASE_END.getTime() - EPOCH.getTime() + ms;
    assert.equal(licence(pending, [UNKNOWN], at(POLICY.repeatAfterMs - 1)), null);
    assert.equal(licence(pending, [UNKNOWN], at(POLICY.repeatAfterMs)), 'repeat');
    assert.equal(licence(pending, [anAnswer(1, { is: 'in_process' })], at(POLICY.repeatAfterMs)), 'repeat');
    const twice: Capture = { ...pending, attempts: 2 };
    assert.equal(licence(twice, [], at(2 * POLICY.repeatAfterMs - 1)), null);
    assert.equal(licence(twice, [], at(2 * POLICY.repeatAfterMs)), 'repeat');
    const often: Capture = { ...pending, attempts: MAX_REPEATS + 1 };
    assert.equal(licence(often, [], at(1e12)), null);
    for (const is of ['not_sent', 'not_processed'] as const) {
      const unasked = [UNKNOWN, anAnswer(2, { is })];
      assert.equal(licence(often, unasked, at(1e12)), 'repeat', `what was ${is} has asked nothing`);
      assert.equal(
        licence(twice, unasked, at(POLICY.repeatAfterMs)),
        'repeat',
        'nor does it make the wait longer',
      );
    }
    const shown = [authorised(QUIET), authorised(LATER)];
    assert.equal(licence(pending, [UNKNOWN, ...shown], at(0)), null, 'an order query licenses nothing');
  });

  it('to resend is never given without two quiet answers "authorised", whatever else was said', () => {
    const finding = fc.constantFrom<Finding>(
      CAPTURED,
      { is: 'declined', category: 'funds' },
      { is: 'closed', category: 'expired' },
      { is: 'unknown' },
      { is: 'id_taken' },
      { is: 'in_process' },
      { is: 'authorised' },
      { is: 'not_sent' },
    );
    const piece = fc
      .record({
        finding,
        ms: fc.integer({ min: 0, max: 2 * LATER }),
        isInquiry: fc.boolean(),
        attempt: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ finding: found, ms, isInquiry, attempt }) =>
        isInquiry ? inquiry(found, ms) : anAnswer(attempt, found, String(ms)),
      );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (evidence) => {
        const capture = { ...PENDING, attempts: 3 };
        const given = licence(capture, evidence, 3 * LATER);
        const quiet = evidence.filter(
          ({ kind, at, finding: found }) =>
            kind === 'inquiry' && found.is === 'authorised' && at.getTime() >= EPOCH.getTime() + QUIET,
        );
        if (given !== null) assert.ok(quiet.length >= 2);
      }),
      { numRuns: 1_000 },
    );
  });
});
