import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { payermaxNotifications } from '../../../../../src/providers/payermax/notification.js';
import { keyPair, PayermaxSender } from '../../../../support/notification-senders.js';
import { noticeIn, readPosted, refusalIn } from '../../../../support/notices.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const WINDOW_MS = 300_000;
const PATH = '/notify/payermax/main';
const [MERCHANT, APP] = ['P01', 'app-1'] as const;
const [ours, before, strangers] = [keyPair(), keyPair(), keyPair()];
const sender = new PayermaxSender(PATH, MERCHANT, APP, ours.privateKey);
const reader = payermaxNotifications({
  merchantNo: MERCHANT,
  appId: APP,
  keys: [ours.publicKey, before.publicKey],
  windowMs: WINDOW_MS,
});

const SUCCESS = {
  captureNo: 'C-1',
  requestId: 'request-1',
  outTradeNo: 'Order_1',
  amount: 100.1,
  currency: 'SAR',
  status: 'SUCCESS',
  isFinal: 'True',
  succeededTime: '2026-03-01T11:59:00 +0000',
};
const CAPTURED = {
  is: 'captured',
  money: { amount: 10_010n, currency: 'SAR' },
  requestId: 'request-1',
  providerCaptureId: 'C-1',
  capturedAt: new Date('2026-03-01T11:59:00.000Z'),
};

const noticeOf = (change: object, envelope: Readonly<Record<string, unknown>> = {}) =>
  noticeIn(readPosted(reader, sender.post({ ...SUCCESS, ...change }, NOW, envelope), NOW));
const saysOf = (change: object) => noticeOf(change).says;

describe('PayerMax’s callback of a capture', () => {
  it('decides that the money moved, with what it names and the order number in small letters', () => {
    assert.deepEqual(noticeOf({}), {
      captureReference: 'order_1',
      says: CAPTURED,
      requestId: 'request-1',
      at: NOW,
      providerCode: 'SUCCESS',
      providerMessage: null,
    });
  });

  it('takes the amount as text, too', () => {
    assert.deepEqual(saysOf({ amount: '100.10' }), CAPTURED);
  });

  it('decides by the status of its data, not by its code', () => {
    assert.deepEqual(noticeOf({}, { code: 'PAYMENT_FAILED' }).says, CAPTURED);
    assert.deepEqual(noticeOf({ status: 'FAILED' }, { code: 'APPLY_SUCCESS' }).says, {
      is: 'declined',
      category: 'other',
    });
    assert.deepEqual(noticeOf({}, { code: undefined, msg: undefined }).says, CAPTURED);
  });

  it('decides that it was declined, with the reason, and names the request that was', () => {
    for (const status of ['FAILED', 'CLOSED']) {
      const notice = noticeOf({ status, errorCode: 'AMOUNT_LIMIT', errorMsg: 'Too much.' });
      assert.deepEqual(notice, {
        captureReference: 'order_1',
        says: { is: 'declined', category: 'limit' },
        requestId: 'request-1',
        at: NOW,
        providerCode: 'AMOUNT_LIMIT',
        providerMessage: 'Too much.',
      });
    }
  });

  it('tells that it is in process', () => {
    assert.deepEqual(saysOf({ status: 'PENDING' }), { is: 'in_process' });
  });

  it('names no money where it leaves out both amount and currency, as PayerMax’s sample does', () => {
    assert.deepEqual(saysOf({ amount: undefined, currency: undefined }), { ...CAPTURED, money: null });
  });

  for (const [what, change] of Object.entries<object>({
    'without an amount': { amount: undefined },
    'without a currency': { currency: undefined },
    'with an amount that can’t be read': { amount: '100,10' },
    'with a currency that is none': { currency: 'riyal' },
    'without a request': { requestId: undefined },
    'with an empty request': { requestId: '' },
    'without money and without a request': { amount: undefined, currency: undefined, requestId: null },
    'failed, of no request': { status: 'FAILED', requestId: null },
    'without a status': { status: undefined },
    'with a status that nobody knows': { status: 'DONE' },
    'with a status that is none': { status: 7 },
  }))
    it(`decides nothing ${what}`, () => {
      assert.deepEqual(saysOf(change), { is: 'hint' });
    });

  it('is something else than ours with money that nobody could have asked for', () => {
    for (const change of [{ amount: '100.101' }, { amount: '-1' }, { currency: 'XXX' }])
      assert.deepEqual(saysOf(change), { is: 'foreign' });
  });

  it('is refused if it names no order that a claim can be made for', () => {
    for (const outTradeNo of [undefined, null, '', 7, 'a-b', 'x'.repeat(65)])
      assert.match(
        refusalIn(readPosted(reader, sender.post({ ...SUCCESS, outTradeNo }, NOW), NOW)),
        /^unreadable: it names no outTradeNo/,
      );
  });

  it('is refused if it is no JSON, or doesn’t say what it is about', () => {
    for (const body of ['', '[]', 'null', '{', '{"notifyType":"CAPTURE"}', `{"merchantNo":"${MERCHANT}"}`])
      assert.match(refusalIn(readPosted(reader, sender.raw(body), NOW)), /^unreadable: /);
  });

  it('has its own time, or that of the capture, or none', () => {
    const [notifyTime, succeededTime] = [undefined, undefined];
    assert.deepEqual(noticeOf({}, { notifyTime }).at, new Date('2026-03-01T11:59:00.000Z'));
    assert.equal(noticeOf({ succeededTime }, { notifyTime }).at, null);
    assert.deepEqual(
      noticeOf({}, { notifyTime: '2026-03-01T11:59:30 +0000' }).at,
      new Date('2026-03-01T11:59:30Z'),
    );
  });
});

