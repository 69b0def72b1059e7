import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Expected } from '../../support/page-codes.js';
import { PAYERMAX_PAGE_CODES, PAYERMAX_PAGE_STATUSES } from '../../support/page-codes.js';
import { PayermaxRig, SAR_100 } from '../../support/payermax-rig.js';
import type { Spoilt } from '../../support/provider-expectations.js';
import {
  aMismatch,
  assertRead,
  becomes,
  comesTooLate,
  hasNoDoubleCapture,
  inDoubt,
  SPOILT_ON_THE_WAY,
} from '../../support/provider-expectations.js';

let rig: PayermaxRig;
/** A PayerMax that signs its refusals too. */
let signing: PayermaxRig;
before(async () => {
  [rig, signing] = await Promise.all([
    PayermaxRig.start(),
    PayermaxRig.start({ payermax: { signsRefusals: true } }),
  ]);
});
after(() => Promise.all([rig.close(), signing.close()]));

/** An answer of PayerMax with other data, to a capture that meets `then`. */
function naming(members: Readonly<Record<string, unknown>>, then: Scenario = { kind: 'normal' }): Scenario {
  return { kind: 'altered', members: { data: members }, then };
}

const IN_DOUBT: Expected = { finding: 'unknown', outcome: 'pending/unknown' };

describe('an answer of PayerMax that does not arrive as it should', () => {
  const open: Scenario = { kind: 'in_process', moved: true };
  const failure: Scenario = { kind: 'answer', resultCode: 'PAYMENT_FAILED', resultStatus: 'FAILED' };
  const refusal: Scenario = { kind: 'answer', resultCode: 'AMOUNT_LIMIT' };
  const captured = { finding: 'captured', moved: true } as const;
  const foreign = { finding: 'foreign', moved: true } as const;
  const nothing = { finding: 'foreign', moved: false } as const;
  const spoilt: readonly Spoilt[] = [
    ...SPOILT_ON_THE_WAY,
    inDoubt('an unsigned success', { kind: 'unsigned' }, { moved: true }),
    inDoubt('a success with a wrong signature', { kind: 'wrong_signature' }, { moved: true }),
    inDoubt(
      'an unsigned failure of what was accepted',
      { kind: 'unsigned', then: failure },
      { moved: false },
    ),

    aMismatch('a success of more', naming({ amount: 100.01 }), captured),
    aMismatch('a success of less', naming({ amount: '10' }), captured),
    aMismatch('a success in minor units', naming({ amount: 10_000 }), captured),
    aMismatch('a success in another currency', naming({ currency: 'USD' }), captured),
    aMismatch('a success of another request', naming({ requestId: 'another' }), captured),
    aMismatch('a success of parts of a halala', naming({ amount: '100.001' }), foreign),
    aMismatch('a success of another order', naming({ outTradeNo: 'another' }), foreign),
    ...Object.entries({ amount: 10, currency: 'USD', requestId: 'another', outTradeNo: 'another' }).flatMap(
      ([name, value]) => [
        aMismatch(`what is in process with another ${name}`, naming({ [name]: value }, open), nothing),
        aMismatch(`a failure with another ${name}`, naming({ [name]: value }, failure), nothing),
        aMismatch(`a refusal with another ${name}`, naming({ [name]: value }, refusal), nothing),
      ],
    ),

    ...['requestId', 'amount', 'currency'].map((name) =>
      inDoubt(`a success without ${name}`, naming({ [name]: null }), { moved: true }),
    ),
    inDoubt('a failure without requestId', naming({ requestId: null }, failure), { moved: false }),
    inDoubt('a success with an amount that is none', naming({ amount: '100,00' }), { moved: true }),
  ];
  for (const one of spoilt) {
    it(`${one.what}: ${one.finding}, ${one.outcome}`, async () => {
      await becomes(rig, one);
    });
  }

  it("is a mismatch if it is the page's own: 100 USD were asked for, 10 SAR are in process", async () => {
    const scenario = naming({ amount: 10, currency: 'SAR' }, open);
    const sent = await rig.send(await rig.planned({ currency: 'USD', amount: '10000', scenario }));
    assertRead(sent, { finding: 'foreign', outcome: 'pending/integrity_mismatch' });
  });

  it('is a success if it only says it in another way', async () => {
    for (const members of [
      { amount: '100' },
      { amount: 100 },
      { amount: '100.000' },
      { amount: '1E2' },
      { outTradeNo: null },
      { captureNo: null, createdTime: null, succeededTime: 'on Tuesday', errorCode: '', errorMsg: 7 },
    ]) {
      const { SUCCESS } = PAYERMAX_PAGE_STATUSES;
      await becomes(rig, { scenario: naming(members), moved: true, ...SUCCESS });
    }
  });

  it('is unknown when it comes after the timeout, and only a repeat tells of the money', async () => {
    const { capture } = await comesTooLate(rig, rig.clientWith({ timeoutMs: 1_000 }));
    assertRead(await rig.ask(capture), IN_DOUBT);
    assert.equal((await rig.send(capture)).outcome, 'succeeded');
    assert.equal(await rig.moved(capture), SAR_100.amount);
  });
});

describe('a refusal of PayerMax', () => {
  const codes = ['AMOUNT_LIMIT', 'SIGN_VERIFY_FAILED', 'TOO_MANY_REQUEST'] as const;
  for (const code of codes) {
    const scenario: Scenario = { kind: 'answer', resultCode: code };
    const asOnThePage = { scenario, moved: false, ...PAYERMAX_PAGE_CODES[code] };
    const leftInDoubt = { scenario, moved: false, ...IN_DOUBT };

    it(`that isn't signed is read, unless the account wants it signed: ${code}`, async () => {
      await becomes(rig, asOnThePage);
      await becomes(rig, leftInDoubt, rig.clientWith({ requireSignedRefusals: true }));
    });

    it(`that is signed is read by every account: ${code}`, async () => {
      await becomes(signing, asOnThePage);
      await becomes(signing, asOnThePage, signing.clientWith({ requireSignedRefusals: true }));
    });

    it(`that is signed by nobody we know is read by none: ${code}`, async () => {
      const forged = { ...leftInDoubt, scenario: { kind: 'wrong_signature', then: scenario } } as const;
      for (const requireSignedRefusals of [true, false]) {
        await becomes(rig, forged, rig.clientWith({ requireSignedRefusals, requireSignedAnswers: false }));
      }
    });
  }
});

describe('an account that is told that its PayerMax does not sign', () => {
  it('believes what is not signed, and still nothing that is signed wrongly', async () => {
    const trusting = rig.clientWith({ requireSignedAnswers: false });
    const { SUCCESS } = PAYERMAX_PAGE_STATUSES;
    await becomes(rig, { scenario: { kind: 'unsigned' }, moved: true, ...SUCCESS }, trusting);
    await becomes(rig, { scenario: { kind: 'wrong_signature' }, moved: true, ...IN_DOUBT }, trusting);
  });
});

it('leaves no double capture in the book', async () => {
  for (const one of [rig, signing]) await hasNoDoubleCapture(one);
});
