import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Spoilt } from '../../support/provider-expectations.js';
import {
  aMismatch,
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

/** An answer of the wallet with other members, to a capture that meets `then`. */
function saying(members: Readonly<Record<string, unknown>>, then: Scenario = { kind: 'normal' }): Scenario {
  return { kind: 'altered', members, then };
}

describe('an answer that does not arrive as it should', () => {
  const refusing = (resultCode: string): Scenario => ({ kind: 'answer', resultCode });
  const captured = { finding: 'captured', moved: true } as const;
  const foreign = { finding: 'foreign', moved: true } as const;
  const nothing = { finding: 'foreign', moved: false } as const;
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

    aMismatch('a success of less', saying({ captureAmount: { value: '1', currency: 'IQD' } }), captured),
    aMismatch(
      'a success in dollars',
      saying({ captureAmount: { value: '150000', currency: 'USD' } }),
      captured,
    ),
    aMismatch('a success of another request', saying({ captureRequestId: 'another' }), captured),
    aMismatch('a success in a currency alone', saying({ captureAmount: { currency: 'USD' } }), foreign),
    aMismatch('a success of another payment', saying({ paymentId: 'ANOTHER-PAYMENT' }), foreign),
    aMismatch(
      'a success of another payment that names no request',
      saying({ paymentId: 'ANOTHER-PAYMENT', captureRequestId: null }),
      foreign,
    ),
    ...['RISK_REJECT', 'SIGNATURE_INVALID', 'REQUEST_TRAFFIC_EXCEED_LIMIT', 'CAPTURE_IN_PROCESS'].flatMap(
      (code) =>
        [
          { captureRequestId: 'another' },
          { paymentId: 'ANOTHER-PAYMENT' },
          { captureAmount: { value: '1', currency: 'IQD' } },
          { captureAmount: { currency: 'USD' } },
        ].map((members) =>
          aMismatch(`${code} with ${JSON.stringify(members)}`, saying(members, refusing(code)), nothing),
        ),
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

describe('an answer that names its payment and its amount, and they are ours', () => {
  it('is a success', async () => {
    const capture = await rig.planned({
      paymentId: 'PAY-NAMED',
      scenario: saying({ paymentId: 'PAY-NAMED', captureAmount: { value: '150000', currency: 'IQD' } }),
    });
    const { answer, outcome } = await rig.send(capture);
    assert.equal(outcome, 'succeeded');
    assert.deepEqual(answer.finding.is === 'captured' && answer.finding.money, capture.money);
  });
});

describe("an answer at a time that isn't that of the call", () => {
  const MINUTES = 60_000;
  /** A wallet whose clock is wrong, and that takes our requests all the same. */
  const wrongBy = async (ms: number, check: (other: WalletRig) => Promise<void>): Promise<void> => {
    const now = (): Date => new Date(Date.now() + ms);
    const other = await WalletRig.start({ now, wallet: { clockSkewMs: 60 * MINUTES } });
    try {
      await check(other);
    } finally {
      await other.close();
    }
  };
  const nameless: Scenario = saying({ captureRequestId: null });
  const refusal: Scenario = { kind: 'answer', resultCode: 'RISK_REJECT' };

  for (const ms of [-6 * MINUTES, 6 * MINUTES]) {
    it(`is no evidence if it names no request: ${String(ms / MINUTES)} min`, () =>
      wrongBy(ms, async (other) => {
        await becomes(other, inDoubt('a success', nameless, { moved: true }));
        await becomes(other, inDoubt('a refusal', refusal, { moved: false }));
      }));
  }

  it('is evidence if it names ours, or if the clocks differ by less than five minutes', async () => {
    await wrongBy(-6 * MINUTES, async (other) => {
      assert.equal((await other.sendUnder({ kind: 'normal' })).outcome, 'succeeded');
    });
    for (const ms of [-4 * MINUTES, 4 * MINUTES]) {
      await wrongBy(ms, async (other) => {
        assert.equal((await other.sendUnder(nameless)).outcome, 'succeeded');
        assert.equal((await other.sendUnder(refusal)).outcome, 'failed/risk');
      });
    }
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
