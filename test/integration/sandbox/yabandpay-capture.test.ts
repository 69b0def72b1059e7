import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { requestId, YabandPayMerchant } from '../../support/yabandpay-merchant.js';

describe("YabandPay's rules of capturing", () => {
  let sandbox: Sandbox;
  let merchant: YabandPayMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox();
    merchant = new YabandPayMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'yabandpay');
  });
  after(() => sandbox.close());

  const captureCode = async (tradeId: string, fields = {}): Promise<unknown> =>
    (await merchant.capture(tradeId, fields)).code;
  const captured = async (tradeId: string): Promise<string> => (await admin.entry(tradeId)).capturedAmount;

  it('captures the whole amount, and tells it as the page has it', async () => {
    const tradeId = await admin.authorise();
    const id = requestId();
    const reply = await merchant.capture(tradeId, { request_id: id });
    const { order_id: orderId } = reply.data;
    assert.match(String(orderId), /^\d{23}$/);
    assert.deepEqual(reply.body, {
      status: true,
      code: '200',
      data: {
        order_id: orderId,
        trade_id: tradeId,
        amount: '24.99',
        currency: 'EUR',
        settlement_amount: '24.99',
        settlement_currency: 'EUR',
        exchange_rate: '1',
        state: 'paid',
      },
      message: '',
      response_id: reply.body['response_id'],
    });
    assert.equal(reply.headers.get('sign'), null);
    const { capturedAmount, captureId, requestIds } = await admin.entry(tradeId);
    assert.deepEqual([capturedAmount, captureId, requestIds], ['2499', orderId, [id]]);
  });

  it("calls the order by the merchant's own id if it has one", async () => {
    const tradeId = await admin.authorise({ reference: 'cart-7' });
    assert.equal((await merchant.capture(tradeId)).data['order_id'], 'cart-7');
    assert.equal((await admin.entry(tradeId)).captureId, 'cart-7');
  });

  it('captures a part, and then no more', async () => {
    const tradeId = await admin.authorise({ amount: '10000' });
    const reply = await merchant.capture(tradeId, { amount: '40.50' });
    assert.deepEqual([reply.code, reply.data['amount']], ['200', '40.5']);
    assert.equal(await captureCode(tradeId, { amount: '59.5' }), '-4024');
    assert.equal(await captured(tradeId), '4050');
  });

  it('reads amounts by the decimals of their currency', async () => {
    const yen = await admin.authorise({ amount: '2499', currency: 'JPY' });
    assert.equal(await captureCode(yen, { amount: '24.99', currency: 'JPY' }), '-3001');
    assert.equal(await captureCode(yen, { amount: '2499', currency: 'JPY' }), '200');
    const dinars = await admin.authorise({ amount: '2499', currency: 'KWD' });
    assert.equal(await captureCode(dinars, { amount: '2.499', currency: 'KWD' }), '200');
    assert.deepEqual([await captured(yen), await captured(dinars)], ['2499', '2499']);
  });

  const missing = ['trade_id', 'amount', 'currency', 'description', 'notify_url', 'request_id'];
  for (const name of missing) {
    it(`refuses a request without ${name}: -3001`, async () => {
      const tradeId = await admin.authorise();
      const reply = await merchant.capture(tradeId, { [name]: null });
      assert.deepEqual([reply.status, reply.code], [false, '-3001']);
      assert.match(String(reply.message), new RegExp(`${name} must be given`));
      assert.equal(await captured(tradeId), '0');
    });
  }

  it('refuses a request id of less than 24 letters and digits: -4118', async () => {
    assert.equal(await captureCode(await admin.authorise(), { request_id: 'a'.repeat(23) }), '-4118');
  });

  it('refuses a trade that it does not have: -4024', async () => {
    assert.equal(await captureCode('no-such-trade'), '-4024');
  });

  it('refuses what has expired, after 30 days unless said otherwise: -4089', async () => {
    const DAY = 86_400_000;
    const authorisedAt = (ago: number): string => new Date(Date.now() - ago).toISOString();
    const old = await admin.authorise({ authorisedAt: authorisedAt(30 * DAY) });
    const young = await admin.authorise({ authorisedAt: authorisedAt(30 * DAY - 60_000) });
    assert.deepEqual([await captureCode(old), await captureCode(young)], ['-4089', '200']);
  });

  it('refuses another currency: -4085', async () => {
    assert.equal(await captureCode(await admin.authorise(), { currency: 'CHF' }), '-4085');
  });

  it('refuses more than was authorised: -4084', async () => {
    const tradeId = await admin.authorise();
    assert.equal(await captureCode(tradeId, { amount: '25' }), '-4084');
    assert.equal(await captureCode(tradeId, { amount: '24.99' }), '200');
  });

  describe('a request id', () => {
    it('is used up by a capture: -4118, and nothing moves', async () => {
      const tradeId = await admin.authorise();
      const fields = { request_id: requestId() };
      assert.deepEqual(
        [await captureCode(tradeId, fields), await captureCode(tradeId, fields)],
        ['200', '-4118'],
      );
      assert.equal(await captureCode(await admin.authorise(), fields), '-4118');
      assert.equal(await captured(tradeId), '2499');
      assert.equal((await admin.entry(tradeId)).captures.length, 1);
    });

    it('is used up by a refusal too', async () => {
      const tradeId = await admin.authorise();
      const fields = { request_id: requestId() };
      assert.equal(await captureCode(tradeId, { ...fields, amount: '25' }), '-4084');
      assert.equal(await captureCode(tradeId, fields), '-4118');
      assert.equal(await captureCode(tradeId), '200');
    });

    it('is not used up by a request that is malformed or fails at the gate', async () => {
      const tradeId = await admin.authorise();
      const fields = { request_id: requestId() };
      assert.equal(await captureCode(tradeId, { ...fields, amount: '24.999' }), '-3001');
      const forged = await merchant.capture(tradeId, fields, { secretKey: 'another' });
      assert.equal(forged.code, '-403');
      assert.equal(await captureCode(tradeId, fields), '200');
    });
  });

  it('counts a capture that was refused only because money had moved', async () => {
    const before = (await admin.summary()).doubleCaptures;
    const tradeId = await admin.authorise();
    const [first, second] = [requestId(), requestId()];
    await merchant.capture(tradeId, { request_id: first });
    const reply = await merchant.capture(tradeId, { request_id: second, amount: '10' });
    assert.deepEqual([reply.code, reply.status], ['-4024', false]);
    assert.equal(await captureCode(tradeId, { amount: '25' }), '-4084');
    const { doubleCaptures, doubleCaptureList } = await admin.book();
    assert.equal(doubleCaptures, before + 1);
    const { at, ...double } = doubleCaptureList.at(-1) ?? { at: '' };
    assert.ok(!Number.isNaN(Date.parse(at)));
    const ids = { requestId: second, firstRequestId: first };
    assert.deepEqual(double, { paymentId: tradeId, ...ids, amount: '1000', currency: 'EUR', moved: false });
  });

  it('moves the money of one of many captures at once, whichever it is', async () => {
    const tradeId = await admin.authorise();
    const replies = await Promise.all(Array.from({ length: 20 }, () => merchant.capture(tradeId)));
    assert.equal(replies.filter(({ code }) => code === '200').length, 1);
    assert.equal((await admin.entry(tradeId)).captures.length, 1);
  });

  it('has a book of its own, apart from the other providers', async () => {
    const wallet = new SandboxAdmin(sandbox);
    const tradeId = await admin.authorise();
    await wallet.authorise({ paymentId: tradeId });
    await merchant.capture(tradeId);
    assert.equal(await captured(tradeId), '2499');
    assert.equal((await wallet.entry(tradeId)).capturedAmount, '0');
    assert.deepEqual((await wallet.summary()).totals.authorised, { IQD: '150000' });
  });
});

