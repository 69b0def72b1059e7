import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import { yabandpayNotifications } from '../../../../../src/providers/yabandpay/notification.js';
import { YABANDPAY_STATES } from '../../../../../src/providers/yabandpay/states.js';
import { YabandpaySender } from '../../../../support/notification-senders.js';
import { noticeIn, readPosted, refusalIn } from '../../../../support/notices.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const WINDOW_MS = 300_000;
const PATH = '/notify/yabandpay/eu';
const [OURS, BEFORE, STRANGERS] = ['the-secret-of-now', 'the-secret-before', 'the-secret-of-others'] as const;
const sender = new YabandpaySender(PATH, OURS);
const reader = yabandpayNotifications({
  user: '016683',
  keys: [OURS, BEFORE].map((secret) => createSecretKey(secret, 'utf8')),
  windowMs: WINDOW_MS,
});

const PAID_TIME = 1_772_366_390;
/** As the page lists them; those without a value are there. */
const PAID = {
  type: 'payment',
  user: '016683',
  order_id: '100000012',
  trade_id: 'T-1',
  transaction_id: '',
  acquirer_id: null,
  amount: '24.99',
  currency: 'EUR',
  settlement_amount: '24.50',
  settlement_currency: 'EUR',
  exchange_rate: 1,
  description: 'two books',
  createDate: '2026-03-01 11:58:00',
  state: 'paid',
  demo: '',
  sub_pay_method: 'Credit Card',
  paid_time: PAID_TIME,
};
const CAPTURED = {
  is: 'captured',
  money: { amount: 2_499n, currency: 'EUR' },
  requestId: null,
  providerCaptureId: 'T-1',
  capturedAt: new Date(PAID_TIME * 1_000),
};

const noticeOf = (change: object) => noticeIn(readPosted(reader, sender.post({ ...PAID, ...change }), NOW));
const saysOf = (change: object) => noticeOf(change).says;

describe('YabandPay’s notification of a payment', () => {
  it('decides that the money moved, with what it names', () => {
    assert.deepEqual(noticeOf({}), {
      captureReference: 'T-1',
      says: CAPTURED,
      requestId: null,
      at: new Date(PAID_TIME * 1_000),
      providerCode: 'paid',
      providerMessage: null,
    });
  });

  it('reads an amount as a number, too, on its characters', () => {
    assert.deepEqual(saysOf({ amount: 24.99 }), CAPTURED);
  });

  it('says by every state what the table of states says, a refused trade being closed, and hints before an outcome', () => {
    for (const { name, code, meaning } of YABANDPAY_STATES)
      for (const state of [name, name.toUpperCase(), ...(code === null ? [] : [code])]) {
        const says = saysOf({ state });
        switch (meaning.is) {
          case 'captured':
            assert.equal(says.is, 'captured', state);
            break;
          case 'declined':
            assert.deepEqual(says, { is: 'closed', category: meaning.category }, state);
            break;
          case 'cancelled':
            assert.deepEqual(says, meaning, state);
            break;
          case 'authorised':
          case 'in_process':
            // Nothing dates it, and it may be hours old: what holds now, an inquiry tells.
            assert.deepEqual(says, { is: 'hint' }, state);
            break;
          case 'unknown':
            assert.fail('no state of the table is unknown');
        }
      }
  });

  it('has the time of the payment only when it tells of one', () => {
    assert.equal(noticeOf({ state: 'failed' }).at, null);
    assert.equal(noticeOf({ paid_time: '' }).at, null);
  });

  for (const [what, change] of Object.entries<object>({
    'without an amount': { amount: undefined },
    'with an empty amount': { amount: '' },
    'without a currency': { currency: '' },
    'with an amount that can’t be read': { amount: '24,99' },
    'with a currency that is none': { currency: 'euro' },
    'without a state': { state: undefined },
    'with a state that nobody knows': { state: 'completed' },
    'of a type that nobody knows': { type: 'payout' },
    'of another user, though the secret is the same': { user: '016684' },
    'with a value that the signature can’t tell from members': { description: 'a&state=paid' },
    'with a name that the signature can’t tell from members': { 'a=b': 'c' },
  }))
    it(`decides nothing ${what}`, () => {
      assert.deepEqual(saysOf(change), { is: 'hint' });
    });

  it('is something else than ours with money that nobody could have asked for', () => {
    for (const change of [{ amount: '24.999' }, { amount: '-1' }, { amount: '0' }, { currency: 'XXX' }])
      assert.deepEqual(saysOf(change), { is: 'foreign' });
  });

  it('is refused if it names no trade that a claim can be made for', () => {
    for (const trade of [undefined, null, '', ' T-1', 'T&1', 'T\u00001', 'x'.repeat(65)])
      assert.match(
        refusalIn(readPosted(reader, sender.post({ ...PAID, trade_id: trade }), NOW)),
        /^unreadable: it names no trade_id/,
      );
  });

  it('only hints if its payment is in the future', () => {
    const at = (paid: number) => readPosted(reader, sender.post({ ...PAID, paid_time: paid }), NOW);
    const nowSeconds = NOW.getTime() / 1_000;
    assert.equal(at(nowSeconds + 300).is, 'verified');
    const ahead = at(nowSeconds + 301);
    assert.ok(ahead.is === 'out_of_window');
    assert.deepEqual(ahead.notice.says, { is: 'hint' });
    // Nothing dates it: it may be the twentieth try.
    assert.equal(at(nowSeconds - 86_400).is, 'verified');
  });
});

