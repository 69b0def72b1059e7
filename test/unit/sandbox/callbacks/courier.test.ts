import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Addresses } from '../../../../sandbox/callbacks/addresses.js';
import type { CallbackScenario } from '../../../../sandbox/callbacks/callback-scenario.js';
import { Courier } from '../../../../sandbox/callbacks/courier.js';
import type { Letter, PostalRules, Reply } from '../../../../sandbox/callbacks/letter.js';
import { PAYERMAX_POST } from '../../../../sandbox/payermax/letters.js';
import { WALLET_POST } from '../../../../sandbox/wallet/letters.js';
import type { Word } from '../../../../sandbox/word.js';
import { YABANDPAY_POST } from '../../../../sandbox/yabandpay/letters.js';
import { EPOCH, VirtualTime } from '../../../support/virtual-time.js';

const PAYMENT = { paymentId: 'p', merchant: 'M' };
const OK: Reply = { status: 200, body: 'ok' };
const BAD: Reply = { status: 200, body: 'bad' };

interface Setting {
  readonly rules?: PostalRules;
  readonly speed?: number;
  readonly url?: string | null;
  readonly scenario?: CallbackScenario;
  /** What is replied to the n-th try, from 1; null is nothing. */
  readonly reply?: (attempt: number) => Reply | null;
}

/** A courier in virtual time, and what it sent when: `<word> at <ms>`. */
function courierIn({ rules = YABANDPAY_POST, speed = 1, url = 'http://x/notify', ...of }: Setting) {
  const time = new VirtualTime();
  const sent: string[] = [];
  const addresses: string[] = [];
  const courier = new Courier({
    provider: 'yabandpay',
    addresses: new Addresses({ url }),
    timers: time,
    ...{ rules, speed },
    draw: () => of.scenario ?? { kind: 'normal' },
    postman: {
      carry: (to, { body }) => {
        sent.push(`${Buffer.from(body).toString()} at ${time.now().getTime() - EPOCH}`);
        addresses.push(to.href);
        return Promise.resolve((of.reply ?? (() => OK))(sent.length));
      },
    },
  });
  return { courier, time, sent, addresses };
}

const write = (says: Word): readonly Letter[] => [
  { about: 'payment', says, decides: true, seal: () => ({ headers: {}, body: Buffer.from(says) }) },
];

