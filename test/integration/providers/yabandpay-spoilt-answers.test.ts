import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Spoilt } from '../../support/provider-expectations.js';
import {
  accepted,
  aMismatch,
  becomes,
  comesTooLate,
  hasNoDoubleCapture,
  inDoubt,
  SPOILT_ON_THE_WAY,
} from '../../support/provider-expectations.js';
import { YabandpayRig } from '../../support/yabandpay-rig.js';

let rig: YabandpayRig;
before(async () => {
  rig = await YabandpayRig.start();
});
after(() => rig.close());

/** An answer of YabandPay with other members, to a capture that meets `then`. */
function saying(members: Readonly<Record<string, unknown>>, then?: Scenario): Scenario {
  return { kind: 'altered', members, ...(then === undefined ? {} : { then }) };
}

describe('an answer of YabandPay that does not arrive as it should', () => {
  const refusal: Scenario = { kind: 'answer', resultCode: '-4084' };
  const open: Scenario = { kind: 'in_process', moved: true };
  const captured = { finding: 'captured', moved: true } as const;
  const foreign = { finding: 'foreign', moved: true } as const;
  const spoilt: readonly Spoilt[] = [
    ...SPOILT_ON_THE_WAY,

    aMismatch('a success of more', saying({ data: { amount: '25' } }), captured),
    aMismatch('a success of less', saying({ data: { amount: '24.9' } }), captured),
    aMismatch('a success in minor units', saying({ data: { amount: '2499' } }), captured),
    aMismatch('a success in another currency', saying({ data: { currency: 'USD' } }), captured),
    aMismatch('a success of parts of a cent', saying({ data: { amount: '24.991' } }), foreign),
    aMismatch('a success of nothing', saying({ data: { amount: '0' } }), foreign),
    aMismatch('a success of another trade', saying({ data: { trade_id: 'another' } }), foreign),
    aMismatch('what is in process with another amount', saying({ data: { amount: '10' } }, open), {
      finding: 'foreign',
      moved: false,
    }),
    aMismatch('what is in process of another trade', saying({ data: { trade_id: 'another' } }, open), {
      finding: 'foreign',
      moved: false,
    }),
    ...[
      { trade_id: 'another' },
      { amount: '25' },
      { currency: 'USD' },
      { amount: '24.991', state: 'declined' },
    ].map((data) =>
      aMismatch(`a refusal with ${JSON.stringify(data)}`, saying({ data }, refusal), {
        finding: 'foreign',
        moved: false,
      }),
    ),

    ...['trade_id', 'amount', 'currency', 'state'].map((name) =>
      accepted(`a success without ${name}`, saying({ data: { [name]: null } }), { moved: true }),
    ),
    accepted('a success without data', saying({ data: null }), { moved: true }),
    inDoubt('a success with an amount that is none', saying({ data: { amount: '24,99' } }), { moved: true }),
    inDoubt('a success whose status says no', saying({ status: false }), { moved: true }),
    inDoubt('a success whose status is a text', saying({ status: 'true' }), { moved: true }),
    inDoubt('a success with the code of a refusal', saying({ code: '-4084' }), { moved: true }),
    inDoubt('a success with a code that nobody knows', saying({ code: '201' }), { moved: true }),
    inDoubt('a refusal whose status says yes', saying({ status: true }, refusal), { moved: false }),
    inDoubt('a refusal of a trade that is paid', saying({ data: { state: 'paid' } }, refusal), {
      moved: false,
    }),
    inDoubt(
      'a refusal that nobody knows',
      { kind: 'answer', resultCode: '-4090', resultStatus: 'false' },
      { moved: false },
    ),
  ];
  for (const one of spoilt) {
    it(`${one.what}: ${one.finding}, ${one.outcome}`, async () => {
      await becomes(rig, one);
    });
  }

  it('is a success if it only says it in another way', async () => {
    for (const members of [
      { code: 200 },
      { data: { amount: '24.990' } },
      { data: { amount: 24.99 } },
      { data: { amount: '2.499E1' } },
      { data: { state: 'PAID' } },
      { data: { order_id: null, settlement_amount: '1', exchange_rate: [] }, message: null },
    ]) {
      await becomes(rig, {
        scenario: saying(members),
        moved: true,
        finding: 'captured',
        outcome: 'succeeded',
      });
    }
  });

  it('is unknown when it comes after the timeout, and an inquiry finds the money', async () => {
    const { capture } = await comesTooLate(rig, rig.clientWith({ timeoutMs: 1_000 }));
    assert.equal((await rig.ask(capture)).outcome, 'succeeded');
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