describe('YabandPay’s notification of a refund', () => {
  it('decides nothing, whatever became of the refund: it names no money of the capture', () => {
    const ofRefunds = ['23', 'refunded', 'refund pending', 'refund failed'];
    const ofPayments = ['declined', 'failed', 'expired', 'cancelled', 'pending', 'paid', 'authorized', ''];
    for (const state of [...ofRefunds, ...ofPayments])
      for (const amount of ['1.00', '24.99'])
        assert.deepEqual(saysOf({ type: 'refund', state, amount }), { is: 'hint' }, state);
  });
});

describe('what makes YabandPay’s notification the same again', () => {
  const identityIn = (body: string): string => {
    const reading = readPosted(reader, sender.raw(body), NOW);
    assert.ok(reading.is === 'verified' && reading.identity !== undefined);
    return Buffer.from(reading.identity).toString('hex');
  };
  const sign = sender.signOf(PAID, { dropEmpty: true });
  const original = JSON.stringify({ sign, data: PAID });
  const { order_id: orderId, ...others } = PAID;

  for (const [what, body] of Object.entries({
    'a blank': `${original} `,
    'another order of members': JSON.stringify({ data: { ...others, order_id: orderId }, sign }),
    'another member beside the data': JSON.stringify({ sign, data: PAID, more: 1 }),
    'an empty member that wasn’t signed': JSON.stringify({ sign, data: { ...PAID, more: '', 'a=b': null } }),
    'without its empty members': JSON.stringify({ sign, data: { ...PAID, acquirer_id: undefined } }),
    'a number as text': JSON.stringify({ sign, data: { ...PAID, exchange_rate: '1' } }),
    'members in an object': JSON.stringify({ sign, data: { ...others, '3ds': { order_id: orderId } } }),
    'the older form': `resultData=${encodeURIComponent(original)}`,
    'the older form, with more beside it': `resultData=${encodeURIComponent(original)}&a=b`,
  }))
    it(`isn’t changed by ${what}`, () => {
      assert.equal(identityIn(body), identityIn(original));
      assert.deepEqual(noticeIn(readPosted(reader, sender.raw(body), NOW)).says, CAPTURED);
    });

  it('isn’t changed by the secret that it is signed with', () => {
    const data = { ...PAID, description: undefined };
    const signedBefore = new YabandpaySender(PATH, BEFORE).post(data).body;
    assert.equal(identityIn(signedBefore), identityIn(sender.post(data).body));
  });

  it('is another for another trade, amount or state', () => {
    const changes = [{}, { trade_id: 'T-2' }, { amount: '24.98' }, { state: 'failed' }];
    const identities = changes.map((change) => identityIn(sender.post({ ...PAID, ...change }).body));
    assert.equal(new Set(identities).size, changes.length);
  });

  it('is another, and always the same, for what the signed text was cut into: that stands in nobody’s way', () => {
    const data = { a: 'x', b: 'y', state: 'paid', trade_id: 'T-1' };
    const cut = { a: 'x&b=y', state: 'paid', trade_id: 'T-1' };
    const again = { a: 'x', b: 'y&state=paid', trade_id: 'T-1' };
    const identities = [data, cut, again].map((members) =>
      identityIn(JSON.stringify({ sign: sender.signOf(data), data: members })),
    );
    assert.equal(new Set(identities.slice(1)).size, 1);
    assert.notEqual(identities[0], identities[1]);
  });
});

