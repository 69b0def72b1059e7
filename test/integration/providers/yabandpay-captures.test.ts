import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import type { ProviderClient } from '../../../src/ports/provider.js';
import { YABANDPAY_PAGE_CODES } from '../../support/page-codes.js';
import {
  anExpiredPayment,
  assertRead,
  capturesExactly,
  hasNoDoubleCapture,
  isRefused,
  reworded,
  waitsUntilMended,
} from '../../support/provider-expectations.js';
import { clockOffBy, MINUTE, outcomeOf } from '../../support/provider-rig.js';
import { EUR_24_99, YabandpayRig } from '../../support/yabandpay-rig.js';

type Code = keyof typeof YABANDPAY_PAGE_CODES;

let rig: YabandpayRig;
before(async () => {
  rig = await YabandpayRig.start();
});
after(() => rig.close());

describe('a capture that YabandPay judges itself', () => {
  for (const [currency, amount] of [
    ['JPY', '5000'],
    ['EUR', '2499'],
    ['USD', '9007199254740993'],
    ['IQD', '150000'],
    ['KWD', '1234'],
    ['CLF', '12345'],
  ] as const) {
    it(`moves ${amount} minor units of ${currency}, to the unit`, async () => {
      const { capture, finding } = await capturesExactly(rig, { currency, amount });
      assert.equal(capture.money.amount, BigInt(amount));
      assert.deepEqual(finding.money, capture.money);
      assert.equal(finding.providerCaptureId, capture.paymentId);
    });

    it(`moves a part of ${amount} minor units of ${currency}, if a part was asked for`, async () => {
      for (const captureAmount of [1n, BigInt(amount) - 1n]) {
        const { capture } = await capturesExactly(rig, { currency, amount }, { captureAmount });
        assert.equal(capture.money.amount, captureAmount);
      }
    });
  }

  it('is seen by inquiries before and after, with its amount', async () => {
    for (const captureAmount of [null, 1_000n]) {
      const capture = await rig.planned({}, { captureAmount });
      assertRead(await rig.ask(capture), { finding: 'authorised', outcome: 'pending/unknown' });
      assert.equal((await rig.send(capture)).outcome, 'succeeded');
      const { answer, outcome } = await rig.ask(capture);
      assert.equal(outcome, 'succeeded');
      assert.deepEqual(answer.finding.is === 'captured' && answer.finding.money, capture.money);
    }
  });

  const refusals: readonly [what: string, code: Code, capture: () => Capture | Promise<Capture>][] = [
    ['after its window', '-4089', () => rig.planned(anExpiredPayment())],
    ['of more than was authorised', '-4084', () => rig.planned({}, { authorisedAmount: 2_500n })],
    ['in another currency', '-4085', () => rig.planned({}, { currency: 'USD' })],
    ['of a trade that nobody made', '-4024', () => rig.plan('trade-that-nobody-made')],
    ['with too many decimals', '-3001', async () => reworded(await rig.planned(), '24.99', '24.999')],
    ['of nothing', '-3001', async () => reworded(await rig.planned(), '24.99', '0.00')],
    [
      'with an empty description',
      '-3001',
      async () => reworded(await rig.planned({}, { description: 'shoes' }), 'shoes', ''),
    ],
    [
      'with a request id that is none',
      '-4118',
      async () => {
        const capture = await rig.planned();
        return reworded(capture, capture.requestId, 'short');
      },
    ],
  ];
  for (const [what, code, capture] of refusals) {
    it(`${what} gets ${code}: ${YABANDPAY_PAGE_CODES[code].outcome}`, async () => {
      await isRefused(rig, await capture(), { code, ...YABANDPAY_PAGE_CODES[code] });
    });
  }
});