describe("YabandPay's book", () => {
  it('has totals by currency, and calls by method and code', async () => {
    const sandbox = await startSandbox();
    try {
      const admin = new SandboxAdmin(sandbox, 'yabandpay');
      const merchant = new YabandPayMerchant(sandbox);
      const [euros, yen] = [
        await admin.authorise(),
        await admin.authorise({ amount: '500', currency: 'JPY' }),
      ];
      await merchant.capture(euros, { amount: '20' });
      await merchant.capture(euros);
      await merchant.capture(yen, { amount: '500', currency: 'JPY' });
      await merchant.capture(yen, {}, { secretKey: 'another' });
      await merchant.query(yen);
      assert.deepEqual(await admin.summary(), {
        permissive: false,
        totals: {
          authorisations: 2,
          captures: 2,
          authorised: { EUR: '2499', JPY: '500' },
          captured: { EUR: '2000', JPY: '500' },
        },
        doubleCaptures: 1,
        lateCollisions: 0,
        callbacks: { letters: 0, tries: 0, delivered: 0, givenUp: 0 },
        troubled: { all: 4, troubled: 0 },
        calls: {
          'v3.Capture': { '200': 2, '-4024': 1 },
          other: { '-403': 1 },
          'v3.QueryOrder': { '200': 1 },
        },
      });
    } finally {
      await sandbox.close();
    }
  });
});

