import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { walletNotifications } from '../../../../../src/providers/wallet/notification.js';
import { keyPair, WalletSender } from '../../../../support/notification-senders.js';
import { noticeIn, readPosted, refusalIn } from '../../../../support/notices.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const WINDOW_MS = 300_000;
const PATH = '/notify/wallet/shop';
const [ours, before, strangers] = [keyPair(), keyPair(), keyPair()];
const sender = new WalletSender(PATH, 'CLIENT-1', ours.privateKey);
const reader = walletNotifications({
  clientId: 'CLIENT-1',
  keys: [ours.publicKey, before.publicKey],
  windowMs: WINDOW_MS,
});

const RESULT = {
  notifyType: 'CAPTURE_RESULT',
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success.' },
  captureRequestId: 'request-1',
  captureId: 'capture-1',
  paymentId: 'Payment-1',
  captureAmount: { value: '150000', currency: 'IQD' },
  captureTime: '2026-03-01T11:59:58+00:00',
};
const DECLINED = {
  ...RESULT,
  result: { resultCode: 'RISK_REJECT', resultStatus: 'F', resultMessage: 'Rejected.' },
};

const saysOf = (body: object) => noticeIn(readPosted(reader, sender.post({ ...body }, NOW), NOW)).says;

describe('the wallet’s notification of a capture', () => {
  it('decides that the money moved, with what it names', () => {
    assert.deepEqual(noticeIn(readPosted(reader, sender.post(RESULT, NOW), NOW)), {
      captureReference: 'Payment-1',
      says: {
        is: 'captured',
        money: { amount: 150_000n, currency: 'IQD' },
        requestId: 'request-1',
        providerCaptureId: 'capture-1',
        capturedAt: new Date('2026-03-01T11:59:58.000Z'),
      },
      requestId: 'request-1',
      at: NOW,
      providerCode: 'SUCCESS',
      providerMessage: 'Success.',
    });
  });

  it('decides that it was declined, and names the request that was', () => {
    const notice = noticeIn(readPosted(reader, sender.post(DECLINED, NOW), NOW));
    assert.deepEqual(notice.says, { is: 'declined', category: 'risk' });
    assert.equal(notice.requestId, 'request-1');
  });

  it('tells that it is in process', () => {
    for (const result of [
      { resultStatus: 'U', resultCode: 'CAPTURE_IN_PROCESS' },
      { resultStatus: 'A', resultCode: 'ANYTHING' },
    ])
      assert.deepEqual(saysOf({ ...RESULT, result }), { is: 'in_process' });
  });

  for (const [what, change] of Object.entries<object>({
    'without an amount': { captureAmount: undefined },
    'with half an amount': { captureAmount: { value: '150000' } },
    'with the other half': { captureAmount: { currency: 'IQD' } },
    'with an amount that can’t be read': { captureAmount: { value: '150.000', currency: 'IQD' } },
    'with an amount as a number': { captureAmount: { value: 150000, currency: 'IQD' } },
    'without a request': { captureRequestId: undefined },
    'with an empty request': { captureRequestId: '' },
    'without a result': { result: undefined },
    'with a code that contradicts its status': { result: { resultCode: 'RISK_REJECT', resultStatus: 'S' } },
    'with success that failed': { result: { resultCode: 'SUCCESS', resultStatus: 'F' } },
    'with a code that nobody knows': { result: { resultCode: 'NEW_CODE', resultStatus: 'F' } },
    'with a refusal of our credentials': { result: { resultCode: 'ACCESS_DENIED', resultStatus: 'F' } },
    'declined, of no request': { ...DECLINED, captureRequestId: null },
  }))
    it(`decides nothing ${what}`, () => {
      assert.deepEqual(saysOf({ ...RESULT, ...change }), { is: 'hint' });
    });

  it('is read for money that isn’t ours, for the capture’s rules to see', () => {
    const says = saysOf({ ...RESULT, captureAmount: { value: '0', currency: 'XXX' } });
    assert.ok(says.is === 'captured');
    assert.deepEqual(says.money, { amount: 0n, currency: 'XXX' });
  });

  it('is refused if it names no payment that can be read', () => {
    for (const paymentId of [undefined, null, '', 7, {}, 'a\u0000b', 'x'.repeat(65)])
      assert.match(
        refusalIn(readPosted(reader, sender.post({ ...RESULT, paymentId }, NOW), NOW)),
        /^unreadable: it names no paymentId/,
      );
  });

  it('is refused if it is no JSON', () => {
    for (const body of [
      '',
      '[]',
      'null',
      '{',
      '{"notifyType":7}',
      '{"paymentId":"a","notifyType":"x","notifyType":"y"}',
    ])
      assert.match(refusalIn(readPosted(reader, sender.post(body, NOW), NOW)), /^unreadable: /);
  });
});