describe('a request id that YabandPay has seen', () => {
  it('tells nothing of the first send: only an inquiry does', async () => {
    for (const moved of [true, false]) {
      const capture = await rig.planned({ scenario: [{ kind: 'unknown', moved }] });
      const first = await rig.send(capture);
      assertRead(first, YABANDPAY_PAGE_CODES['-1000']);
      const second = await rig.send(capture);
      // One that wasn't executed wasn't accepted either, so the same request can still go through.
      assertRead(second, YABANDPAY_PAGE_CODES[moved ? '-4118' : '200']);
      const both = outcomeOf(capture, first.answer, second.answer);
      assert.equal(both, moved ? 'pending/unknown' : 'succeeded');
      assert.equal((await rig.ask(capture)).outcome, 'succeeded');
      assert.equal(await rig.moved(capture), EUR_24_99.amount);
    }
  });

  it('takes nothing back of a success that was told', async () => {
    const { capture, answer } = await capturesExactly(rig, {});
    const again = await rig.send(capture);
    assertRead(again, YABANDPAY_PAGE_CODES['-4118']);
    assert.equal(outcomeOf(capture, answer, again.answer), 'succeeded');
    assert.equal(await rig.moved(capture), EUR_24_99.amount);
  });

  it('makes no failure of a refusal that came after a lost answer', async () => {
    const scenario = [
      { kind: 'reset', when: 'before_answer', moved: true },
      { kind: 'answer', resultCode: '-4024' },
    ] as const;
    const capture = await rig.planned({ scenario });
    const first = await rig.send(capture);
    const second = await rig.send(capture);
    assertRead(second, YABANDPAY_PAGE_CODES['-4024']);
    assert.equal(outcomeOf(capture, first.answer, second.answer), 'pending/unknown');
    assert.equal(await rig.moved(capture), EUR_24_99.amount);
  });
});

describe('an account at YabandPay that is set up wrongly', () => {
  const faults: readonly [what: string, code: Code, client: () => ProviderClient][] = [
    ['another key', '-403', () => rig.clientWith({ secretKey: 'made-up-key' })],
    ['an unknown user', '-2001', () => rig.clientWith({ user: '016683' })],
    ['a clock that is slow', '-403', () => rig.clientWith({}, clockOffBy(-6 * MINUTE))],
    ['a clock that is fast', '-403', () => rig.clientWith({}, clockOffBy(6 * MINUTE))],
  ];
  for (const [what, code, client] of faults) {
    it(`with ${what} sees ${code}, and the capture waits to be sent again`, () =>
      waitsUntilMended(rig, client(), { code, ...YABANDPAY_PAGE_CODES[code] }));
  }

  it('is told so by inquiries too', async () => {
    const capture = await rig.planned();
    const { paymentId, captureReference, requestId, money, authorisedAmount } = capture;
    const { finding, providerCode } = await rig
      .clientWith({ secretKey: 'made-up-key' })
      .inquire({ paymentId, captureReference, requestId, money, authorisedAmount });
    assert.deepEqual([finding, providerCode], [{ is: 'account_fault' }, '-403']);
  });
});

describe('a description', () => {
  /** Where values are signed bare, two requests must not come to have one signature. */
  function assertSignable({ body }: Capture): void {
    const { description } = JSON.parse(Buffer.from(body).toString('utf8')) as { description: string };
    assert.doesNotMatch(description, /^\s|[&=\p{Cc}]|\s$/u);
    assert.notEqual(description, '');
  }

  for (const [what, description] of [
    ['ASCII', 'two pairs of shoes'],
    ['Arabic, Chinese and accents', 'طلب رقم ٧، 订单, Größe é e\u0301'],
    ['emoji, joined and from beyond 16 bits', '👟👩‍👩‍👧 𝄞'],
    ['what parts the members of a signature', 'a=1&amount=0.01&user=016683&sign='],
    ['nothing but that', '&=&='],
    ['control characters', 'one\ttwo\nthree\r\u0001\u007f\u0085four'],
    ['nothing but blanks', ' \u00a0\u3000\ufeff '],
    ['blanks around it', '  shoes \n'],
    ['what JSON must escape', '"\\/\u2028\u2029</script>'],
    ['what URLs must escape', 'a+b%26c%3Dd?#;'],
    ['as many characters as an order can have', '👟'.repeat(512)],
    ['a name that every object has', '__proto__'],
  ] as const) {
    it(`of ${what} is signed as it is sent`, async () => {
      const { capture } = await capturesExactly(rig, {}, { description });
      assertSignable(capture);
    });
  }

  it('that names the order is signed, however the order is called', async () => {
    for (const orderId of ['7&amount=0.01', '&=', 'طلب-٧ 👟', ' \t ']) {
      const { capture } = await capturesExactly(rig, {}, { orderId });
      assertSignable(capture);
    }
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
