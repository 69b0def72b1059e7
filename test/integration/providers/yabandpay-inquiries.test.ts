import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import { YABANDPAY_PAGE_STATES } from '../../support/page-codes.js';
import type { Spoilt } from '../../support/provider-expectations.js';
import {
  accepted,
  aMismatch,
  anExpiredPayment,
  assertRead,
  becomes,
  hasNoDoubleCapture,
  INQUIRIES_SPOILT_ON_THE_WAY,
} from '../../support/provider-expectations.js';
import type { OrderChange, Sent } from '../../support/provider-rig.js';
import type { PaymentInput } from '../../support/sandbox-admin.js';
import { YabandpayRig } from '../../support/yabandpay-rig.js';

const HOUR = 3_600_000;

let rig: YabandpayRig;
before(async () => {
  rig = await YabandpayRig.start();
});
after(() => rig.close());

/** Sends a capture under a script, then asks. */
async function askAfter(payment: PaymentInput, change?: OrderChange): Promise<Sent> {
  const { capture } = await rig.send(await rig.planned(payment, change));
  return rig.ask(capture);
}

function inState(resultStatus: string): Scenario {
  return { kind: 'answer', resultCode: '200', resultStatus };
}

describe('a state of a trade', () => {
  /** The words that a test has sent and held against the page: written at the end of each such test and nowhere else. */
  const sentIn = { capture: new Set<string>(), inquiry: new Set<string>() };

  for (const [name, { number, capture, inquiry }] of Object.entries(YABANDPAY_PAGE_STATES)) {
    const spellings = [name, name.toUpperCase(), name.replace(/^./, (letter) => letter.toUpperCase())];
    for (const state of new Set(number === null ? spellings : [...spellings, number])) {
      it(`${state} in answer to a capture: ${capture.outcome}`, async () => {
        const { answer } = await becomes(rig, { scenario: inState(state), moved: false, ...capture });
        assert.equal(answer.providerCode, state);
        sentIn.capture.add(state);
      });

      it(`${state} in answer to an inquiry: ${inquiry.outcome}`, async () => {
        const sent = await askAfter({
          scenario: { kind: 'unknown', moved: false },
          inquiryScenario: inState(state),
        });
        assertRead(sent, inquiry);
        assert.equal(sent.answer.providerCode, state);
        sentIn.inquiry.add(state);
      });
    }
  }

  it('was sent by its name and by its number, each of the page', () => {
    const words = Object.entries(YABANDPAY_PAGE_STATES).flatMap(([name, { number }]) => [
      name,
      number ?? name,
    ]);
    for (const sent of Object.values(sentIn)) {
      assert.deepEqual(
        words.filter((word) => !sent.has(word)),
        [],
      );
    }
  });

  for (const state of ['completed', 'settled', '9', '25', '0', '000', 'constructor']) {
    it(`${state}, which is on no page, decides nothing`, async () => {
      await becomes(rig, accepted('', inState(state), { moved: false }));
      const asked = await askAfter({
        scenario: { kind: 'unknown', moved: false },
        inquiryScenario: inState(state),
      });
      assertRead(asked, { finding: 'unknown', outcome: 'pending/unknown' });
    });
  }
});

