import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Expected } from '../../support/page-codes.js';
import { PAYERMAX_PAGE_CODES, PAYERMAX_PAGE_STATUSES } from '../../support/page-codes.js';
import { PayermaxRig } from '../../support/payermax-rig.js';
import {
  assertRead,
  becomes,
  hasNoDoubleCapture,
  inDoubt,
  INQUIRIES_SPOILT_ON_THE_WAY,
} from '../../support/provider-expectations.js';

let rig: PayermaxRig;
before(async () => {
  rig = await PayermaxRig.start();
});
after(() => rig.close());

function accepted(resultStatus: string, resultCode = 'APPLY_SUCCESS'): Scenario {
  return { kind: 'answer', resultCode, resultStatus };
}

function withData(members: Readonly<Record<string, unknown>>): Scenario {
  return { kind: 'altered', members: { data: members } };
}

describe('the status of an accepted capture', () => {
  /** The statuses that a test has sent and held against the page: written at the end of each such test and nowhere else. */
  const sentIn = { capture: new Set<string>(), inquiry: new Set<string>() };

  for (const [status, expected] of Object.entries(PAYERMAX_PAGE_STATUSES)) {
    it(`${status}: ${expected.finding}, so the capture is ${expected.outcome}`, async () => {
      const { answer } = await becomes(rig, { scenario: accepted(status), moved: false, ...expected });
      assert.equal(answer.providerCode, status);
      assert.equal(answer.httpStatus, 200);
      sentIn.capture.add(status);
    });

    it(`${status} in answer to an order query never ends a capture in doubt`, async () => {
      const scenario: Scenario = { kind: 'unknown', moved: false };
      const { capture } = await rig.send(
        await rig.planned({ scenario, inquiryScenario: accepted(status, 'SUCCESS') }),
      );
      const asked = await rig.ask(capture);
      assertRead(asked, { finding: 'unknown', outcome: 'pending/unknown' });
      assert.equal(asked.answer.providerCode, status);
      sentIn.inquiry.add(status);
    });
  }

  it('was sent in both answers, each of the page', () => {
    const all = new Set(Object.keys(PAYERMAX_PAGE_STATUSES));
    assert.deepEqual(sentIn, { capture: all, inquiry: all });
  });

  it('SUCCESS comes with money that moved, PENDING with none as yet', async () => {
    const { SUCCESS, PENDING } = PAYERMAX_PAGE_STATUSES;
    await becomes(rig, { scenario: { kind: 'normal' }, moved: true, ...SUCCESS });
    await becomes(rig, { scenario: { kind: 'in_process', moved: true }, moved: false, ...PENDING });
  });

  for (const status of ['success', 'SUCCEEDED', 'PROCESSING', 'UNKNOWN', '', null, 7]) {
    it(`${JSON.stringify(status)}, which is on no page, decides nothing`, async () => {
      await becomes(rig, inDoubt('', withData({ status }), { moved: true }));
    });
  }

  for (const isFinal of [true, false, 'True', 'False', null]) {
    it(`is not changed by isFinal ${JSON.stringify(isFinal)}`, async () => {
      const { SUCCESS } = PAYERMAX_PAGE_STATUSES;
      await becomes(rig, { scenario: withData({ isFinal }), moved: true, ...SUCCESS });
    });
  }
});

describe('the reason of a capture that failed', () => {
  const unexplained: Expected = PAYERMAX_PAGE_STATUSES.FAILED;
  const reasons: readonly [reason: string, expected: Expected][] = [
    // A code that refuses requests explains a failure too; any other explains nothing, but the failure stands.
    ...Object.entries(PAYERMAX_PAGE_CODES).map(([code, expected]): [string, Expected] => [
      code,
      expected.finding === 'declined' ? expected : unexplained,
    ]),
    ['AUTHORIZATION_EXPIRED', unexplained],
    ['NEVER_HEARD_OF', unexplained],
  ];
  for (const [reason, expected] of reasons) {
    it(`${reason}: ${expected.outcome}`, async () => {
      for (const status of ['FAILED', 'CLOSED']) {
        const scenario = accepted(status, reason);
        const { answer } = await becomes(rig, { scenario, moved: false, ...expected });
        assert.equal(answer.providerCode, reason === 'APPLY_SUCCESS' ? status : reason);
      }
    });
  }
});

describe('a code of PayerMax beside a status that contradicts it', () => {
  for (const code of Object.keys(PAYERMAX_PAGE_CODES).filter((code) => code !== 'APPLY_SUCCESS')) {
    it(`${code} with SUCCESS decides nothing`, async () => {
      await becomes(rig, inDoubt('', { kind: 'altered', members: { code } }, { moved: true }));
    });
  }

  it('APPLY_SUCCESS without data decides nothing', async () => {
    const members = { data: null };
    await becomes(rig, inDoubt('', { kind: 'altered', members }, { moved: true }));
  });
});

describe('an order query at PayerMax', () => {
  it('that is spoilt on its way says nothing either', async () => {
    const inquiryScenarios: readonly Scenario[] = [
      ...INQUIRIES_SPOILT_ON_THE_WAY,
      { kind: 'unsigned' },
      { kind: 'wrong_signature' },
    ];
    for (const inquiryScenario of inquiryScenarios) {
      const asked = await rig.ask(await rig.planned({ inquiryScenario }));
      assertRead(asked, { finding: 'unknown', outcome: 'pending/unknown' });
    }
  });

  it('finds nothing about an order that PayerMax does not know', async () => {
    const asked = await rig.ask(rig.plan('order_that_nobody_made'));
    assertRead(asked, { finding: 'unknown', outcome: 'pending/unknown' });
    assert.equal(asked.answer.providerCode, 'ORDER_NOT_EXIST');
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
