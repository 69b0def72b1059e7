import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import type { ProviderClient } from '../../../src/ports/provider.js';
import { PAYERMAX_PAGE_CODES, PAYERMAX_PAGE_STATUSES } from '../../support/page-codes.js';
import { PayermaxRig, SAR_100 } from '../../support/payermax-rig.js';
import {
  anExpiredPayment,
  assertRead,
  becomes,
  capturesExactly,
  hasNoDoubleCapture,
  inDoubt,
  isRefused,
  reworded,
  waitsUntilMended,
} from '../../support/provider-expectations.js';
import { clockOffBy, MINUTE, outcomeOf, sendBy } from '../../support/provider-rig.js';

type Code = keyof typeof PAYERMAX_PAGE_CODES;

let rig: PayermaxRig;
before(async () => {
  rig = await PayermaxRig.start();
});
after(() => rig.close());

describe('a capture that PayerMax judges itself', () => {
  // Of KWD, PayerMax takes two of its three decimals: the smallest part is ten fils.
  for (const [currency, amount, smallest] of [
    ['JPY', 5_000n, 1n],
    ['SAR', 10_000n, 1n],
    ['USD', 2_499n, 1n],
    ['KWD', 1_230n, 10n],
    ['IQD', 150_001n, 1n],
    ['CLF', 12_345n, 1n],
    ['COP', 1_234_500n, 100n],
  ] as const) {
    it(`moves ${amount} minor units of ${currency}, to the unit`, async () => {
      const began = Date.now();
      const { capture, finding } = await capturesExactly(rig, { currency, amount: amount.toString() });
      assert.equal(capture.money.amount, amount);
      assert.deepEqual(finding.money, capture.money);
      assert.equal(finding.requestId, capture.requestId);
      assert.equal(finding.providerCaptureId, (await rig.admin.entry(capture.paymentId)).captureId);
      assert.ok(Math.abs((finding.capturedAt?.getTime() ?? 0) - began) < MINUTE);
    });

    it(`moves a part of ${amount} minor units of ${currency}, if a part was asked for`, async () => {
      const payment = { currency, amount: amount.toString() };
      for (const captureAmount of [smallest, amount - smallest]) {
        const { capture } = await capturesExactly(rig, payment, { captureAmount });
        assert.equal(capture.money.amount, captureAmount);
      }
    });
  }

  it('is never planned for an amount that PayerMax does not take', async () => {
    for (const [currency, amount] of [
      ['KWD', '1234'],
      ['COP', '1234550'],
    ] as const) {
      await assert.rejects(rig.planned({ currency, amount }), /more decimals than PayerMax takes/);
    }
  });

  it('is not seen by order queries, which say the same before and after', async () => {
    const capture = await rig.planned();
    const asked = [await rig.ask(capture)];
    assert.equal((await rig.send(capture)).outcome, 'succeeded');
    asked.push(await rig.ask(capture));
    for (const one of asked) {
      assertRead(one, { finding: 'unknown', outcome: 'pending/unknown' });
      assert.equal(one.answer.providerCode, 'SUCCESS');
    }
  });

  it('is of an authorisation whose outTradeNo is the same in capitals', async () => {
    for (const outTradeNo of ['Order_77', 'ORDER_78', 'order_79']) {
      const paymentId = await rig.admin.authorise({ reference: outTradeNo });
      const spelt = (text: string): Capture =>
        rig.plan(paymentId, { references: new Map([['outTradeNo', text]]) });
      const upper = spelt(outTradeNo.toUpperCase());
      const lower = spelt(outTradeNo.toLowerCase());
      assert.equal(lower.captureId, upper.captureId);
      assert.notDeepEqual(lower.body, upper.body);
      for (const capture of [upper, lower]) assert.equal((await rig.send(capture)).outcome, 'succeeded');
      assert.equal((await rig.admin.entry(paymentId)).captures.length, 1);
      assert.equal((await rig.ask(lower)).answer.providerCode, 'SUCCESS');
    }
  });

  const refusals: readonly [what: string, code: Code, capture: () => Capture | Promise<Capture>][] = [
    ['of more than was authorised', 'AMOUNT_LIMIT', () => rig.planned({}, { authorisedAmount: 10_001n })],
    ['in another currency', 'CURRENCY_INVALID', () => rig.planned({}, { currency: 'USD' })],
    ['of an order that nobody made', 'ORDER_NOT_EXIST', () => rig.plan('order_that_nobody_made')],
    [
      'with too many decimals',
      'AMOUNT_INVALID',
      async () => reworded(await rig.planned(), '100.00', '100.001'),
    ],
    ['of nothing', 'AMOUNT_INVALID', async () => reworded(await rig.planned(), '100.00', '0.00')],
    [
      'with a text for an amount',
      'PARAMS_INVALID',
      async () => reworded(await rig.planned(), '100.00', '"100.00"'),
    ],
    [
      'with a currency that is none',
      'PARAMS_INVALID',
      async () => reworded(await rig.planned(), 'SAR', 'sar'),
    ],
  ];
  for (const [what, code, capture] of refusals) {
    it(`${what} gets ${code}: ${PAYERMAX_PAGE_CODES[code].outcome}`, async () => {
      await isRefused(rig, await capture(), { code, ...PAYERMAX_PAGE_CODES[code] });
    });
  }

  it('after its window is accepted and fails', async () => {
    const code = 'AUTHORIZATION_EXPIRED';
    await isRefused(rig, await rig.planned(anExpiredPayment()), { code, ...PAYERMAX_PAGE_STATUSES.FAILED });
  });

  it('in process that comes to nothing fails with PAYMENT_FAILED, which a repeat is told', async () => {
    const scenario = [{ kind: 'in_process', moved: false, endsAfterMs: 60 * MINUTE }] as const;
    const capture = await rig.planned({ scenario });
    assertRead(await rig.send(capture), PAYERMAX_PAGE_STATUSES.PENDING);
    await rig.admin.hurry();
    await isRefused(rig, capture, { code: 'PAYMENT_FAILED', ...PAYERMAX_PAGE_CODES.PAYMENT_FAILED });
  });

  it('is refused under a requestId that was used with another content, which ends nothing in doubt', async () => {
    const capture = await rig.planned({ scenario: [{ kind: 'unknown', moved: true }] });
    const first = await rig.send(capture);
    const second = await rig.send(reworded(capture, '100.00', '99.00'));
    assert.equal(second.answer.providerCode, 'PARAMS_INVALID');
    assertRead(second, PAYERMAX_PAGE_CODES.PARAMS_INVALID);
    assert.equal(outcomeOf(capture, first.answer, second.answer), 'pending/unknown');
    assert.equal(await rig.moved(capture), SAR_100.amount);
  });
});