describe('the signature of YabandPay’s notification', () => {
  it('holds with empty members and without them', () => {
    assert.equal(readPosted(reader, sender.post(PAID), NOW).is, 'verified');
    assert.equal(readPosted(reader, sender.post(PAID, { dropEmpty: true }), NOW).is, 'verified');
  });

  it('holds for the members of an object inside as for the others', () => {
    const flat = { ...PAID, status: 'Y', version: '2.2.0' };
    const nested = { ...PAID, '3ds': { status: 'Y', version: '2.2.0' } };
    const body = JSON.stringify({ sign: sender.signOf(flat), data: nested });
    assert.deepEqual(noticeIn(readPosted(reader, sender.raw(body), NOW)).says, CAPTURED);
  });

  it('is not made to hold for a member that stands there twice', () => {
    // Signed with either of the two: which is meant, can't be told.
    for (const sign of [sender.signOf(PAID), sender.signOf({ ...PAID, state: 'failed' })]) {
      const twice = JSON.stringify({ sign, data: { ...PAID, '3ds': { state: 'failed' } } });
      assert.match(refusalIn(readPosted(reader, sender.raw(twice), NOW)), /^unauthenticated: its data holds/);
    }
    const sign = sender.signOf(PAID);
    const again = JSON.stringify({ sign, data: PAID }).replace(
      '"state":"paid"',
      '"state":"failed","state":"paid"',
    );
    assert.match(refusalIn(readPosted(reader, sender.raw(again), NOW)), /^unauthenticated: /);
  });

  it('holds in the older form, in a form field', () => {
    const data = { ...PAID, description: 'a + b %20' };
    assert.deepEqual(noticeIn(readPosted(reader, sender.post(data, { asForm: true }), NOW)).says, CAPTURED);
    assert.match(refusalIn(readPosted(reader, sender.raw('resultData=%7B'), NOW)), /^unauthenticated: /);
    assert.match(refusalIn(readPosted(reader, sender.raw('resultData='), NOW)), /^unauthenticated: /);
  });

  it('holds under an earlier secret, and under no stranger’s', () => {
    const read = (secret: string) => readPosted(reader, new YabandpaySender(PATH, secret).post(PAID), NOW);
    assert.equal(read(BEFORE).is, 'verified');
    assert.match(refusalIn(read(STRANGERS)), /^unauthenticated: its sign isn't YabandPay's/);
  });

  it('doesn’t hold once anything is changed', () => {
    const sign = sender.signOf(PAID);
    for (const data of [
      { ...PAID, amount: '24.98' },
      { ...PAID, state: 'failed' },
      { ...PAID, trade_id: 'T-2' },
      { ...PAID, more: 'x' },
      { ...PAID, order_id: undefined },
      { ...PAID, description: ['two books'] },
    ])
      assert.match(
        refusalIn(readPosted(reader, sender.raw(JSON.stringify({ sign, data })), NOW)),
        /^unauthenticated: /,
      );
  });

  it('is missed where there is none, and where it isn’t 64 hexadecimal digits', () => {
    const good = sender.signOf(PAID);
    for (const sign of [undefined, null, '', 7, good.slice(1), `${good}00`, 'x'.repeat(64)])
      assert.match(
        refusalIn(readPosted(reader, sender.raw(JSON.stringify({ sign, data: PAID })), NOW)),
        /^unauthenticated: /,
      );
    for (const body of ['', '[]', 'null', '{', '{"data":{}}', '\u0000', '{"sign":"","data":"x"}'])
      assert.match(refusalIn(readPosted(reader, sender.raw(body), NOW)), /^unauthenticated: /);
  });

  it('can’t be used for members that were cut out of a value', () => {
    // Whoever writes descriptions has put members into one, and cuts the signed text anew: what is left over has to stand in a value.
    const failed = { trade_id: 'T-1', state: 'failed', description: 'a&state=paid&trade_id=T-1&z=' };
    const cut = { description: 'a', state: 'paid', trade_id: 'T-1', z: '&state=failed&trade_id=T-1' };
    const sign = sender.signOf(failed);
    const forged = readPosted(reader, sender.raw(JSON.stringify({ sign, data: cut })), NOW);
    assert.deepEqual(noticeIn(forged).says, { is: 'hint' });
  });
});

describe('what YabandPay is answered', () => {
  it('is ok or bad, in plain text', () => {
    const { taken, refused } = reader.replies;
    assert.deepEqual([taken.body, refused.body], ['ok', 'bad']);
    assert.match(taken.contentType, /^text\/plain/);
  });
});
