import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Finding } from '../../../src/capture/evidence.js';
import { until } from '../../support/until.js';
import { inquiryOf, IQD_150, outcomeOfInquiry, WalletRig } from '../../support/wallet-rig.js';

let rig: WalletRig;
before(async () => {
  rig = await WalletRig.start();
});
after(() => rig.close());

describe('an answer that does not arrive as it should', () => {
  const spoilt: readonly [what: string, scenario: Scenario, finding: Finding['is'], moved: bigint][] = [
    ['an unsigned success', { kind: 'unsigned' }, 'unknown', IQD_150.amount],
    ['a success with a wrong signature', { kind: 'wrong_signature' }, 'unknown', IQD_150.amount],
    ['a signed body that is no JSON', { kind: 'garbage' }, 'unknown', IQD_150.amount],
    ['half an answer', { kind: 'truncated' }, 'unknown', IQD_150.amount],
    [
      'a reset after the money moved',
      { kind: 'reset', when: 'before_answer', moved: true },
      'unknown',
      IQD_150.amount,
    ],
    ['a reset after nothing moved', { kind: 'reset', when: 'before_answer', moved: false }, 'unknown', 0n],
    ['a reset before anything was read', { kind: 'reset', when: 'before_read', moved: false }, 'unknown', 0n],
    ['HTTP 500 after the money moved', { kind: 'http', status: 500, moved: true }, 'unknown', IQD_150.amount],
    ['HTTP 503', { kind: 'http', status: 503, moved: false }, 'unknown', 0n],
    ['HTTP 400', { kind: 'http', status: 400, moved: false }, 'unknown', 0n],
    ['HTTP 429', { kind: 'http', status: 429, moved: false }, 'not_processed', 0n],
    ['U after the money moved', { kind: 'unknown', moved: true }, 'unknown', IQD_150.amount],
    [
      'an unsigned refusal',
      { kind: 'unsigned', then: { kind: 'answer', resultCode: 'RISK_REJECT' } },
      'unknown',
      0n,
    ],
    [
      'an unsigned refusal of our signature',
      { kind: 'unsigned', then: { kind: 'answer', resultCode: 'SIGNATURE_INVALID' } },
      'unknown',
      0n,
    ],
    [
      'an unsigned refusal for traffic',
      { kind: 'unsigned', then: { kind: 'answer', resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT' } },
      'unknown',
      0n,
    ],
    [
      'a wrongly signed refusal of our signature',
      { kind: 'wrong_signature', then: { kind: 'answer', resultCode: 'SIGNATURE_INVALID' } },
      'unknown',
      0n,
    ],
  ];
  for (const [what, scenario, finding, moved] of spoilt) {
    it(`${what}: ${finding}`, async () => {
      const { capture, answer, outcome } = await rig.sendUnder(scenario);
      assert.equal(answer.finding.is, finding);
      assert.equal(outcome, finding === 'unknown' ? 'pending/unknown' : 'unsent');
      assert.equal(await rig.moved(capture), moved);
    });
  }

  it('is unknown when it comes after the timeout, and an inquiry finds the money', async () => {
    const hasty = rig.clientWith({ timeoutMs: 1_000 });
    const { capture, answer, outcome } = await rig.sendUnder({ kind: 'delay', ms: 2_000 }, hasty);
    assert.match(answer.providerMessage ?? '', /^CALL_DEADLINE/);
    assert.equal(outcome, 'pending/unknown');
    await until(async () => (await rig.moved(capture)) === IQD_150.amount);
    assert.equal(outcomeOfInquiry(capture, await rig.client.inquire(inquiryOf(capture))), 'succeeded');
  });

  it('is believed unsigned where the account says that its wallet does not sign', async () => {
    const trusting = rig.clientWith({ requireSignedAnswers: false });
    assert.equal((await rig.sendUnder({ kind: 'unsigned' }, trusting)).outcome, 'succeeded');
    assert.equal((await rig.sendUnder({ kind: 'wrong_signature' }, trusting)).outcome, 'pending/unknown');
  });

  it("is a mismatch if it is the success of a request that isn't ours", async () => {
    const { outcome } = await rig.sendUnder({ kind: 'altered', members: { captureRequestId: 'another' } });
    assert.equal(outcome, 'pending/integrity_mismatch');
  });

  it('is a success without its optional members, and with a time that nobody can read', async () => {
    for (const members of [
      { captureRequestId: null, captureId: null, captureTime: null },
      { captureTime: 'on Tuesday', captureId: 7 },
    ]) {
      const { answer, outcome } = await rig.sendUnder({ kind: 'altered', members });
      assert.equal(outcome, 'succeeded');
      assert.ok(answer.finding.is === 'captured');
      assert.equal(answer.finding.capturedAt, null);
      assert.equal(answer.finding.providerCaptureId, null);
    }
  });
});
