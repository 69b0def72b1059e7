import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CALM } from '../../../sandbox/profiles.js';
import type { Scenario, Script } from '../../../sandbox/scenario.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { CODES } from '../../../sandbox/yabandpay/codes.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { until } from '../../support/until.js';
import { requestId, YabandPayMerchant } from '../../support/yabandpay-merchant.js';

const HOUR = 3_600_000;

describe('scenarios at YabandPay', () => {
  let sandbox: Sandbox;
  let merchant: YabandPayMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox();
    merchant = new YabandPayMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'yabandpay');
  });
  after(() => sandbox.close());

  const captured = async (tradeId: string): Promise<string> => (await admin.entry(tradeId)).capturedAmount;
  const under = async (scenario: Script, fields = {}) => {
    const tradeId = await admin.authorise({ scenario });
    return { tradeId, reply: await merchant.capture(tradeId, fields) };
  };
  const codesOf = async (tradeId: string, calls: number, fields = {}): Promise<unknown[]> => {
    const codes: unknown[] = [];
    for (let call = 0; call < calls; call += 1) codes.push((await merchant.capture(tradeId, fields)).code);
    return codes;
  };

  describe('answer', () => {
    for (const [resultCode, { status }] of Object.entries(CODES)) {
      it(`says ${resultCode} and moves nothing`, async () => {
        const { tradeId, reply } = await under({ kind: 'answer', resultCode });
        assert.deepEqual([reply.httpStatus, reply.status, reply.code], [200, status, resultCode]);
        assert.equal('data' in reply.body, status);
        assert.equal(await captured(tradeId), '0');
      });
    }

    it('says 200 with any state, moving nothing', async () => {
      const { tradeId, reply } = await under({ kind: 'answer', resultCode: '200', resultStatus: 'verify' });
      assert.deepEqual(
        [reply.state, reply.data['amount'], await captured(tradeId)],
        ['verify', '24.99', '0'],
      );
    });

    it('says a code of no table, if that is confirmed', async () => {
      const { reply } = await under({ kind: 'answer', resultCode: '-5000', resultStatus: 'false' });
      assert.deepEqual([reply.status, reply.code], [false, '-5000']);
    });

    const ends: Record<string, readonly unknown[]> = {
      '-4084': ['-4084', '-4118'],
      '-4085': ['-4085', '-4118'],
      '-4089': ['-4089', '-4118'],
      '-4024': ['-4024', '-4118'],
      '200': ['200', '-4118'],
      '-1000': ['-1000', '200'],
      '-403': ['-403', '200'],
      '-4118': ['-4118', '200'],
    };
    for (const [resultCode, expected] of Object.entries(ends)) {
      const used = expected[1] === '-4118';
      it(`${resultCode} ${used ? 'uses up' : 'leaves open'} the request id`, async () => {
        const tradeId = await admin.authorise({ scenario: [{ kind: 'answer', resultCode }] });
        assert.deepEqual(await codesOf(tradeId, 2, { request_id: requestId() }), expected);
      });
    }
  });

  describe('unknown', () => {
    it('says -1000; if the money has moved, the request id is used up and the query tells', async () => {
      const tradeId = await admin.authorise({ scenario: [{ kind: 'unknown', moved: true }] });
      assert.deepEqual(await codesOf(tradeId, 2, { request_id: requestId() }), ['-1000', '-4118']);
      assert.equal(await captured(tradeId), '2499');
      assert.equal((await merchant.query(tradeId)).state, 'paid');
    });

    it('says -1000; if nothing has moved, the request id is still open', async () => {
      const tradeId = await admin.authorise({ scenario: [{ kind: 'unknown', moved: false }] });
      const id = { request_id: requestId() };
      assert.deepEqual(await codesOf(tradeId, 1, id), ['-1000']);
      assert.deepEqual([await captured(tradeId), (await merchant.query(tradeId)).state], ['0', 'authorized']);
      assert.deepEqual(await codesOf(tradeId, 1, id), ['200']);
    });
  });

  describe('late execution', () => {
    const late: Scenario = { kind: 'unknown', moved: true, movesAfterMs: HOUR };

    it('uses up the request id at once; the query tells it once the money has moved', async () => {
      const tradeId = await admin.authorise({ scenario: [late] });
      assert.deepEqual(await codesOf(tradeId, 2, { request_id: requestId() }), ['-1000', '-4118']);
      assert.equal((await merchant.query(tradeId)).state, 'authorized');
      assert.equal(await admin.hurry(), 1);
      assert.equal((await merchant.query(tradeId)).state, 'paid');
      assert.equal((await admin.entry(tradeId)).captures[0]?.late, true);
    });

    it('that is overtaken by another request id is a late collision, not a double capture', async () => {
      const before = await admin.summary();
      const tradeId = await admin.authorise({ scenario: [late] });
      assert.deepEqual(await codesOf(tradeId, 2), ['-1000', '200']);
      assert.equal(await admin.hurry(), 1);
      const { lateCollisions, doubleCaptures } = await admin.summary();
      assert.deepEqual([lateCollisions, doubleCaptures], [before.lateCollisions + 1, before.doubleCaptures]);
      assert.equal(await captured(tradeId), '2499');
    });
  });

  it('in_process holds the trade: others are refused, and a repeat is told that its id is used', async () => {
    const tradeId = await admin.authorise({
      scenario: [{ kind: 'in_process', moved: true, endsAfterMs: HOUR }],
    });
    const id = { request_id: requestId() };
    assert.equal((await merchant.capture(tradeId, id)).state, 'processing');
    assert.deepEqual(await codesOf(tradeId, 1, id), ['-4118']);
    assert.deepEqual(await codesOf(tradeId, 1), ['-4024']);
    assert.equal(await captured(tradeId), '0');
    assert.equal(await admin.hurry(), 1);
    assert.equal(await captured(tradeId), '2499');
  });

  it('http answers with a page of some machine in front, and moves the money or not', async () => {
    for (const [status, moved] of [
      [429, false],
      [502, true],
      [503, false],
      [504, true],
    ] as const) {
      const { tradeId, reply } = await under({ kind: 'http', status, moved });
      assert.deepEqual([reply.httpStatus, reply.code], [status, undefined]);
      assert.equal(await captured(tradeId), moved ? '2499' : '0');
    }
  });

  it('reset breaks the connection, and moves the money or not', async () => {
    const cases = [
      { kind: 'reset', when: 'before_read', moved: false },
      { kind: 'reset', when: 'before_answer', moved: true },
    ] as const;
    for (const scenario of cases) {
      const tradeId = await admin.authorise({ scenario });
      await assert.rejects(merchant.capture(tradeId), (error: Error) => {
        assert.equal((error.cause as { code?: string }).code, 'ECONNRESET');
        return true;
      });
      assert.equal(await captured(tradeId), scenario.moved ? '2499' : '0');
    }
  });

  it('delay takes its time, holds the trade, and moves the money at the end', async () => {
    const tradeId = await admin.authorise({ scenario: [{ kind: 'delay', ms: HOUR }] });
    const slow = merchant.capture(tradeId);
    await until(async () => (await merchant.query(tradeId)).state === 'processing');
    assert.deepEqual(await codesOf(tradeId, 1), ['-4024']);
    await admin.hurry();
    assert.equal((await slow).state, 'paid');
    assert.equal(await captured(tradeId), '2499');
  });

  it('altered replaces members of the answer, those within data one by one', async () => {
    const members = { code: 200, message: null, data: { amount: '25.00', state: 'Paid' } };
    const { tradeId, reply } = await under({ kind: 'altered', members });
    assert.deepEqual([reply.code, 'message' in reply.body], [200, false]);
    assert.deepEqual(
      [reply.data['amount'], reply.data['currency'], reply.state, reply.data['trade_id']],
      ['25.00', 'EUR', 'Paid', tradeId],
    );
    assert.equal(await captured(tradeId), '2499');
  });

  it('altered removes data, or puts something else in its place', async () => {
    assert.equal('data' in (await under({ kind: 'altered', members: { data: null } })).reply.body, false);
    const { reply } = await under({ kind: 'altered', members: { data: 'paid' } });
    assert.equal(reply.body['data'], 'paid');
  });

  it('garbage and truncated spoil the answer on its way', async () => {
    const { tradeId, reply } = await under({ kind: 'garbage' });
    assert.throws(() => JSON.parse(reply.text) as unknown);
    assert.equal(await captured(tradeId), '2499');
    await assert.rejects(under({ kind: 'truncated' }), { name: 'TypeError', message: 'terminated' });
  });

  describe('that cannot be played are refused', () => {
    const refused: Record<string, readonly [Script, RegExp]> = {
      unsigned: [{ kind: 'unsigned' }, /signs no answers: unsigned can't be played/],
      'wrong_signature, underneath another': [
        { kind: 'delay', ms: 1, then: { kind: 'wrong_signature' } },
        /wrong_signature can't be played/,
      ],
      'a code of no table': [[{ kind: 'answer', resultCode: '-5000' }], /yabandpay has no code -5000/],
      "another provider's code": [{ kind: 'answer', resultCode: 'RISK_REJECT' }, /no code RISK_REJECT/],
      'a state with a refusal': [
        { kind: 'answer', resultCode: '-4084', resultStatus: 'paid' },
        /a state goes with 200/,
      ],
    };
    for (const [what, [script, expected]] of Object.entries(refused)) {
      it(what, async () => {
        await assert.rejects(admin.authorise({ scenario: script }), expected);
        await assert.rejects(admin.authorise({ inquiryScenario: script }), expected);
      });
    }
  });

  it('of a random profile are declines of its own codes', async () => {
    const declining = await startSandbox({ profile: { ...CALM, decline: 1 } });
    try {
      const usual = new Set(['-4024', '-4084', '-4085', '-4089']);
      const shop = new YabandPayMerchant(declining);
      const trades = new SandboxAdmin(declining, 'yabandpay');
      for (let call = 0; call < 10; call += 1) {
        const { code } = await shop.capture(await trades.authorise());
        assert.ok(usual.has(String(code)), String(code));
      }
    } finally {
      await declining.close();
    }
  });
});