describe('an inquiry at YabandPay', () => {
  it('finds an authorisation that nothing was captured of', async () => {
    const sent = await askAfter({ scenario: { kind: 'unknown', moved: false } });
    assertRead(sent, YABANDPAY_PAGE_STATES.authorized.inquiry);
  });

  it('finds a capture behind an unknown outcome, full or partial, with its amount', async () => {
    for (const captureAmount of [null, 1n]) {
      const { capture, answer, outcome } = await askAfter(
        { scenario: { kind: 'unknown', moved: true } },
        { captureAmount },
      );
      assert.equal(outcome, 'succeeded');
      assert.deepEqual(answer.finding.is === 'captured' && answer.finding.money, capture.money);
    }
  });

  for (const [moved, expected] of [
    [true, YABANDPAY_PAGE_STATES.paid],
    [false, YABANDPAY_PAGE_STATES.failed],
  ] as const) {
    it(`finds a capture in process, and that it came to ${expected.inquiry.outcome}`, async () => {
      const open = await askAfter({ scenario: { kind: 'in_process', moved, endsAfterMs: HOUR } });
      assertRead(open, YABANDPAY_PAGE_STATES.processing.inquiry);
      assert.equal(await rig.moved(open.capture), 0n);
      await rig.admin.hurry();
      assertRead(await rig.ask(open.capture), expected.inquiry);
      assert.equal(await rig.moved(open.capture), moved ? open.capture.money.amount : 0n);
    });
  }

  it('finds a capture that was late', async () => {
    const early = await askAfter({ scenario: { kind: 'unknown', moved: true, movesAfterMs: HOUR } });
    assertRead(early, YABANDPAY_PAGE_STATES.authorized.inquiry);
    await rig.admin.hurry();
    assert.equal((await rig.ask(early.capture)).outcome, 'succeeded');
  });

  it('finds an authorisation that expired uncaptured', async () => {
    assertRead(await askAfter(anExpiredPayment()), YABANDPAY_PAGE_STATES.expired.inquiry);
  });

  it('finds nothing about a trade that YabandPay does not know', async () => {
    const { answer } = await rig.ask(rig.plan('trade-that-nobody-made'));
    assert.equal(answer.providerCode, '-4024');
    assert.deepEqual(answer.finding, { is: 'unknown' });
  });
});

describe('an inquiry at YabandPay whose answer is odd', () => {
  const saying = (members: Readonly<Record<string, unknown>>): Scenario => ({
    kind: 'altered',
    members: { data: { transaction_info: members } },
  });
  const nothing: readonly Scenario[] = [
    ...INQUIRIES_SPOILT_ON_THE_WAY,
    ...['trade_id', 'state', 'amount', 'currency'].map((name) => saying({ [name]: null })),
    { kind: 'altered', members: { data: { transaction_info: null } } },
    { kind: 'altered', members: { data: null } },
    { kind: 'altered', members: { status: false } },
    { kind: 'altered', members: { code: '-4024' } },
    saying({ amount: 'a lot' }),
    saying({ currency: 'euro' }),
  ];
  for (const inquiryScenario of nothing) {
    it(`says nothing: ${JSON.stringify(inquiryScenario)}`, async () => {
      const asked = await askAfter({ inquiryScenario });
      assertRead(asked, { finding: 'unknown', outcome: 'pending/unknown' });
    });
  }

  const mismatches: readonly Omit<Spoilt, 'moved'>[] = [
    aMismatch('another amount', saying({ amount: '24.98' }), { finding: 'captured', moved: true }),
    aMismatch('another currency', saying({ currency: 'USD' }), { finding: 'captured', moved: true }),
    aMismatch('another trade', saying({ trade_id: 'another' }), { finding: 'foreign', moved: true }),
    aMismatch('half a cent more', saying({ amount: '24.995' }), { finding: 'foreign', moved: true }),
  ];
  for (const { what, scenario, ...expected } of mismatches) {
    it(`is a mismatch if it is paid and names ${what}`, async () => {
      assertRead(await askAfter({ inquiryScenario: scenario }), expected);
    });
  }

  it('is a success if it writes the amount in another way', async () => {
    for (const amount of ['24.990', '024.99', 24.99, '2.499e1']) {
      assert.equal((await askAfter({ inquiryScenario: saying({ amount }) })).outcome, 'succeeded');
    }
  });

  it('frees nothing if the authorisation that it sees is of other money', async () => {
    const sent = await askAfter({
      scenario: { kind: 'unknown', moved: false },
      inquiryScenario: saying({ amount: '99' }),
    });
    assertRead(sent, { finding: 'foreign', outcome: 'pending/integrity_mismatch' });
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
