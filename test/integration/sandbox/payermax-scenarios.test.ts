import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CODES, isRefusalCode, STATUSES } from '../../../sandbox/payermax/codes.js';
import { PROFILES } from '../../../sandbox/profiles.js';
import type { Scenario, Script } from '../../../sandbox/scenario.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { PayermaxMerchant } from '../../support/payermax-merchant.js';
import type { PayermaxReply } from '../../support/payermax-merchant.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';

const SUCCESS = 'APPLY_SUCCESS SUCCESS';

describe('scenarios at PayerMax', () => {
  let sandbox: Sandbox;
  let merchant: PayermaxMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox();
    merchant = new PayermaxMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'payermax');
  });
  after(() => sandbox.close());

  const captured = async (paymentId: string): Promise<string> =>
    (await admin.entry(paymentId)).capturedAmount;
  const capture = async (scenario: Script): Promise<PayermaxReply> =>
    merchant.capture(await admin.authorise({ scenario }));
  const repeated = async (paymentId: string, calls: number): Promise<string[]> => {
    const outcomes: string[] = [];
    while (outcomes.length < calls) {
      outcomes.push((await merchant.capture(paymentId, { requestId: `of ${paymentId}` })).outcome);
    }
    return outcomes;
  };

  describe('answer', () => {
    for (const resultCode of Object.keys(CODES).filter(isRefusalCode)) {
      it(`says ${resultCode}, unsigned, moves nothing and leaves the request id unused`, async () => {
        const paymentId = await admin.authorise({ scenario: [{ kind: 'answer', resultCode }] });
        const id = { requestId: `scripted ${resultCode}` };
        const reply = await merchant.capture(paymentId, id);
        assert.deepEqual([reply.outcome, reply.status, reply.signed], [resultCode, 200, false]);
        assert.ok(reply.msg);
        assert.equal(await captured(paymentId), '0');
        assert.equal((await merchant.capture(paymentId, id)).outcome, SUCCESS);
      });
    }

    for (const resultStatus of STATUSES) {
      it(`accepts with the status ${resultStatus}, signed, and moves nothing`, async () => {
        const scenario: Scenario = { kind: 'answer', resultCode: 'RISK_9', resultStatus };
        const paymentId = await admin.authorise({ scenario });
        const reply = await merchant.capture(paymentId);
        assert.deepEqual([reply.outcome, reply.signed], [`APPLY_SUCCESS ${resultStatus}`, true]);
        assert.equal(reply.data['errorCode'], 'RISK_9');
        assert.equal(reply.data['succeededTime'] !== null, resultStatus === 'SUCCESS');
        assert.equal(
          reply.data['failedTime'] !== null,
          resultStatus === 'FAILED' || resultStatus === 'CLOSED',
        );
        assert.equal(await captured(paymentId), '0');
      });
    }

    it('has no error code with a status if its code is APPLY_SUCCESS', async () => {
      const reply = await capture({ kind: 'answer', resultCode: 'APPLY_SUCCESS', resultStatus: 'PENDING' });
      assert.deepEqual([reply.data['errorCode'], reply.data['errorMsg']], [null, null]);
    });

    const ends = { FAILED: true, CLOSED: true, PENDING: false, SUCCESS: false };
    for (const [resultStatus, isEnd] of Object.entries(ends)) {
      it(`of ${resultStatus} is ${isEnd ? 'the end of its request id' : 'no end of its request id'}`, async () => {
        const scenario: Script = [{ kind: 'answer', resultCode: 'RISK_9', resultStatus }];
        const paymentId = await admin.authorise({ scenario });
        const id = { requestId: `scripted ${resultStatus}` };
        await merchant.capture(paymentId, id);
        const again = await merchant.capture(paymentId, id);
        assert.equal(again.outcome, isEnd ? `APPLY_SUCCESS ${resultStatus}` : SUCCESS);
      });
    }

    it('has the last word over what its request id has come to, once', async () => {
      const paymentId = await admin.authorise({
        scenario: [{ kind: 'normal' }, { kind: 'answer', resultCode: 'RISK_9', resultStatus: 'FAILED' }],
      });
      assert.deepEqual(await repeated(paymentId, 3), [SUCCESS, 'APPLY_SUCCESS FAILED', SUCCESS]);
    });

    const unplayable: Record<string, Scenario> = {
      'a code that PayerMax does not have': { kind: 'answer', resultCode: 'AUTH_EXPIRED' },
      'APPLY_SUCCESS without a status': { kind: 'answer', resultCode: 'APPLY_SUCCESS' },
      'a status that PayerMax does not have': { kind: 'answer', resultCode: 'RISK_9', resultStatus: 'S' },
      'such a code underneath': { kind: 'unsigned', then: { kind: 'answer', resultCode: 'nothing' } },
    };
    for (const [what, scenario] of Object.entries(unplayable)) {
      it(`can't be ${what}`, async () => {
        await assert.rejects(admin.authorise({ scenario }), /PayerMax/);
        await assert.rejects(admin.authorise({ inquiryScenario: scenario }), /PayerMax/);
      });
    }
  });

  describe('unknown', () => {
    for (const moved of [true, false]) {
      it(`says SYSTEM_ERROR, and the money has ${moved ? '' : 'not '}moved`, async () => {
        const paymentId = await admin.authorise({ scenario: { kind: 'unknown', moved } });
        const reply = await merchant.capture(paymentId);
        assert.deepEqual([reply.outcome, reply.signed], ['SYSTEM_ERROR', false]);
        assert.equal(await captured(paymentId), moved ? '10000' : '0');
      });
    }
  });

  it('in_process without an end stays PENDING', async () => {
    const paymentId = await admin.authorise({ scenario: { kind: 'in_process', moved: true } });
    assert.deepEqual(await repeated(paymentId, 2), ['APPLY_SUCCESS PENDING', 'APPLY_SUCCESS PENDING']);
    const { data } = await merchant.capture(paymentId, { requestId: `of ${paymentId}` });
    assert.deepEqual([data['succeededTime'], data['failedTime']], [null, null]);
    assert.equal(await captured(paymentId), '0');
  });

  it('late executions collide with other request ids without being double captures', async () => {
    const before = await admin.summary();
    const scenario: Script = [{ kind: 'unknown', moved: true, movesAfterMs: 3_600_000 }];
    const paymentId = await admin.authorise({ scenario });
    await merchant.capture(paymentId);
    assert.equal((await merchant.capture(paymentId)).outcome, SUCCESS);
    await admin.hurry();
    const after = await admin.summary();
    assert.equal(after.lateCollisions, before.lateCollisions + 1);
    assert.equal(after.doubleCaptures, before.doubleCaptures);
    assert.equal((await admin.entry(paymentId)).captures.length, 1);
  });

  for (const [status, moved] of [
    [429, false],
    [502, true],
  ] as const) {
    it(`http answers ${status} with a body that is not PayerMax's`, async () => {
      const paymentId = await admin.authorise({ scenario: { kind: 'http', status, moved } });
      const reply = await merchant.capture(paymentId);
      assert.deepEqual([reply.status, reply.code, reply.headers.get('sign')], [status, null, null]);
      assert.equal(await captured(paymentId), moved ? '10000' : '0');
    });
  }

  it('reset breaks the connection after the money moved', async () => {
    const scenario: Scenario = { kind: 'reset', when: 'before_answer', moved: true };
    const paymentId = await admin.authorise({ scenario });
    await assert.rejects(merchant.capture(paymentId));
    assert.equal(await captured(paymentId), '10000');
  });

  describe('damage on the way', () => {
    it('unsigned: there is no header sign', async () => {
      const reply = await capture({ kind: 'unsigned' });
      assert.deepEqual([reply.outcome, reply.headers.get('sign')], [SUCCESS, null]);
    });

    it('wrong_signature: it is in form and does not hold, also on a refusal', async () => {
      for (const then of [{ kind: 'normal' }, { kind: 'answer', resultCode: 'PAYMENT_FAILED' }] as const) {
        const reply = await capture({ kind: 'wrong_signature', then });
        assert.match(reply.headers.get('sign') ?? '', /^[A-Za-z0-9+/]{342}==$/);
        assert.equal(reply.signed, false);
      }
    });

    it('garbage: the body is no JSON, and is signed as it is', async () => {
      const reply = await capture({ kind: 'garbage' });
      assert.throws(() => JSON.parse(reply.text) as unknown);
      assert.ok(reply.signed);
    });

    it('truncated: the connection ends half-way through the body', async () => {
      await assert.rejects(capture({ kind: 'truncated' }), { name: 'TypeError', message: 'terminated' });
    });

    it('altered: members are replaced or removed, those of data one by one, before it is signed', async () => {
      const members = { msg: null, data: { amount: '200.10', captureNo: null, extra: { nested: 1 } } };
      const reply = await capture({ kind: 'altered', members });
      assert.ok(reply.signed);
      assert.deepEqual([reply.outcome, reply.msg], [SUCCESS, null]);
      const { amount, extra, currency, failedTime } = reply.data;
      assert.deepEqual([amount, extra, currency, failedTime], ['200.10', { nested: 1 }, 'SAR', null]);
      assert.ok(!('captureNo' in reply.data));
    });

    it('altered: the rest of data is left as it was, to the letter', async () => {
      const reply = await capture({ kind: 'altered', members: { data: { isFinal: 'True' } } });
      assert.ok(reply.text.includes('"amount":100.00,'), reply.text);
      assert.ok(reply.text.includes('"isFinal":"True"'));
    });
  });

  describe('of order queries', () => {
    it('none: the authorisation has succeeded, captured or not', async () => {
      const paymentId = await admin.authorise({ reference: 'Asked', amount: '20010' });
      const uncaptured = await merchant.queryOrder('Asked');
      const { createTime, completeTime, ...rest } = uncaptured.data;
      assert.deepEqual(rest, {
        ...{ outTradeNo: 'Asked', tradeToken: paymentId, totalAmount: 200.1, currency: 'SAR' },
        ...{ status: 'SUCCESS', resultCode: 'SUCCESS', resultMsg: 'Success.' },
      });
      assert.ok(!Number.isNaN(Date.parse(String(createTime))));
      assert.equal(createTime, completeTime);
      assert.ok(uncaptured.signed && uncaptured.text.includes('"totalAmount":200.10,'));
      await merchant.capture('Asked');
      assert.equal((await merchant.queryOrder('aSKED')).text, uncaptured.text);
    });

    it('none: an order that there is not, or a malformed one', async () => {
      assert.equal((await merchant.queryOrder('nobody_paid')).outcome, 'ORDER_NOT_EXIST');
      for (const outTradeNo of ['a-b', 12, '']) {
        assert.equal((await merchant.queryOrder(outTradeNo)).outcome, 'PARAMS_INVALID');
      }
    });

    const played: readonly (readonly [Scenario, string])[] = [
      [{ kind: 'answer', resultCode: 'REQUEST_TIMEOUT' }, 'REQUEST_TIMEOUT'],
      [{ kind: 'answer', resultCode: 'RISK_9', resultStatus: 'CLOSED' }, 'APPLY_SUCCESS CLOSED'],
      [{ kind: 'unknown', moved: false }, 'SYSTEM_ERROR'],
      [{ kind: 'altered', members: { data: { status: 'PENDING' } } }, 'APPLY_SUCCESS PENDING'],
      [{ kind: 'delay', ms: 20 }, SUCCESS],
    ];
    for (const [scenario, outcome] of played) {
      it(`${scenario.kind} plays ${outcome}, once`, async () => {
        const paymentId = await admin.authorise({ inquiryScenario: [scenario] });
        assert.equal((await merchant.queryOrder(paymentId)).outcome, outcome);
        assert.equal((await merchant.queryOrder(paymentId)).outcome, SUCCESS);
        assert.equal((await merchant.capture(paymentId)).outcome, SUCCESS);
      });
    }

    it('are delivered as others are', async () => {
      const ask = async (inquiryScenario: Scenario): Promise<PayermaxReply> =>
        merchant.queryOrder(await admin.authorise({ inquiryScenario }));
      assert.equal((await ask({ kind: 'http', status: 502, moved: false })).status, 502);
      assert.equal((await ask({ kind: 'unsigned' })).headers.get('sign'), null);
      assert.equal((await ask({ kind: 'wrong_signature' })).signed, false);
      await assert.rejects(ask({ kind: 'reset', when: 'before_answer', moved: false }));
    });
  });

  it('are counted by endpoint and outcome', async () => {
    const counting = await startSandbox();
    try {
      const payer = new PayermaxMerchant(counting);
      const scene = new SandboxAdmin(counting, 'payermax');
      const scenario: Script = [
        { kind: 'in_process', moved: true },
        { kind: 'http', status: 503, moved: false },
        { kind: 'unsigned' },
      ];
      const paymentId = await scene.authorise({ scenario });
      for (let call = 1; call <= 3; call += 1) await payer.capture(paymentId, { requestId: 'counted' });
      await payer.queryOrder('nobody_paid');
      assert.deepEqual((await scene.summary()).calls, {
        capture: { 'APPLY_SUCCESS PENDING': 1, 'HTTP 503': 1, 'APPLY_SUCCESS PENDING, unsigned': 1 },
        orderQuery: { ORDER_NOT_EXIST: 1 },
      });
    } finally {
      await counting.close();
    }
  });

  it('are forgotten at a reset, and so is what became of captures', async () => {
    const forgetful = await startSandbox();
    try {
      const payer = new PayermaxMerchant(forgetful);
      const scene = new SandboxAdmin(forgetful, 'payermax');
      for (const round of ['before it', 'after it']) {
        const scenario: Script = [{ kind: 'unknown', moved: true }];
        const paymentId = await scene.authorise({ paymentId: 'remembered', scenario });
        const id = { requestId: 'remembered' };
        assert.equal((await payer.capture(paymentId, id)).outcome, 'SYSTEM_ERROR');
        assert.equal((await payer.capture(paymentId, id)).outcome, SUCCESS);
        assert.equal((await scene.entry(paymentId)).captures.length, 1, round);
        assert.equal((await scene.post('/reset')).status, 204);
        assert.deepEqual((await scene.book()).authorisations, []);
      }
    } finally {
      await forgetful.close();
    }
  });

  it('of a profile are of its own codes, and lose no money', async () => {
    const stormy = await startSandbox({
      profile: { ...PROFILES.stormy, latencyMs: { min: 0, max: 0 }, decline: 0.5 },
    });
    try {
      const payer = new PayermaxMerchant(stormy);
      const scene = new SandboxAdmin(stormy, 'payermax');
      const said = new Set<string>();
      for (let payment = 0; payment < 60; payment += 1) {
        const paymentId = await scene.authorise({ paymentId: `payment_${payment}` });
        const reply = await payer.capture(paymentId).catch(() => null);
        if (reply?.code != null) said.add(reply.outcome);
        const { captures } = await scene.entry(paymentId);
        if (reply?.outcome === SUCCESS) assert.equal(captures.length, 1);
        assert.ok(captures.length <= 1);
      }
      assert.ok(
        ['AMOUNT_LIMIT', 'CONTRACT_INVALID', 'PAYMENT_FAILED', SUCCESS].every((one) => said.has(one)),
      );
    } finally {
      await stormy.close();
    }
  });
});