describe('the wallet’s notification of a payment', () => {
  it('is a hint, whatever it says', () => {
    for (const notifyType of [undefined, null, 'PAYMENT_RESULT', 'PAYMENT_PENDING'])
      assert.deepEqual(
        noticeIn(
          readPosted(reader, sender.post({ ...RESULT, notifyType, paymentStatus: 'SUCCESS' }, NOW), NOW),
        ),
        {
          captureReference: 'Payment-1',
          says: { is: 'hint' },
          requestId: null,
          at: NOW,
          providerCode: null,
          providerMessage: null,
        },
      );
  });

  it('is ignored if it is about something else', () => {
    assert.deepEqual(readPosted(reader, sender.post({ ...RESULT, notifyType: 'REFUND_RESULT' }, NOW), NOW), {
      is: 'ignored',
      about: 'REFUND_RESULT',
    });
  });
});

describe('the signature of a wallet’s notification', () => {
  const posted = sender.post(RESULT, NOW);

  it('holds under an earlier key, and under no stranger’s', () => {
    const read = (key: typeof ours.privateKey) =>
      readPosted(reader, new WalletSender(PATH, 'CLIENT-1', key).post(RESULT, NOW), NOW);
    assert.equal(read(before.privateKey).is, 'verified');
    assert.match(refusalIn(read(strangers.privateKey)), /^unauthenticated: its signature isn't the wallet's/);
  });

  it('holds when it is URL-encoded', () => {
    const { signature = '' } = posted.headers;
    const [start, base64 = ''] = signature.split('signature=');
    const headers = { ...posted.headers, signature: `${start ?? ''}signature=${encodeURIComponent(base64)}` };
    assert.equal(readPosted(reader, { ...posted, headers }, NOW).is, 'verified');
  });

  for (const [what, changed] of Object.entries({
    body: { ...posted, body: posted.body.replace('150000', '150001') },
    'blank in the body': { ...posted, body: `${posted.body} ` },
    path: { ...posted, path: '/notify/wallet/other' },
    query: { ...posted, path: `${PATH}?x=1` },
    time: { ...posted, headers: { ...posted.headers, 'request-time': '2026-03-01T12:00:01.000+00:00' } },
    signature: {
      ...posted,
      headers: { ...posted.headers, signature: 'algorithm=RSA256, keyVersion=1, signature=AAAA' },
    },
    'form of the signature': { ...posted, headers: { ...posted.headers, signature: 'AAAA' } },
    'encoding of the signature': { ...posted, headers: { ...posted.headers, signature: 'signature=%zz' } },
    client: { ...posted, headers: { ...posted.headers, 'client-id': 'CLIENT-2' } },
  }))
    it(`doesn’t hold for another ${what}`, () => {
      assert.match(refusalIn(readPosted(reader, changed, NOW)), /^unauthenticated: /);
    });

  it('doesn’t hold for another method', () => {
    const { path, headers, body } = posted;
    const reading = reader.read({ method: 'PUT', path, headers, body: Buffer.from(body) }, NOW);
    assert.match(refusalIn(reading), /^unauthenticated: /);
  });

  for (const name of ['signature', 'client-id', 'request-time'])
    it(`is missed without the header ${name}`, () => {
      const headers = Object.fromEntries(
        Object.entries(posted.headers).filter(([header]) => header !== name),
      );
      assert.match(refusalIn(readPosted(reader, { ...posted, headers }, NOW)), /^unauthenticated: /);
    });

  it('of another account’s notification doesn’t hold, though the wallet’s key is the same', () => {
    const other = new WalletSender(PATH, 'CLIENT-2', ours.privateKey).post(RESULT, NOW);
    assert.match(refusalIn(readPosted(reader, other, NOW)), /Client-Id isn't this account's/);
  });
});

describe('the clock of a wallet’s notification', () => {
  const readAt = (offsetMs: number) =>
    readPosted(reader, sender.post(RESULT, new Date(NOW.getTime() + offsetMs)), NOW);

  it('may differ from ours by the window', () => {
    assert.equal(readAt(-WINDOW_MS).is, 'verified');
    assert.equal(readAt(WINDOW_MS).is, 'verified');
  });

  it('makes a hint of it beyond that', () => {
    for (const offsetMs of [-WINDOW_MS - 1, WINDOW_MS + 1]) {
      const reading = readAt(offsetMs);
      assert.ok(reading.is === 'out_of_window');
      assert.deepEqual(reading.notice.says, { is: 'hint' });
      assert.equal(reading.notice.captureReference, 'Payment-1');
    }
  });

  it('makes a hint of it if it can’t be read', () => {
    const reading = readPosted(reader, sender.post(RESULT, NOW, 'yesterday'), NOW);
    assert.ok(reading.is === 'out_of_window');
    assert.equal(reading.notice.at, null);
  });
});

describe('what the wallet is answered', () => {
  it('is that it was taken, or that it should come again', () => {
    const { taken, refused } = reader.replies;
    assert.deepEqual(JSON.parse(taken.body), {
      result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success.' },
    });
    assert.match(refused.body, /"resultStatus":"U"/);
  });
});