describe('the courier', () => {
  it('sends once what is taken', async () => {
    const { courier, time, sent, addresses } = courierIn({});
    courier.tellEnd(PAYMENT, 'captured', write);
    await time.runToTheEnd();
    assert.deepEqual([sent, addresses], [['captured at 0'], ['http://x/notify/yabandpay/yabandpay-sandbox']]);
    const [letter] = courier.lettersOf('p');
    const expected = { about: 'payment', says: 'captured', decides: true, tries: 1, state: 'delivered' };
    assert.deepEqual(letter, expected);
    assert.deepEqual(courier.totals(), { letters: 1, tries: 1, delivered: 1, givenUp: 0 });
  });

  it('sends and notes nothing where nobody asked for it', async () => {
    const { courier, time, sent } = courierIn({ url: null });
    courier.tellEnd(PAYMENT, 'captured', write);
    courier.tell(PAYMENT, write('in_process'));
    await time.runToTheEnd();
    assert.deepEqual([sent, courier.lettersOf('p'), courier.willTell(PAYMENT)], [[], [], false]);
  });

  const schedules: Readonly<Record<string, readonly [PostalRules, readonly number[]]>> = {
    'PayerMax, six times': [PAYERMAX_POST, [0, 30, 330, 930, 4_530, 47_730]],
    'the wallet, eight times': [WALLET_POST, [0, 120, 720, 1_320, 4_920, 12_120, 33_720, 87_720]],
    'YabandPay, seven times': [YABANDPAY_POST, [0, 15, 45, 225, 825, 2_625, 9_825]],
  };
  for (const [what, [rules, seconds]] of Object.entries(schedules)) {
    it(`sends again what isn't taken, and gives up in the end: ${what}`, async () => {
      const { courier, time, sent } = courierIn({
        rules,
        reply: (attempt) => (attempt % 2 === 0 ? BAD : null),
      });
      courier.tellEnd(PAYMENT, 'captured', write);
      await time.runToTheEnd();
      assert.deepEqual(
        sent,
        seconds.map((at) => `captured at ${at * 1000}`),
      );
      assert.deepEqual(courier.lettersOf('p')[0]?.state, 'given_up');
      assert.deepEqual(courier.totals(), { letters: 1, tries: seconds.length, delivered: 0, givenUp: 1 });
    });
  }

  it('can be sped up', async () => {
    const { courier, time, sent } = courierIn({ speed: 100, reply: (attempt) => (attempt < 3 ? BAD : OK) });
    courier.tellEnd(PAYMENT, 'captured', write);
    await time.runToTheEnd();
    assert.deepEqual(sent, ['captured at 0', 'captured at 150', 'captured at 450']);
    assert.equal(courier.lettersOf('p')[0]?.state, 'delivered');
  });

  it('notes what it withholds', async () => {
    const { courier, time, sent } = courierIn({ scenario: { kind: 'none' } });
    courier.tellEnd(PAYMENT, 'captured', write);
    await time.runToTheEnd();
    assert.deepEqual([sent, courier.lettersOf('p')[0]?.state], [[], 'withheld']);
  });

  it('plays the script of a payment before the profile, and both only of ends', async () => {
    const { courier, time, sent } = courierIn({ scenario: { kind: 'none' } });
    courier.assign('p', { address: {}, scenario: { kind: 'late', ms: 7 } });
    courier.tell(PAYMENT, write('in_process'));
    courier.tellEnd(PAYMENT, 'captured', write);
    await time.runToTheEnd();
    assert.deepEqual(sent, ['in_process at 0', 'captured at 7']);
  });

  it('sends nothing again of what a reset found on its way', async () => {
    const { courier, time, sent } = courierIn({
      reply: () => {
        courier.reset();
        return BAD;
      },
    });
    courier.tellEnd(PAYMENT, 'captured', write);
    await time.runToTheEnd();
    assert.deepEqual(sent, ['captured at 0']);
    assert.deepEqual(courier.totals(), { letters: 0, tries: 0, delivered: 0, givenUp: 0 });
  });

  it('knows who can be contradicted', () => {
    const lie: CallbackScenario = { kind: 'contradicting', lie: 'first', apartMs: 1 };
    assert.equal(courierIn({}).courier.problemOf(lie), null);
    assert.match(courierIn({ rules: PAYERMAX_POST }).courier.problemOf(lie) ?? '', /can't be asked/);
  });
});

describe('what counts as taken', () => {
  const replies: readonly (readonly [PostalRules, Reply, boolean])[] = [
    [PAYERMAX_POST, { status: 200, body: '{"code":"SUCCESS","msg":"Success"}' }, true],
    [PAYERMAX_POST, { status: 200, body: '{"code":"FAIL","msg":"Not taken."}' }, false],
    [PAYERMAX_POST, { status: 503, body: '{"code":"SUCCESS","msg":"Success"}' }, false],
    [PAYERMAX_POST, { status: 200, body: 'ok' }, false],
    [YABANDPAY_POST, { status: 200, body: 'ok' }, true],
    [YABANDPAY_POST, { status: 200, body: 'bad' }, false],
    [YABANDPAY_POST, { status: 500, body: 'ok' }, false],
    [WALLET_POST, { status: 200, body: '{"result":{"resultCode":"SUCCESS","resultStatus":"S"}}' }, true],
    [WALLET_POST, { status: 200, body: '{"result":{"resultCode":"X","resultStatus":"U"}}' }, false],
    [WALLET_POST, { status: 200, body: '' }, false],
  ];
  for (const [rules, reply, taken] of replies) {
    it(`is ${taken ? '' : 'not '}${JSON.stringify(reply)}`, () => {
      assert.equal(rules.isTaken(reply), taken);
    });
  }
});
