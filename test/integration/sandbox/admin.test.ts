import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';

describe('the admin endpoints', () => {
  let sandbox: Sandbox;
  let merchant: WalletMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox({ authorisationLifeMs: 86_400_000 });
    merchant = new WalletMerchant(sandbox);
    admin = new SandboxAdmin(sandbox);
  });
  after(() => sandbox.close());
  beforeEach(async () => {
    assert.equal((await admin.post('/reset')).status, 204);
  });

  const valid = (): Record<string, unknown> => ({
    provider: 'wallet',
    paymentId: 'p',
    merchant: merchant.clientId,
    amount: '150000',
    currency: 'IQD',
  });
  const refusal = async (payments: unknown): Promise<{ status: number; error: string }> => {
    const response = await admin.post('/authorisations', payments);
    const { error } = (await response.json()) as { error: string };
    assert.equal(
      (await admin.summary()).totals.authorisations,
      0,
      'a refused list must leave nothing behind',
    );
    return { status: response.status, error };
  };

  it('enter payments, which live as long as the sandbox was told unless they say otherwise', async () => {
    const response = await admin.post('/authorisations', [
      { ...valid(), authorisedAt: '2026-03-01T12:00:00Z' },
      { ...valid(), paymentId: 'q', expiresAt: '2030-01-01T02:00:00+02:00', reference: 'cart' },
    ]);
    assert.deepEqual([response.status, await response.json()], [201, { added: 2 }]);
    assert.deepEqual(await admin.entry('p'), {
      paymentId: 'p',
      merchant: merchant.clientId,
      reference: null,
      amount: '150000',
      currency: 'IQD',
      authorisedAt: '2026-03-01T12:00:00.000Z',
      expiresAt: '2026-03-02T12:00:00.000Z',
      capturedAmount: '0',
      captureId: null,
      captures: [],
      requestIds: [],
      outcome: 'not_captured',
      undoing: null,
      tells: true,
      // Its life is over: nobody can capture it any more.
      byInquiry: 'failed',
      byRepeat: 'authorised',
      misstated: false,
      callbacks: [],
    });
    const { expiresAt, reference } = await admin.entry('q');
    assert.deepEqual([expiresAt, reference], ['2030-01-01T00:00:00.000Z', 'cart']);
  });

  const mistakes: Record<string, readonly [unknown, RegExp]> = {
    'no list': [{}, /array/],
    'an empty list': [[], />=1/],
    'an amount as a number': [[{ amount: 5 }], /string[\s\S]*\[0\]\.amount/],
    'an amount of zero': [[{ amount: '0' }], /positive number of minor units/],
    'an amount of 17 digits': [[{ amount: '1'.repeat(17) }], /positive number of minor units/],
    'a currency in small letters': [[{ currency: 'iqd' }], /three capital letters/],
    'a time without an offset': [[{ expiresAt: '2026-03-01T12:00:00' }], /expiresAt/],
    'an unknown member': [[{ ammount: '5' }], /ammount/],
    'a client that the wallet does not know': [[{ merchant: 'SOMEBODY' }], /wallet has no merchant SOMEBODY/],
    'a provider that there is none of': [[{ provider: 'paypal' }], /\[0\]\.provider/],
    'an unknown kind of scenario': [[{ scenario: { kind: 'strange' } }], /scenario/],
    'an unknown code without a status': [
      [{ scenario: { kind: 'answer', resultCode: 'NEW' } }],
      /no code NEW/,
    ],
    'such a code underneath another scenario': [
      [{ inquiryScenario: [{ kind: 'delay', ms: 1, then: { kind: 'answer', resultCode: 'NEW' } }] }],
      /no code NEW/,
    ],
    'a request executed without being read': [
      [{ scenario: { kind: 'reset', when: 'before_read', moved: true } }],
      /executes nothing/,
    ],
    'a late execution that does not happen': [
      [{ scenario: { kind: 'unknown', moved: false, movesAfterMs: 5 } }],
      /needs moved: true/,
    ],
  };
  for (const [what, [payments, expected]] of Object.entries(mistakes)) {
    it(`refuse ${what}`, async () => {
      const whole = Array.isArray(payments)
        ? payments.map((payment: object) => ({ ...valid(), ...payment }))
        : payments;
      const { status, error } = await refusal(whole);
      assert.equal(status, 400);
      assert.match(error, expected);
    });
  }

  it('refuse a payment twice, in one list or in two, and then enter none of the list', async () => {
    const twice = [valid(), { ...valid(), paymentId: 'q' }, valid()];
    const { status, error } = await refusal(twice);
    assert.deepEqual([status, error], [409, 'payment p is authorised already']);
    await admin.authorise({ paymentId: 'p' });
    assert.equal(
      (await admin.post('/authorisations', [{ ...valid(), paymentId: 'q' }, valid()])).status,
      409,
    );
    assert.equal((await admin.summary()).totals.authorisations, 1);
  });

  it('tell the book: totals by currency, entries, calls by endpoint and answer', async () => {
    const iqd = await admin.authorise({ amount: '9007199254740993' });
    const usd = await admin.authorise({ amount: '500', currency: 'USD' });
    const open = await admin.authorise({
      amount: '7',
      scenario: { kind: 'http', status: 503, moved: false },
    });
    await merchant.capture(iqd);
    await merchant.capture(usd, { captureAmount: { value: '120', currency: 'USD' } });
    await merchant.capture(usd);
    await merchant.capture(open);
    await merchant.capture(open, {}, { headers: { Signature: null } });
    await merchant.inquire({ paymentId: usd });
    const summary = {
      permissive: false,
      totals: {
        authorisations: 3,
        captures: 2,
        authorised: { IQD: '9007199254741000', USD: '500' },
        captured: { IQD: '9007199254740993', USD: '120' },
      },
      doubleCaptures: 1,
      lateCollisions: 0,
      callbacks: { letters: 0, tries: 0, delivered: 0, givenUp: 0 },
      troubled: { all: 5, troubled: 1 },
      calls: {
        capture: { SUCCESS: 2, ORDER_STATUS_INVALID: 1, 'HTTP 503': 1, SIGNATURE_INVALID: 1 },
        inquiryPayment: { SUCCESS: 1 },
      },
    };
    assert.deepEqual(await admin.summary(), summary);
    const { authorisations, doubleCaptureList, lateCollisionList, ...rest } = await admin.book();
    assert.deepEqual(rest, summary);
    assert.deepEqual(
      authorisations.map(({ paymentId, capturedAmount }) => [paymentId, capturedAmount]),
      [
        [iqd, '9007199254740993'],
        [usd, '120'],
        [open, '0'],
      ],
    );
    assert.deepEqual(authorisations[1], await admin.entry(usd));
    assert.deepEqual([doubleCaptureList.length, lateCollisionList.length], [1, 0]);
  });

  it('tell the books of all providers at once, each as it tells one', async () => {
    const providers = ['wallet', 'yabandpay', 'payermax'] as const;
    const admins = providers.map((provider) => new SandboxAdmin(sandbox, provider));
    for (const each of admins) await each.authorise({ paymentId: 'everywhere' });
    await merchant.capture('everywhere');
    const books: unknown[] = [];
    const summaries: unknown[] = [];
    for (const each of admins) {
      books.push(await each.book());
      summaries.push(await each.summary());
    }
    assert.deepEqual(
      Object.entries((await admin.get('/book')) as object),
      providers.map((name, at) => [name, books[at]]),
    );
    assert.deepEqual(
      Object.entries((await admin.get('/summary')) as object),
      providers.map((name, at) => [name, summaries[at]]),
    );
    const moved = await Promise.all(
      admins.map(async (each) => (await each.entry('everywhere')).capturedAmount),
    );
    assert.deepEqual(moved, ['150000', '0', '0']);
  });

  it('enter payments of several providers in one list, all or none', async () => {
    const atYabandPay = { ...valid(), provider: 'yabandpay', merchant: sandbox.keys.yabandpay.user };
    const foreign = { ...atYabandPay, paymentId: 'q', merchant: merchant.clientId };
    const { error } = await refusal([valid(), atYabandPay, foreign]);
    assert.equal(error, `payment q: yabandpay has no merchant ${merchant.clientId}`);
    const response = await admin.post('/authorisations', [valid(), atYabandPay]);
    assert.deepEqual([response.status, await response.json()], [201, { added: 2 }]);
  });

  it('answer 404 for a provider that there is none of', async () => {
    for (const path of ['/book/paypal', '/summary/paypal', '/book/paypal/p']) {
      await assert.rejects(admin.get(path), /there is no provider paypal here/);
    }
  });

  it('answer 404 for a payment that is not in the book', async () => {
    await assert.rejects(admin.entry('nobody'), /payment nobody was never authorised/);
  });

  it('forget everything on reset, and break off what is under way', async () => {
    const atYabandPay = new SandboxAdmin(sandbox, 'yabandpay');
    await atYabandPay.authorise();
    const paymentId = await admin.authorise({ scenario: { kind: 'delay', ms: 60_000 } });
    const late = await admin.authorise({ scenario: { kind: 'unknown', moved: true, movesAfterMs: 60_000 } });
    await merchant.capture(late);
    const slow = assert.rejects(merchant.capture(paymentId, { captureRequestId: 'slow' }), TypeError);
    const deadline = Date.now() + 5_000;
    while ((await admin.entry(paymentId)).requestIds.length === 0) assert.ok(Date.now() < deadline);
    await admin.post('/reset');
    await slow;
    assert.equal((await atYabandPay.summary()).totals.authorisations, 0);
    const { totals, calls } = await admin.book();
    assert.deepEqual([totals.authorisations, totals.authorised, calls], [0, {}, {}]);
    await admin.authorise({ paymentId });
    assert.equal((await merchant.capture(paymentId, { captureRequestId: 'slow' })).resultCode, 'SUCCESS');
  });
});