describe('an account at PayerMax that is set up wrongly', () => {
  const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const faults: readonly [what: string, code: Code, client: () => ProviderClient][] = [
    ['another key', 'SIGN_VERIFY_FAILED', () => rig.clientWith({ privateKey: strangers.privateKey })],
    ['an unknown app', 'MERCHANT_APP_INVALID', () => rig.clientWith({ appId: 'f'.repeat(32) })],
    ["another merchant's number", 'MERCHANT_INVALID', () => rig.clientWith({ merchantNo: 'P01' })],
    ['a clock that is slow', 'REQ_TIME_OVER_TIME', () => rig.clientWith({}, clockOffBy(-2.5 * MINUTE))],
    ['a clock that is fast', 'REQ_TIME_OVER_TIME', () => rig.clientWith({}, clockOffBy(2.5 * MINUTE))],
  ];
  for (const [what, code, client] of faults) {
    const { finding } = PAYERMAX_PAGE_CODES[code];
    it(`with ${what} sees ${code}: ${finding}, and the capture waits to be sent again`, () =>
      waitsUntilMended(rig, client(), { code, ...PAYERMAX_PAGE_CODES[code] }));
  }

  it('with a clock that is off by less than two minutes works', async () => {
    for (const ms of [-1.5 * MINUTE, 1.5 * MINUTE]) {
      const sent = await sendBy(rig.clientWith({}, clockOffBy(ms)), await rig.planned());
      assert.equal(sent.outcome, 'succeeded');
    }
  });

  it('with a version that PayerMax does not have fails what it sends', async () => {
    for (const changed of [{ version: '9.9' }, { keyVersion: '2' }]) {
      const sent = await sendBy(rig.clientWith(changed), await rig.planned());
      assert.equal(sent.answer.providerCode, 'PARAMS_INVALID');
      assertRead(sent, PAYERMAX_PAGE_CODES.PARAMS_INVALID);
    }
  });

  it("with another PayerMax's public key believes nothing, though the money moved", async () => {
    const other = rig.clientWith({ payermaxPublicKey: strangers.publicKey });
    await becomes(rig, inDoubt('a success', { kind: 'normal' }, { moved: true }), other);
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
