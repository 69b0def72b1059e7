import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Capture } from '../../../src/capture/capture.js';
import type { Money } from '../../../src/capture/money.js';
import type { Answer } from '../../../src/ports/provider.js';
import type { PaymentInput } from '../../support/sandbox-admin.js';
import { until } from '../../support/until.js';
import {
  callOf,
  captureOf,
  inquiryOf,
  IQD_150,
  MINUTE,
  outcomeOfInquiry,
  WalletRig,
} from '../../support/wallet-rig.js';

let rig: WalletRig;
before(async () => {
  rig = await WalletRig.start();
});
after(() => rig.close());

describe('an inquiry', () => {
  /** Sends a capture under a script, then asks. */
  async function askAfter(
    payment: PaymentInput,
    money?: Money,
  ): Promise<{ capture: Capture; answer: Answer; outcome: string }> {
    const capture = await rig.planned(payment, money);
    await rig.client.capture(callOf(capture));
    const answer = await rig.client.inquire(inquiryOf(capture));
    return { capture, answer, outcome: outcomeOfInquiry(capture, answer) };
  }
  const half: Money = { amount: 75_000n, currency: 'IQD' };

  it('finds an authorisation that nothing was captured of', async () => {
    const { answer, outcome } = await askAfter({ scenario: { kind: 'unknown', moved: false } });
    assert.deepEqual(answer.finding, { is: 'authorised' });
    assert.equal(outcome, 'pending/unknown');
  });

  it('finds a capture behind an unknown outcome, full or partial, with its amount', async () => {
    for (const money of [IQD_150, half]) {
      const { answer, outcome } = await askAfter({ scenario: { kind: 'unknown', moved: true } }, money);
      assert.equal(outcome, 'succeeded');
      assert.deepEqual(answer.finding.is === 'captured' && answer.finding.money, money);
    }
  });

  it('finds a capture in process, and what it came to', async () => {
    const open = await askAfter({ scenario: { kind: 'in_process', moved: true } });
    assert.equal(open.answer.finding.is, 'in_process');
    for (const [moved, expected] of [
      [true, 'succeeded'],
      [false, 'failed/other'],
    ] as const) {
      const { capture } = await askAfter({ scenario: { kind: 'in_process', moved, endsAfterMs: 20 } });
      await until(async () => {
        const answer = await rig.client.inquire(inquiryOf(capture));
        return outcomeOfInquiry(capture, answer) === expected;
      });
    }
  });

  it('finds an authorisation that expired uncaptured', async () => {
    const now = Date.now();
    const { outcome } = await askAfter({
      authorisedAt: new Date(now - 2 * MINUTE).toISOString(),
      expiresAt: new Date(now - MINUTE).toISOString(),
    });
    assert.equal(outcome, 'failed/other');
  });

  it('finds nothing about a payment that the wallet does not know', async () => {
    const capture = captureOf('pay-that-nobody-made', IQD_150, IQD_150);
    const answer = await rig.client.inquire(inquiryOf(capture));
    assert.equal(answer.providerCode, 'ORDER_NOT_EXIST');
    assert.deepEqual(answer.finding, { is: 'unknown' });
  });

  it('is decided by the payment status where no transactions are listed: fully, or as a mismatch', async () => {
    const inquiryScenario: Scenario = { kind: 'altered', members: { transactions: null } };
    assert.equal((await askAfter({ inquiryScenario })).outcome, 'succeeded');
    assert.equal((await askAfter({ inquiryScenario }, half)).outcome, 'pending/integrity_mismatch');
  });

  it('that is spoilt on its way says nothing', async () => {
    const scenarios: Scenario[] = [
      { kind: 'unsigned' },
      { kind: 'wrong_signature' },
      { kind: 'garbage' },
      { kind: 'truncated' },
      { kind: 'http', status: 502, moved: false },
      { kind: 'reset', when: 'before_answer', moved: false },
      { kind: 'altered', members: { paymentId: 'another' } },
      { kind: 'altered', members: { paymentStatus: 'ODD', transactions: [] } },
    ];
    for (const inquiryScenario of scenarios) {
      const { answer, outcome } = await askAfter({ inquiryScenario });
      assert.deepEqual(answer.finding, { is: 'unknown' }, inquiryScenario.kind);
      assert.equal(outcome, 'pending/unknown');
    }
  });
});
