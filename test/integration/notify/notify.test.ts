import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import type { Posted } from '../../support/notification-senders.js';
import {
  NotifyRig,
  payermaxSuccess,
  successOf,
  walletSuccess,
  yabandpaySuccess,
} from '../../support/notify-rig.js';
import { numberOf, rowsOf } from '../../support/store.js';

const TAKEN = {
  wallet: '200 {"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"Success."}}',
  yabandpay: '200 ok',
  payermax: '200 {"code":"SUCCESS","msg":"Success"}',
} as const;
const PROVIDERS = ['wallet', 'yabandpay', 'payermax'] as const;
const NOWHERE = '404 {"error":"there is nothing here"}';

describe('the notify endpoint', () => {
  let database: TestDatabase;
  let rig: NotifyRig;
  let payment = 0;
  before(async () => {
    database = await createTestDatabase();
  });
  beforeEach(async () => {
    rig = await NotifyRig.start(database.pool);
    payment += 1;
  });
  afterEach(() => rig.close());
  after(() => database.drop());

  const reference = (): string => `pay_${String(payment)}`;
  const rows = (of = reference()) =>
    rowsOf(database.pool, 'select * from notifications where capture_reference = $1', [of]);
  const all = () => numberOf(database.pool, 'select count(*) from notifications');

  it('stores a good notification with its place in the queue, and then acknowledges it in the provider’s words', async () => {
    for (const provider of PROVIDERS) {
      const posted = successOf(rig, reference())[provider];
      assert.equal(await rig.send(posted), TAKEN[provider]);
      const [row] = (await rows()).filter((one) => one['provider'] === provider);
      const { notification_id: id, received_at: receivedAt, raw, ...rest } = row ?? {};
      assert.deepEqual(raw, Buffer.from(posted.body));
      assert.deepEqual(receivedAt, rig.now);
      const common = {
        provider,
        account: 'shop',
        merchant_id: 'm-1',
        capture_reference: reference(),
        says: 'captured',
        failure_category: null,
      };
      assert.deepEqual(rest, { ...common, ...STORED[provider](rig.now, reference()) });
      const queued = await numberOf(
        database.pool,
        'select count(*) from notification_queue where notification_id = $1',
        [id],
      );
      assert.equal(queued, 1);
    }
    assert.deepEqual(await rig.counted(), {
      'wallet/shop stored': 1,
      'yabandpay/shop stored': 1,
      'payermax/shop stored': 1,
    });
  });

  it('knows the same again, also when it comes many times at once: one row, queued once, and all are acknowledged', async () => {
    for (const provider of PROVIDERS) {
      const posted = successOf(rig, reference())[provider];
      const answers = await Promise.all(Array.from({ length: 12 }, () => rig.send(posted)));
      assert.deepEqual([...new Set(answers)], [TAKEN[provider]]);
      const stored = (await rows()).filter((one) => one['provider'] === provider);
      assert.equal(stored.length, 1);
      const counted = await rig.counted();
      assert.equal(counted[`${provider}/shop stored`], 1);
      assert.equal(counted[`${provider}/shop duplicate`], 11);
    }
    const queued =
      'select count(*) from notification_queue join notifications using (notification_id) where capture_reference = $1';
    assert.equal(await numberOf(database.pool, queued, [reference()]), 3);
  });

  it('knows YabandPay’s again however it is written: what was signed makes it the same', async () => {
    const posted = successOf(rig, reference()).yabandpay;
    const { sign, data } = JSON.parse(posted.body) as { sign: string; data: Record<string, unknown> };
    const filled = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== ''));
    const signedAnew = { sign: rig.yabandpay.signOf(filled), data: filled };
    assert.equal(await rig.send(rig.yabandpay.raw(JSON.stringify(signedAnew))), TAKEN.yabandpay);
    const copies = Array.from({ length: 20 }, (_, n) => [
      `${JSON.stringify(signedAnew)}${' '.repeat(n)}`,
      JSON.stringify({ ...signedAnew, [`more${String(n)}`]: n }),
      JSON.stringify({ sign: signedAnew.sign, data: { ...filled, [`empty${String(n)}`]: '' } }),
      `resultData=${encodeURIComponent(JSON.stringify({ ...signedAnew, n }))}`,
    ]).flat();
    for (const body of copies) assert.equal(await rig.send(rig.yabandpay.raw(body)), TAKEN.yabandpay);
    assert.equal((await rows()).length, 1);
    assert.equal((await rig.counted())['yabandpay/shop duplicate'], copies.length);
    assert.match(await rig.send(rig.yabandpay.raw(JSON.stringify({ sign, data: filled }))), /^401 /);
  });

  it('keeps what PayerMax tells from the future as what it is, from when it came: nobody can be asked', async () => {
    const posted = rig.payermax.post(payermaxSuccess(reference()), new Date(rig.now.getTime() + 3_600_000));
    assert.equal(await rig.send(posted), TAKEN.payermax);
    const came = rig.now;
    rig.now = new Date(came.getTime() + 60_000);
    assert.equal(await rig.send(posted), TAKEN.payermax);
    assert.deepEqual(
      (await rows()).map(({ says, at }) => [says, at]),
      [['captured', came]],
    );
  });

  it('takes what is signed with an earlier key', async () => {
    const earlier = {
      wallet: rig.walletBefore.post(walletSuccess(reference()), rig.now),
      yabandpay: rig.yabandpayBefore.post(yabandpaySuccess(reference())),
      payermax: rig.payermaxBefore.post(payermaxSuccess(reference()), rig.now),
    };
    for (const provider of PROVIDERS) assert.equal(await rig.send(earlier[provider]), TAKEN[provider]);
    assert.equal((await rows()).length, 3);
  });

  it('refuses what was changed on the way, and stores nothing', async () => {
    const good = successOf(rig, reference());
    const failure = { wallet: '"resultStatus":"U"', yabandpay: 'bad', payermax: '"code":"FAIL"' };
    for (const provider of PROVIDERS) {
      const { body } = good[provider];
      for (const changed of [
        { body: body.replace(reference(), `${reference()}0`) },
        { body: body.slice(0, -1) },
        { body: '' },
        { body: Buffer.from([0xff, 0xfe, 0x00]) },
      ]) {
        const answer = await rig.send(good[provider], changed);
        assert.ok(answer.startsWith('401 ') && answer.includes(failure[provider]), answer);
      }
    }
    for (const headers of [
      { signature: 'AAAA' },
      { 'request-time': '2026-03-01T12:00:00Z' },
      { 'client-id': 'other' },
    ])
      assert.match(await rig.send(good.wallet, { headers }), /^401 /);
    assert.match(await rig.send(good.wallet, { path: `${good.wallet.path}?a=b` }), /^401 /);
    assert.match(await rig.send(good.wallet, { path: '/notify/wallet/other' }), /^401 /);
    assert.match(await rig.send(good.payermax, { headers: { sign: 'AAAA' } }), /^401 /);
    assert.deepEqual(await rows(), []);
    const counted = await rig.counted();
    assert.equal(counted['wallet/shop unverified'], 8);
    assert.equal(counted['wallet/other unverified'], 1);
    assert.ok(rig.logged.some((line) => line.includes("its signature isn't PayerMax's over this body")));
  });

  it('takes one whose clock is off as a hint, and then the same in time as what it is', async () => {
    const posted = rig.wallet.post(walletSuccess(reference()), rig.now);
    const time = rig.now;
    rig.now = new Date(time.getTime() + 300_001);
    assert.equal(await rig.send(posted), TAKEN.wallet);
    assert.equal(await rig.send(posted), TAKEN.wallet);
    assert.deepEqual(
      (await rows()).map(({ says }) => says),
      ['hint'],
    );
    rig.now = time;
    assert.equal(await rig.send(posted), TAKEN.wallet);
    assert.deepEqual((await rows()).map(({ says }) => says).toSorted(), ['captured', 'hint']);
    assert.deepEqual(await rig.counted(), { 'wallet/shop out_of_window': 2, 'wallet/shop stored': 1 });
  });

  it('stores the refusal of a request that isn’t ours as a hint', async () => {
    const declined = {
      ...walletSuccess(reference()),
      result: { resultCode: 'RISK_REJECT', resultStatus: 'F' },
    };
    assert.equal(await rig.send(rig.wallet.post(declined, rig.now)), TAKEN.wallet);
    const [row] = await rows();
    assert.deepEqual([row?.['says'], row?.['provider_code']], ['hint', 'RISK_REJECT']);
  });

  it('acknowledges what is no business of captures, and stores nothing', async () => {
    const stored = await all();
    const refund = rig.payermax.post(payermaxSuccess(reference()), rig.now, { notifyType: 'REFUND' });
    assert.equal(await rig.send(refund), TAKEN.payermax);
    assert.equal(await all(), stored);
    assert.deepEqual(await rig.counted(), { 'payermax/shop ignored': 1 });
  });

  it('refuses what is signed and doesn’t say which payment it is about', async () => {
    assert.match(await rig.send(rig.wallet.post({ notifyType: 'CAPTURE_RESULT' }, rig.now)), /^422 .*"U"/);
    assert.equal(await rig.send(rig.yabandpay.post({ state: 'paid' })), '422 bad');
    assert.match(await rig.send(rig.payermax.post({}, rig.now)), /^422 .*"FAIL"/);
    assert.equal((await rig.counted())['yabandpay/shop unreadable'], 1);
  });

  it('doesn’t tell which accounts there are', async () => {
    const { wallet } = successOf(rig, reference());
    for (const path of [
      '/notify/wallet/nobody',
      '/notify/nobody/shop',
      '/notify/yabandpay/other',
      '/notify/wallet/constructor',
      '/notify/wallet',
      '/notify/wallet/shop/',
      '/notify/wallet/shop/more',
      '/notify/wallet/%E0%A4%A',
      `/notify/wallet/${'x'.repeat(500)}`,
      '/',
    ])
      assert.equal(await rig.send(wallet, { path }), NOWHERE, path);
    for (const path of ['/notify/wallet/shop', '/notify/wallet/nobody'])
      for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS'])
        assert.match(await rig.send(wallet, { path, method, body: '' }), /^405 /, `${method} ${path}`);
    const { payermax } = successOf(rig, reference());
    assert.equal(await rig.send(payermax, { path: '/notify/payermax/fenced' }), NOWHERE);
    assert.equal((await rig.counted())['payermax/fenced source_refused'], 1);
    assert.deepEqual(await rows(), []);
  });

  it('takes a body whatever its content type says, or doesn’t say', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'nonsense',
      ';;;',
      'multipart/form-data',
    ])
      assert.equal(
        await rig.send(successOf(rig, `${reference()}_${String(type.length)}`).wallet, {
          headers: { 'content-type': type },
        }),
        TAKEN.wallet,
      );
    const { path, headers, body } = successOf(rig, `${reference()}_without`).wallet;
    const bare = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-type'));
    assert.equal(await rig.send({ path, headers: bare, body }), TAKEN.wallet);
  });

  it('refuses a body above 64 KiB without reading it, and takes one up to there', async () => {
    const padded = (length: number): Posted => {
      const empty = JSON.stringify({ ...walletSuccess(reference()), extendInfo: '' });
      const extendInfo = 'x'.repeat(length - empty.length);
      return rig.wallet.post({ ...walletSuccess(reference()), extendInfo }, rig.now);
    };
    assert.equal(await rig.send(padded(65_536)), TAKEN.wallet);
    assert.match(await rig.send(padded(65_537)), /^413 /);
    assert.match(await rig.send(padded(65_537), { headers: { 'transfer-encoding': 'chunked' } }), /^413 /);
    assert.equal((await rows()).length, 1);
    assert.equal((await rig.counted())['wallet/shop too_large'], 2);
  });

  it('limits what isn’t a provider’s, and never what is, though it comes from the same address', async () => {
    const good = successOf(rig, reference()).wallet;
    const bad = { body: `${good.body} ` };
    const answers = new Map<string, number>();
    for (let count = 0; count < 100; count += 1) {
      const status = (await rig.send(good, bad)).slice(0, 3);
      answers.set(status, (answers.get(status) ?? 0) + 1);
      assert.equal(await rig.send(good), TAKEN.wallet);
    }
    assert.deepEqual(
      [...answers],
      [
        ['401', 30],
        ['429', 70],
      ],
    );
    assert.equal(rig.logged.filter((line) => line.includes('was refused')).length, 30);
    rig.elapsed += 5_000;
    assert.match(await rig.send(good, bad), /^401 /);
    const counted = await rig.counted();
    assert.deepEqual([counted['wallet/shop unverified'], counted['wallet/shop limited']], [31, 70]);
  });

  it('tells providers to come again until the database is known to be what it should', async () => {
    rig.isReady = false;
    for (const provider of PROVIDERS)
      assert.match(await rig.send(successOf(rig, reference())[provider]), /^503 /);
    rig.isReady = true;
    for (const provider of PROVIDERS)
      assert.equal(await rig.send(successOf(rig, reference())[provider]), TAKEN[provider]);
    assert.equal((await rig.counted())['wallet/shop unavailable'], 1);
  });

  it('logs neither bodies nor signatures', async () => {
    const { wallet } = successOf(rig, reference());
    await rig.send(wallet, { body: wallet.body.replace('150000', '160000') });
    const lines = rig.logged.join('\n');
    assert.match(lines, /"because":"its signature isn't the wallet's/);
    assert.doesNotMatch(lines, /160000|signature=|captureRequestId/);
  });
});

const STORED = {
  wallet: (now: Date) => ({
    at: now,
    amount: 150_000n,
    currency: 'IQD',
    request_id: 'request-1',
    provider_capture_id: 'capture-1',
    captured_at: new Date('2026-03-01T11:59:58.000Z'),
    provider_code: 'SUCCESS',
    provider_message: 'Success.',
  }),
  yabandpay: (_now: Date, tradeId: string) => ({
    at: new Date(1_772_366_390_000),
    amount: 2_499n,
    currency: 'EUR',
    request_id: null,
    provider_capture_id: tradeId,
    captured_at: new Date(1_772_366_390_000),
    provider_code: 'paid',
    provider_message: null,
  }),
  payermax: (now: Date) => ({
    at: now,
    amount: 10_010n,
    currency: 'SAR',
    request_id: 'request-1',
    provider_capture_id: 'C-1',
    captured_at: new Date('2026-03-01T11:59:00.000Z'),
    provider_code: 'SUCCESS',
    provider_message: null,
  }),
} as const;
