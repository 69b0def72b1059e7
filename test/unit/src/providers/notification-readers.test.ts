import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isStorable } from '../../../../src/capture/order.js';
import { MAX_MINOR_UNITS } from '../../../../src/capture/money.js';
import type { NotificationReading } from '../../../../src/providers/notification.js';
import { payermaxNotifications } from '../../../../src/providers/payermax/notification.js';
import { walletNotifications } from '../../../../src/providers/wallet/notification.js';
import { yabandpayNotifications } from '../../../../src/providers/yabandpay/notification.js';
import {
  keyPair,
  PayermaxSender,
  WalletSender,
  YabandpaySender,
} from '../../../support/notification-senders.js';
import { readPosted } from '../../../support/notices.js';
import { payermaxSuccess, walletSuccess, yabandpaySuccess } from '../../../support/notify-rig.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const windowMs = 300_000;
const { privateKey, publicKey } = keyPair();
const wallet = {
  sender: new WalletSender('/n', 'c-1', privateKey),
  reader: walletNotifications({ clientId: 'c-1', keys: [publicKey], windowMs }),
};
const payermax = {
  sender: new PayermaxSender('/n', 'm-1', 'app-1', privateKey),
  reader: payermaxNotifications({ merchantNo: 'm-1', appId: 'app-1', keys: [publicKey], windowMs }),
};
const yabandpay = {
  sender: new YabandpaySender('/n', 'secret'),
  reader: yabandpayNotifications({ user: '016683', keys: [createSecretKey('secret', 'utf8')], windowMs }),
};

/** Values as they may stand in any member. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(
    '',
    '\0',
    '\ud800',
    '-1',
    '1e99',
    '9'.repeat(16),
    '__proto__',
    'SUCCESS',
    'paid',
    'FAILED',
    'refunded',
  ),
  fc.constantFrom(0, -1, 1e21, 0.1, 9_007_199_254_740_991),
);

/** A good notification, in which some members are something else. */
function changed(good: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const names = [...Object.keys(good), 'notifyType', 'result', 'type', 'errorCode', 'errorMsg', 'more'];
  return fc
    .dictionary(fc.constantFrom(...names), value, { maxKeys: 3 })
    .map((changes) => ({ ...good, ...changes }));
}

/** What a reading must be, whatever was signed: what goes on from it can be stored, and money is money. */
function assertSound(reading: NotificationReading): void {
  if (reading.is === 'refused' || reading.is === 'ignored') return;
  const { captureReference, says, at, requestId, providerCode, providerMessage } = reading.notice;
  assert.ok(captureReference !== '' && captureReference.length <= 64);
  const texts = [captureReference, requestId, providerCode, providerMessage];
  if (says.is === 'captured') {
    texts.push(says.requestId, says.providerCaptureId);
    assert.ok(says.money === null || (says.money.amount >= 0n && says.money.amount <= MAX_MINOR_UNITS));
    assert.ok(says.capturedAt === null || !Number.isNaN(says.capturedAt.getTime()));
  }
  for (const text of texts)
    assert.ok(text === null || (text !== '' && isStorable(text)), JSON.stringify(text));
  assert.ok(at === null || !Number.isNaN(at.getTime()));
  if (reading.is === 'out_of_window') assert.equal(says.is, 'hint');
}

describe('a reader of notifications, of anything that its provider may sign', () => {
  it('never throws and never makes something of it that can’t be kept: the wallet’s', () => {
    fc.assert(
      fc.property(changed(walletSuccess('p-1')), (body) => {
        assertSound(readPosted(wallet.reader, wallet.sender.post(body, NOW), NOW));
      }),
      { numRuns: 1_000 },
    );
  });

  it('PayerMax’s', () => {
    fc.assert(
      fc.property(changed(payermaxSuccess('p_1')), changed({}), (data, envelope) => {
        assertSound(readPosted(payermax.reader, payermax.sender.post(data, NOW), NOW));
        assertSound(readPosted(payermax.reader, payermax.sender.post(data, NOW, envelope), NOW));
      }),
      { numRuns: 500 },
    );
  });

  it('YabandPay’s', () => {
    let verified = 0;
    fc.assert(
      fc.property(changed(yabandpaySuccess('p-1')), (data) => {
        const reading = readPosted(yabandpay.reader, yabandpay.sender.post(data), NOW);
        assertSound(reading);
        if (reading.is === 'verified') verified += 1;
      }),
      { numRuns: 1_000 },
    );
    assert.ok(verified > 100, 'too few of them were signed as YabandPay signs');
  });

  it('of bytes that are no JSON at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (body) => {
        assertSound(readPosted(wallet.reader, wallet.sender.post(body, NOW), NOW));
        assertSound(readPosted(payermax.reader, payermax.sender.raw(body), NOW));
        assertSound(readPosted(yabandpay.reader, yabandpay.sender.raw(body), NOW));
        assertSound(readPosted(yabandpay.reader, yabandpay.sender.raw(`resultData=${body}`), NOW));
      }),
      { numRuns: 300 },
    );
  });
});
