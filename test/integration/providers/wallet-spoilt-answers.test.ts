import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Spoilt } from '../../support/provider-expectations.js';
import {
  becomes,
  comesTooLate,
  hasNoDoubleCapture,
  inDoubt,
  SPOILT_ON_THE_WAY,
} from '../../support/provider-expectations.js';
import { WalletRig } from '../../support/wallet-rig.js';

let rig: WalletRig;
before(async () => {
  rig = await WalletRig.start();
});
after(() => rig.close());

describe('an answer that does not arrive as it should', () => {
  const refusing = (resultCode: string): Scenario => ({ kind: 'answer', resultCode });
  const spoilt: readonly Spoilt[] = [
    ...SPOILT_ON_THE_WAY,
    inDoubt('an unsigned success', { kind: 'unsigned' }, { moved: true }),
    inDoubt('a success with a wrong signature', { kind: 'wrong_signature' }, { moved: true }),
    ...['RISK_REJECT', 'SIGNATURE_INVALID', 'REQUEST_TRAFFIC_EXCEED_LIMIT'].map((code) =>
      inDoubt(`an unsigned ${code}`, { kind: 'unsigned', then: refusing(code) }, { moved: false }),
    ),
    inDoubt(
      'a wrongly signed refusal of our signature',
      { kind: 'wrong_signature', then: refusing('SIGNATURE_INVALID') },
      { moved: false },
    ),
  ];
  for (const one of spoilt) {
    it(`${one.what}: ${one.finding}`, async () => {
      await becomes(rig, one);
    });
  }

  it('is unknown when it comes after the timeout, and an inquiry finds the money', async () => {
    const { capture } = await comesTooLate(rig, rig.clientWith({ timeoutMs: 1_000 }));
    assert.equal((await rig.ask(capture)).outcome, 'succeeded');
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

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
