import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import type { AccountConfig } from '../../../src/config/accounts.js';
import { notifiedAccount, telling } from '../../../src/notify.js';
import {
  keyPair,
  PayermaxSender,
  WalletSender,
  YabandpaySender,
} from '../../support/notification-senders.js';
import { noticeIn, readPosted, refusalIn } from '../../support/notices.js';
import { payermaxSuccess, walletSuccess, yabandpaySuccess } from '../../support/notify-rig.js';
import { aCapture } from '../../support/captures.js';
import { aNotification, TOLD_CAPTURED } from '../../support/notifications.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const WINDOW_MS = 60_000;
const [ours, theirs, before, strangers] = [keyPair(), keyPair(), keyPair(), keyPair()];
const terms = {
  name: 'shop',
  merchantId: 'm-1',
  authorisationWindowMs: 1,
  baseUrl: 'https://provider.example',
  timeoutMs: 1,
  maxInFlight: 1,
  rateLimit: null,
  rateBurst: null,
  keyVersion: '1',
  privateKey: ours.privateKey,
  requireSignedAnswers: true,
  previousKeys: [before.publicKey],
  notifySources: ['192.0.2.0/24'],
};
const WALLET: AccountConfig = {
  ...terms,
  provider: 'wallet',
  clientId: 'c-1',
  signatureUrlEncoded: false,
  walletPublicKey: theirs.publicKey,
};
const YABANDPAY: AccountConfig = {
  ...terms,
  provider: 'yabandpay',
  user: '016683',
  notifyUrl: 'https://shop.example/notify/yabandpay/shop',
  secretKey: 'the-secret-of-now',
  previousKeys: [createSecretKey('the-secret-before', 'utf8')],
};
const PAYERMAX: AccountConfig = {
  ...terms,
  provider: 'payermax',
  merchantNo: 'm-1',
  appId: 'app-1',
  version: '1.5',
  requireSignedRefusals: false,
  payermaxPublicKey: theirs.publicKey,
};

describe('an account as notifications see it', () => {
  it('is named by its configuration, and bound to its sources', () => {
    const { provider, account, merchantId, isSource } = notifiedAccount(WALLET, WINDOW_MS);
    assert.deepEqual([provider, account, merchantId], ['wallet', 'shop', 'm-1']);
    assert.deepEqual(['192.0.2.7', '203.0.113.1'].map(isSource), [true, false]);
  });

  it('reads what its provider signed, with the current key and with those beside it', () => {
    const wallet = (key = theirs.privateKey) =>
      new WalletSender('/notify/wallet/shop', 'c-1', key).post(walletSuccess('p_1'), NOW);
    const payermax = (key = theirs.privateKey) =>
      new PayermaxSender('/notify/payermax/shop', 'm-1', 'app-1', key).post(payermaxSuccess('p_1'), NOW);
    const yabandpay = (secret: string) =>
      new YabandpaySender('/notify/yabandpay/shop', secret).post(yabandpaySuccess('p_1'));
    for (const [config, posted, forged] of [
      [WALLET, [wallet(), wallet(before.privateKey)], wallet(strangers.privateKey)],
      [YABANDPAY, [yabandpay('the-secret-of-now'), yabandpay('the-secret-before')], yabandpay('a-stranger')],
      [PAYERMAX, [payermax(), payermax(before.privateKey)], payermax(strangers.privateKey)],
    ] as const) {
      const { reader } = notifiedAccount(config, WINDOW_MS);
      for (const one of posted) assert.equal(noticeIn(readPosted(reader, one, NOW)).says.is, 'captured');
      assert.match(refusalIn(readPosted(reader, forged, NOW)), /^unauthenticated/);
    }
  });

  it('has the configured window', () => {
    const { reader } = notifiedAccount(WALLET, WINDOW_MS);
    const sender = new WalletSender('/notify/wallet/shop', 'c-1', theirs.privateKey);
    const readAt = (ageMs: number) =>
      readPosted(reader, sender.post(walletSuccess('p_1'), new Date(NOW.getTime() - ageMs)), NOW).is;
    assert.deepEqual([readAt(WINDOW_MS), readAt(WINDOW_MS + 1)], ['verified', 'out_of_window']);
  });
});

const NOTIFICATION = aNotification(TOLD_CAPTURED, aCapture());

describe('telling of stored notifications', () => {
  it('tells of one that is new, once it is durable', async () => {
    const order: string[] = [];
    const keep = telling(
      async () => {
        await Promise.resolve();
        order.push('durable');
        return 'stored';
      },
      () => void order.push('told'),
    );
    assert.equal(await keep(NOTIFICATION), 'stored');
    assert.deepEqual(order, ['durable', 'told']);
  });

  it('says nothing of one that is known, or that may not be durable', async () => {
    let told = 0;
    const count = (): void => void (told += 1);
    assert.equal(await telling(() => Promise.resolve('duplicate'), count)(NOTIFICATION), 'duplicate');
    await assert.rejects(telling(() => Promise.reject(new Error('away')), count)(NOTIFICATION), /away/);
    assert.equal(told, 0);
  });
});
