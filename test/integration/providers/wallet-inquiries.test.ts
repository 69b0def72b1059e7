import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Money } from '../../../src/capture/money.js';
import {
  anExpiredPayment,
  assertRead,
  hasNoDoubleCapture,
  INQUIRIES_SPOILT_ON_THE_WAY,
} from '../../support/provider-expectations.js';
import type { OrderChange, Sent } from '../../support/provider-rig.js';
import type { PaymentInput } from '../../support/sandbox-admin.js';
import { until } from '../../support/until.js';
import { IQD_150, WalletRig } from '../../support/wallet-rig.js';

const HOUR = 3_600_000;

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
      { kind: 'altered', members: { paymentId: null } },
      { kind: 'altered', members: { paymentStatus: 'ODD', transactions: [] } },
    ];
    for (const inquiryScenario of scenarios) {
      const { answer, outcome } = await askAfter({ inquiryScenario });
      assert.deepEqual(answer.finding, { is: 'unknown' }, inquiryScenario.kind);
      assert.equal(outcome, 'pending/unknown');
    }
  });

  it('that contradicts itself says nothing', async () => {
    for (const [moved, paymentStatus] of [
      [false, 'SUCCESS'],
      [false, 'PROCESSING'],
      [true, 'FAIL'],
    ] as const) {
      const { capture } = await rig.send(
        await rig.planned({
          scenario: { kind: 'in_process', moved, endsAfterMs: HOUR },
          inquiryScenario: { kind: 'altered', members: { paymentStatus } },
        }),
      );
      await rig.admin.hurry();
      const asked = await rig.ask(capture);
      assertRead(asked, { finding: 'unknown', outcome: 'pending/unknown' });
      const raw = Buffer.from(asked.answer.raw ?? []).toString('utf8');
      assert.match(raw, new RegExp(`"CAPTURE","transactionStatus":"${moved ? 'SUCCESS' : 'FAIL'}"`));
    }
  });

  it('that names another payment, or other money, is a mismatch whatever it says', async () => {
    const dollar = { value: '100', currency: 'USD' };
    for (const scenario of [
      { kind: 'unknown', moved: false },
      { kind: 'in_process', moved: true },
      { kind: 'normal' },
    ] as const) {
      for (const members of [{ paymentId: 'another' }, { paymentAmount: dollar, transactions: [] }]) {
        const { outcome } = await askAfter({ scenario, inquiryScenario: { kind: 'altered', members } });
        assert.equal(outcome, 'pending/integrity_mismatch', `${scenario.kind} ${JSON.stringify(members)}`);
      }
    }
    const transaction = {
      transactionType: 'CAPTURE',
      transactionStatus: 'FAIL',
      transactionAmount: dollar,
      transactionTime: '2026-03-01T12:00:00+03:00',
      transactionId: 'CAP',
    };
    for (const members of [
      { transactions: [transaction] },
      { paymentStatus: 'FAIL', paymentAmount: dollar },
      { paymentStatus: 'FAIL', transactions: [transaction] },
    ]) {
      const asked = await askAfter({
        scenario: { kind: 'unknown', moved: false },
        inquiryScenario: { kind: 'altered', members },
      });
      assertRead(asked, { finding: 'foreign', outcome: 'pending/integrity_mismatch' });
    }
  });

  it('finds the authorisation of a partial capture by the authorised amount', async () => {
    const scenario: Scenario = { kind: 'unknown', moved: false };
    const { answer } = await askAfter({ scenario }, { captureAmount: half.amount });
    assert.deepEqual(answer.finding, { is: 'authorised' });
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
