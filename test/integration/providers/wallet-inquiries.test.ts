import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Money } from '../../../src/capture/money.js';
import {
  anExpiredPayment,
  hasNoDoubleCapture,
  INQUIRIES_SPOILT_ON_THE_WAY,
} from '../../support/provider-expectations.js';
import type { OrderChange, Sent } from '../../support/provider-rig.js';
import type { PaymentInput } from '../../support/sandbox-admin.js';
import { until } from '../../support/until.js';
import { IQD_150, WalletRig } from '../../support/wallet-rig.js';

let rig: WalletRig;
before(async () => {
  rig = await WalletRig.start();
});
after(() => rig.close());

describe('an inquiry', () => {
  /** Sends a capture under a script, then asks. */
  async function askAfter(payment: PaymentInput, change?: OrderChange): Promise<Sent> {
    const { capture } = await rig.send(await rig.planned(payment, change));
    return rig.ask(capture);
  }
  const half: Money = { amount: 75_000n, currency: 'IQD' };

  it('finds an authorisation that nothing was captured of', async () => {
    const { answer, outcome } = await askAfter({ scenario: { kind: 'unknown', moved: false } });
    assert.deepEqual(answer.finding, { is: 'authorised' });
    assert.equal(outcome, 'pending/unknown');
  });

  it('finds a capture behind an unknown outcome, full or partial, with its amount', async () => {
    for (const money of [IQD_150, half]) {
      const { answer, outcome } = await askAfter(
        { scenario: { kind: 'unknown', moved: true } },
        { captureAmount: money.amount },
      );
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
        return (await rig.ask(capture)).outcome === expected;
      });
    }
  });

  it('finds an authorisation that expired uncaptured', async () => {
    const { outcome } = await askAfter(anExpiredPayment());
    assert.equal(outcome, 'failed/other');
  });

  it('finds nothing about a payment that the wallet does not know', async () => {
    const { answer } = await rig.ask(rig.plan('pay-that-nobody-made'));
    assert.equal(answer.providerCode, 'ORDER_NOT_EXIST');
    assert.deepEqual(answer.finding, { is: 'unknown' });
  });

  it('is decided by the payment status where no transactions are listed: fully, or as a mismatch', async () => {
    const inquiryScenario: Scenario = { kind: 'altered', members: { transactions: null } };
    assert.equal((await askAfter({ inquiryScenario })).outcome, 'succeeded');
    assert.equal(
      (await askAfter({ inquiryScenario }, { captureAmount: half.amount })).outcome,
      'pending/integrity_mismatch',
    );
  });

  it('that is spoilt on its way says nothing', async () => {
    const scenarios: Scenario[] = [
      ...INQUIRIES_SPOILT_ON_THE_WAY,
      { kind: 'unsigned' },
      { kind: 'wrong_signature' },
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

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
