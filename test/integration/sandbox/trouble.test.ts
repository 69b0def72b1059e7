import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CALM } from '../../../sandbox/profiles.js';
import { noticeIn, readPosted } from '../../support/notices.js';
import { ALL, SandboxRig } from '../../support/sandbox-rig.js';
import { until } from '../../support/until.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';
import { YabandPayMerchant } from '../../support/yabandpay-merchant.js';

const HOUR = 3_600_000;
const SUCCESS = { wallet: 'SUCCESS', yabandpay: '200 paid', payermax: 'APPLY_SUCCESS SUCCESS' } as const;

describe('trouble', () => {
  let rig: SandboxRig;
  before(async () => {
    rig = await SandboxRig.start({ wallet: { notifiesCaptures: true } });
  });
  after(() => rig.close());

  for (const provider of ALL) {
    it(`a held answer comes after the money has moved, and after its notification: ${provider}`, async () => {
      const paymentId = await rig.authorise(provider, { scenario: { kind: 'held', ms: HOUR } });
      let isAnswered = false;
      const answer = rig.capture(provider, paymentId).finally(() => {
        isAnswered = true;
      });
      const arrived = (): boolean => rig.receiver.received.some(({ body }) => body.includes(paymentId));
      await until(arrived);
      assert.equal((await rig.admin(provider).entry(paymentId)).outcome, 'captured');
      assert.equal(isAnswered, false);
      await rig.admin(provider).hurry();
      assert.equal((await answer).said, SUCCESS[provider]);
    });

    it(`an answer can name another amount than was captured, and the book notes it: ${provider}`, async () => {
      const paymentId = await rig.authorise(provider, { scenario: { kind: 'wrong_amount' } });
      const { said, amount } = await rig.capture(provider, paymentId);
      const wrong = {
        wallet: { value: '151000', currency: 'IQD' },
        yabandpay: '34.99',
        payermax: 110,
      }[provider];
      assert.deepEqual([said, amount], [SUCCESS[provider], wrong]);
      const { misstated, capturedAmount } = await rig.admin(provider).entry(paymentId);
      assert.deepEqual(
        [misstated, capturedAmount],
        [true, { wallet: '150000', yabandpay: '2499', payermax: '10000' }[provider]],
      );
    });

    it(`a refusal names no wrong amount: ${provider}`, async () => {
      const paymentId = await rig.authorise(provider, {
        scenario: [{ kind: 'normal' }, { kind: 'wrong_amount' }],
      });
      await rig.capture(provider, paymentId);
      await rig.capture(provider, paymentId, 'another request');
      assert.equal((await rig.admin(provider).entry(paymentId)).misstated, false);
    });

    it(`captured money can be given back, once: ${provider}`, async () => {
      const admin = rig.admin(provider);
      const paymentId = await rig.authorise(provider);
      const undo = async (): Promise<number> =>
        (await admin.post('/undo', { provider, paymentId, is: 'refunded' })).status;
      assert.equal(await undo(), 409);
      await rig.capture(provider, paymentId);
      assert.deepEqual([await undo(), await undo()], [204, 409]);
      const { undoing, outcome } = await admin.entry(paymentId);
      assert.deepEqual([undoing?.is, outcome], ['refunded', 'captured']);
    });
  }

  const stale = { kind: 'stale', ms: HOUR } as const;
  const told = { wallet: ['AUTH_SUCCESS', 'SUCCESS'], yabandpay: ['authorized', 'paid'] } as const;
  for (const provider of ['wallet', 'yabandpay'] as const) {
    it(`replicas can answer in turns, one with an old state: ${provider}`, async () => {
      const inquiryScenario = [stale, { kind: 'normal' }, stale, { kind: 'normal' }] as const;
      const paymentId = await rig.authorise(provider, { inquiryScenario });
      await rig.capture(provider, paymentId);
      const answers: string[] = [];
      for (let call = 0; call < 4; call += 1) answers.push(await rig.inquire(provider, paymentId));
      assert.deepEqual(answers, [...told[provider], ...told[provider]]);
    });

    it(`a replica catches up: ${provider}`, async () => {
      const paymentId = await rig.authorise(provider, { inquiryScenario: { kind: 'stale', ms: 40 } });
      await rig.capture(provider, paymentId);
      await until(async () => (await rig.inquire(provider, paymentId)) === told[provider][1]);
    });
  }

  it('the answer to an inquiry can be held as well', async () => {
    for (const provider of ['wallet', 'yabandpay'] as const) {
      const paymentId = await rig.authorise(provider, { inquiryScenario: [{ kind: 'held', ms: HOUR }] });
      const answer = rig.inquire(provider, paymentId);
      await until(async () => (await rig.admin(provider).hurry()) === 1);
      assert.equal(await answer, told[provider][0]);
    }
  });

  it('a replica names the amount of its time too', async () => {
    const paymentId = await rig.authorise('yabandpay', { inquiryScenario: [stale] });
    const merchant = new YabandPayMerchant(rig.sandbox);
    await merchant.capture(paymentId, { amount: '10' });
    const amounts = [await merchant.query(paymentId), await merchant.query(paymentId)].map(
      ({ data }) => (data['transaction_info'] as Record<string, unknown>)['amount'],
    );
    assert.deepEqual(amounts, ['24.99', '10']);
  });

  it('a voided trade of YabandPay is cancelled, which does not tell that it was captured before', async () => {
    const callbackScenario = { kind: 'none' } as const;
    const paymentId = await rig.authorise('yabandpay', { callbackScenario });
    await rig.capture('yabandpay', paymentId);
    assert.equal((await rig.admin('yabandpay').entry(paymentId)).tells, true);
    await rig.admin('yabandpay').post('/undo', { provider: 'yabandpay', paymentId, is: 'voided' });
    assert.equal(await rig.inquire('yabandpay', paymentId), 'cancelled');
    const { tells, byInquiry } = await rig.admin('yabandpay').entry(paymentId);
    assert.deepEqual([tells, byInquiry], [false, 'nothing']);
  });

  it('a voided payment of the wallet still lists its capture', async () => {
    const paymentId = await rig.authorise('wallet');
    await rig.capture('wallet', paymentId);
    await rig.admin('wallet').post('/undo', { provider: 'wallet', paymentId, is: 'voided' });
    const { body } = await new WalletMerchant(rig.sandbox).inquire({ paymentId });
    const transactions = body['transactions'] as readonly Record<string, unknown>[];
    assert.deepEqual(
      transactions.map(({ transactionType, transactionStatus }) => [transactionType, transactionStatus]),
      [
        ['CAPTURE', 'SUCCESS'],
        ['VOID', 'SUCCESS'],
      ],
    );
  });

  it('a refund at YabandPay is notified as one, which is a reason to ask, and an inquiry shows it', async () => {
    const paymentId = await rig.authorise('yabandpay', { callbackScenario: { kind: 'none' } });
    await rig.capture('yabandpay', paymentId);
    await rig.admin('yabandpay').post('/undo', { provider: 'yabandpay', paymentId, is: 'refunded' });
    const ofRefund = () => rig.receiver.received.find(({ body }) => body.includes(paymentId));
    await until(() => ofRefund() !== undefined);
    const posted = ofRefund();
    assert.ok(posted !== undefined);
    const { says } = noticeIn(readPosted(rig.reader('yabandpay'), posted, new Date()));
    assert.equal(says.is, 'hint');
    assert.equal(await rig.inquire('yabandpay', paymentId), 'refunded');
  });
});

describe('outages', () => {
  it('let no call of their provider through while they last, and every call between them', async () => {
    const profile = { ...CALM, outages: { everyMs: 200, forMs: 150 } };
    const rig = await SandboxRig.start({ profile });
    const seen = new Set<string>();
    try {
      for (const provider of ALL) {
        seen.clear();
        await until(async () => {
          const paymentId = await rig.authorise(provider);
          const { said } = await rig.capture(provider, paymentId);
          const { captures } = await rig.admin(provider).entry(paymentId);
          const isThrough = said === SUCCESS[provider];
          assert.equal(captures.length, isThrough ? 1 : 0, said);
          seen.add(isThrough ? 'through' : said === 'lost' ? 'reset' : 'refused');
          return seen.size === 3;
        });
        const { calls } = await rig.admin(provider).summary();
        assert.deepEqual(Object.keys(calls['outage'] ?? {}).toSorted(), ['HTTP 503', 'RESET']);
      }
    } finally {
      await rig.close();
    }
  });
});