describe('PayerMax’s other callbacks', () => {
  it('are ignored', () => {
    for (const notifyType of ['PAYMENT', 'CANCEL', 'REFUND', 'NEW'])
      assert.deepEqual(readPosted(reader, sender.post(SUCCESS, NOW, { notifyType }), NOW), {
        is: 'ignored',
        about: notifyType,
      });
  });
});

describe('the signature of PayerMax’s callback', () => {
  const posted = sender.post(SUCCESS, NOW);

  it('holds under an earlier key, and under no stranger’s', () => {
    const read = (key: typeof ours.privateKey) =>
      readPosted(reader, new PayermaxSender(PATH, MERCHANT, APP, key).post(SUCCESS, NOW), NOW);
    assert.equal(read(before.privateKey).is, 'verified');
    assert.match(refusalIn(read(strangers.privateKey)), /^unauthenticated: its signature isn't PayerMax's/);
  });

  for (const [what, changed] of Object.entries({
    body: { ...posted, body: posted.body.replace('100.1', '100.2') },
    'blank in the body': { ...posted, body: `${posted.body}\n` },
    signature: { ...posted, headers: { sign: 'AAAA' } },
  }))
    it(`doesn’t hold for another ${what}`, () => {
      assert.match(refusalIn(readPosted(reader, changed, NOW)), /^unauthenticated: /);
    });

  it('is missed where there is none', () => {
    for (const headers of [{}, { sign: '' }])
      assert.match(
        refusalIn(readPosted(reader, { ...posted, headers }, NOW)),
        /^unauthenticated: it has no sign header/,
      );
  });

  it('of another account’s callback is no use, though PayerMax’s key is the same', () => {
    for (const change of [{ merchantNo: 'P02' }, { appId: 'app-2' }, { merchantNo: '' }])
      assert.match(
        refusalIn(readPosted(reader, sender.post(SUCCESS, NOW, change), NOW)),
        /^unauthenticated: its merchantNo or appId/,
      );
    assert.equal(readPosted(reader, sender.post(SUCCESS, NOW, { appId: undefined }), NOW).is, 'verified');
  });
});

describe('the clock of PayerMax’s callback', () => {
  const readAt = (offsetMs: number, change: object = {}) =>
    readPosted(reader, sender.post({ ...SUCCESS, ...change }, new Date(NOW.getTime() + offsetMs)), NOW);

  it('may be behind ours: it is sent again for half a day, and nothing else tells what became of a capture', () => {
    assert.equal(readAt(-47_730_000).is, 'verified');
  });

  it('doesn’t take an outcome away if it is ahead by more than the window: it counts from now, since nobody can be asked', () => {
    assert.deepEqual(noticeIn(readAt(WINDOW_MS)).at, new Date(NOW.getTime() + WINDOW_MS));
    const ahead = noticeIn(readAt(WINDOW_MS + 1));
    assert.deepEqual([ahead.says, ahead.at], [CAPTURED, NOW]);
    for (const change of [{ status: 'FAILED' }, { status: 'CLOSED' }, { amount: '-1' }]) {
      const { says, at } = noticeIn(readAt(WINDOW_MS + 1, change));
      assert.deepEqual([says.is, at], ['amount' in change ? 'foreign' : 'declined', NOW]);
    }
  });

  it('makes a hint of what is no outcome of a named request, if it is ahead by more than the window', () => {
    for (const change of [{ status: 'PENDING' }, { status: 'DONE' }, { requestId: '' }]) {
      const ahead = readAt(WINDOW_MS + 1, change);
      assert.ok(ahead.is === 'out_of_window');
      assert.deepEqual(ahead.notice.says, { is: 'hint' });
    }
  });
});

describe('what PayerMax is answered', () => {
  it('is its word for success, to the letter, or another', () => {
    const { taken, refused } = reader.replies;
    assert.equal(taken.body, '{"code":"SUCCESS","msg":"Success"}');
    assert.doesNotMatch(refused.body, /"SUCCESS"/);
  });
});