describe('an authorisation without an expiry', () => {
  it('lives as long as its provider says, if the sandbox was told nothing', async () => {
    const sandbox = await startSandbox();
    try {
      const days: number[] = [];
      for (const provider of ['wallet', 'yabandpay', 'payermax'] as const) {
        const admin = new SandboxAdmin(sandbox, provider);
        const { authorisedAt, expiresAt } = await admin.entry(await admin.authorise());
        days.push((Date.parse(expiresAt) - Date.parse(authorisedAt)) / 86_400_000);
      }
      assert.deepEqual(days, [7, 30, 7]);
    } finally {
      await sandbox.close();
    }
  });
});

describe('closing the sandbox', () => {
  it('breaks off what is under way and leaves nothing listening', async () => {
    const sandbox = await startSandbox();
    const admin = new SandboxAdmin(sandbox);
    const paymentId = await admin.authorise({ scenario: { kind: 'delay', ms: 60_000 } });
    const slow = assert.rejects(new WalletMerchant(sandbox).capture(paymentId), TypeError);
    const deadline = Date.now() + 5_000;
    while ((await admin.entry(paymentId)).requestIds.length === 0) assert.ok(Date.now() < deadline);
    await sandbox.close();
    await slow;
    await assert.rejects(fetch(`${sandbox.adminUrl}/summary`), TypeError);
  });
});
