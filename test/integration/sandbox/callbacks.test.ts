import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { CallbackScenario } from '../../../sandbox/callbacks/callback-scenario.js';
import type { ProviderName } from '../../../sandbox/simulator.js';
import { HANG_UP } from '../../support/callback-receiver.js';
import { noticeIn, readPosted } from '../../support/notices.js';
import { ALL, SandboxRig } from '../../support/sandbox-rig.js';
import { until } from '../../support/until.js';

const BAD = {
  wallet: '{"result":{"resultStatus":"U"}}',
  yabandpay: 'bad',
  payermax: '{"code":"FAIL"}',
} as const;
const MONEY = {
  wallet: { amount: 150000n, currency: 'IQD' },
  yabandpay: { amount: 2499n, currency: 'EUR' },
  payermax: { amount: 10000n, currency: 'SAR' },
} as const;

describe('notifications', () => {
  let rig: SandboxRig;
  before(async () => {
    rig = await SandboxRig.start({ wallet: { notifiesCaptures: true } });
  });
  after(() => rig.close());
  afterEach(async () => {
    rig.receiver.reply = null;
    await rig.admin('wallet').post('/reset');
    rig.receiver.received.length = 0;
  });

  /** What the worker's own reader makes of everything that arrived: what each says, as whose. */
  const read = (provider: ProviderName) =>
    rig.receiver.received.map((posted) => noticeIn(readPosted(rig.reader(provider), posted, new Date())));
  const words = (provider: ProviderName): string[] => read(provider).map(({ says }) => says.is);
  const settled = (provider: ProviderName, letters: number): Promise<void> =>
    until(async () => {
      const { callbacks } = await rig.admin(provider).summary();
      return callbacks.letters === letters && callbacks.delivered + callbacks.givenUp === letters;
    });
  const letters = { wallet: 2, yabandpay: 1, payermax: 1 } as const;

  for (const provider of ALL) {
    it(`tell that a capture moved the money, and can be verified: ${provider}`, async () => {
      const paymentId = await rig.authorise(provider);
      await rig.capture(provider, paymentId);
      await settled(provider, letters[provider]);
      const decisive = read(provider).filter(({ says }) => says.is === 'captured');
      assert.equal(decisive.length, 1);
      const [notice] = decisive;
      assert.equal(notice?.captureReference, paymentId);
      assert.deepEqual(notice.says.is === 'captured' && notice.says.money, MONEY[provider]);
      assert.deepEqual(
        rig.receiver.received.map(({ path }) => path),
        Array.from({ length: letters[provider] }, () => `/notify/${provider}/${provider}-sandbox`),
      );
      const { callbacks, tells } = await rig.admin(provider).entry(paymentId);
      assert.ok(callbacks.every(({ state, tries }) => state === 'delivered' && tries === 1) && tells);
    });

    it(`tell that a capture came to nothing that was in process: ${provider}`, async () => {
      const scenario = { kind: 'in_process', moved: false, endsAfterMs: 1 } as const;
      const paymentId = await rig.authorise(provider, { scenario });
      await rig.capture(provider, paymentId);
      // YabandPay tells of each change of state, so also that the capture is in process.
      await settled(provider, provider === 'payermax' ? 1 : 2);
      const expected = {
        wallet: ['declined', 'hint'],
        yabandpay: ['closed', 'hint'],
        payermax: ['declined'],
      };
      assert.deepEqual(words(provider).toSorted(), expected[provider]);
    });

    it(`come again until they get the right reply, each signed anew: ${provider}`, async () => {
      rig.receiver.reply = BAD[provider];
      const paymentId = await rig.authorise(provider);
      await rig.capture(provider, paymentId);
      await until(() => rig.receiver.received.length >= 3 * letters[provider]);
      rig.receiver.reply = null;
      await settled(provider, letters[provider]);
      const { callbacks } = await rig.admin(provider).entry(paymentId);
      assert.ok(callbacks.every(({ tries, state }) => tries >= 3 && state === 'delivered'));
      const { tries, delivered } = (await rig.admin(provider).summary()).callbacks;
      assert.deepEqual([tries, delivered], [rig.receiver.received.length, letters[provider]]);
      read(provider);
    });

    it(`are given up in the end, and not counted as delivered: ${provider}`, async () => {
      rig.receiver.reply = HANG_UP;
      const paymentId = await rig.authorise(provider);
      await rig.capture(provider, paymentId);
      const tries = { wallet: 8, yabandpay: 7, payermax: 6 }[provider];
      // What is put off for hours is hurried along.
      await until(async () => {
        await rig.admin(provider).hurry();
        return (await rig.admin(provider).summary()).callbacks.givenUp === letters[provider];
      });
      const { callbacks } = await rig.admin(provider).entry(paymentId);
      assert.ok(callbacks.every((letter) => letter.tries === tries && letter.state === 'given_up'));
      assert.equal(rig.receiver.received.length, tries * letters[provider]);
    });

    it(`are about accepted captures alone: ${provider}`, async () => {
      const resultCode = { wallet: 'RISK_REJECT', yabandpay: '-4084', payermax: 'COUNTRY_INVALID' }[provider];
      const refused = await rig.authorise(provider, { scenario: { kind: 'answer', resultCode } });
      await rig.capture(provider, refused);
      const lost = await rig.authorise(provider, { scenario: { kind: 'unknown', moved: false } });
      await rig.capture(provider, lost);
      assert.equal((await rig.admin(provider).summary()).callbacks.letters, 0);
    });
  }

  it('of PayerMax are about failures at once too, and have its times with a blank', async () => {
    const paymentId = await rig.authorise('payermax');
    await rig.capture('payermax', paymentId);
    await rig.capture('payermax', paymentId, 'a second request of the same payment');
    await settled('payermax', 2);
    assert.deepEqual(words('payermax').toSorted(), ['captured', 'declined']);
    const body = JSON.parse(rig.receiver.received[0]?.body ?? '') as Record<string, unknown>;
    assert.match(String(body['notifyTime']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d \+0000$/);
    assert.equal(body['notifyType'], 'CAPTURE');
  });

  const tellings: readonly (readonly [CallbackScenario, readonly string[]])[] = [
    [{ kind: 'none' }, []],
    [{ kind: 'late', ms: 30 }, ['captured']],
    [{ kind: 'duplicated', copies: 2, apartMs: 5 }, ['captured', 'captured']],
    [{ kind: 'reordered', apartMs: 60 }, ['captured', 'hint']],
    [{ kind: 'contradicting', lie: 'first', apartMs: 60 }, ['closed', 'captured']],
    [{ kind: 'contradicting', lie: 'last', apartMs: 60 }, ['captured', 'closed']],
  ];
  for (const [callbackScenario, expected] of tellings) {
    it(`can be in trouble: ${JSON.stringify(callbackScenario)}`, async () => {
      const paymentId = await rig.authorise('yabandpay', { callbackScenario });
      await rig.capture('yabandpay', paymentId);
      await until(async () => {
        const { callbacks } = await rig.admin('yabandpay').entry(paymentId);
        return callbacks.length > 0 && callbacks.every(({ state }) => state !== 'waiting');
      });
      assert.deepEqual(words('yabandpay'), expected);
      assert.equal(await rig.inquire('yabandpay', paymentId), 'paid', 'an inquiry tells the truth');
    });
  }

  it('of a wallet that does not notify of captures only hint', async () => {
    const hinting = await SandboxRig.start();
    try {
      await hinting.capture('wallet', await hinting.authorise('wallet'));
      await until(() => hinting.receiver.received.length === 1);
      const [posted] = hinting.receiver.received;
      assert.ok(posted !== undefined);
      const { says } = noticeIn(readPosted(hinting.reader('wallet'), posted, new Date()));
      assert.equal(says.is, 'hint');
    } finally {
      await hinting.close();
    }
  });

  it('go to the account that the payment or its merchant names', async () => {
    const own = { account: 'mine', url: rig.receiver.url.replace('/notify', '/elsewhere') };
    await rig.capture('yabandpay', await rig.authorise('yabandpay', { notify: own }));
    const { user: merchant } = rig.sandbox.keys.yabandpay;
    const accounts = [{ provider: 'yabandpay', merchant, account: 'shop' }];
    assert.equal((await rig.admin('wallet').post('/notify', { accounts })).status, 204);
    await rig.capture('yabandpay', await rig.authorise('yabandpay'));
    await until(() => rig.receiver.received.length === 2);
    const paths = rig.receiver.received.map(({ path }) => path);
    assert.deepEqual(paths.toSorted(), ['/elsewhere/yabandpay/mine', '/notify/yabandpay/shop']);
  });

  it('can be turned off and on, and refuse addresses that are none', async () => {
    const admin = rig.admin('payermax');
    await admin.post('/notify', { url: null });
    await rig.capture('payermax', await rig.authorise('payermax'));
    assert.equal((await admin.summary()).callbacks.letters, 0);
    await admin.post('/notify', { url: rig.receiver.url });
    const stranger = { accounts: [{ provider: 'wallet', merchant: 'SOMEBODY', account: 'x' }] };
    for (const [body, expected] of [
      [{ url: 'nowhere' }, /http or https URL/],
      [stranger, /no merchant SOMEBODY/],
    ] as const) {
      const response = await admin.post('/notify', body);
      assert.equal(response.status, 400);
      assert.match(await response.text(), expected);
    }
  });

  it('of PayerMax cannot contradict it', async () => {
    const callbackScenario = { kind: 'contradicting', lie: 'first', apartMs: 0 } as const;
    await assert.rejects(rig.authorise('payermax', { callbackScenario }), /can't be asked/);
  });
});