describe('YabandPay after a reset', () => {
  it('has forgotten its trades and which request ids were used', async () => {
    const sandbox = await startSandbox();
    try {
      const admin = new SandboxAdmin(sandbox, 'yabandpay');
      const merchant = new YabandPayMerchant(sandbox);
      const fields = { request_id: requestId() };
      const tradeId = await admin.authorise();
      assert.equal((await merchant.capture(tradeId, fields)).code, '200');
      await admin.post('/reset');
      assert.equal((await merchant.query(tradeId)).code, '-4024');
      await admin.authorise({ paymentId: tradeId });
      assert.equal((await merchant.capture(tradeId, fields)).code, '200');
    } finally {
      await sandbox.close();
    }
  });
});

describe('YabandPay in permissive mode', () => {
  let sandbox: Sandbox;
  let merchant: YabandPayMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox({ permissive: true });
    merchant = new YabandPayMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'yabandpay');
  });
  after(() => sandbox.close());

  it('moves the money again for another request id, and counts it', async () => {
    const tradeId = await admin.authorise();
    const [first, second] = [await merchant.capture(tradeId), await merchant.capture(tradeId)];
    assert.deepEqual([first.state, second.state], ['paid', 'paid']);
    const { capturedAmount, captures } = await admin.entry(tradeId);
    assert.deepEqual([capturedAmount, captures.length], ['4998', 2]);
    const { permissive, doubleCaptures } = await admin.summary();
    assert.deepEqual([permissive, doubleCaptures], [true, 1]);
    const { data } = await merchant.query(tradeId);
    assert.equal((data['transaction_info'] as Record<string, unknown>)['amount'], '49.98');
  });

  it('turns nobody away while a capture is under way', async () => {
    const tradeId = await admin.authorise({
      scenario: [{ kind: 'in_process', moved: true, endsAfterMs: 3_600_000 }],
    });
    assert.equal((await merchant.capture(tradeId)).state, 'processing');
    assert.equal((await merchant.capture(tradeId)).state, 'paid');
    assert.equal(await admin.hurry(), 1);
    assert.equal((await admin.entry(tradeId)).captures.length, 2);
  });

  it('still moves nothing for a repeated request id', async () => {
    const tradeId = await admin.authorise();
    const fields = { request_id: requestId() };
    const replies = await Promise.all(Array.from({ length: 10 }, () => merchant.capture(tradeId, fields)));
    assert.equal(replies.filter(({ code }) => code === '-4118').length, 9);
    assert.equal((await admin.entry(tradeId)).capturedAmount, '2499');
  });
});
