import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import type { PaymentInput } from '../../support/sandbox-admin.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { YabandPayMerchant } from '../../support/yabandpay-merchant.js';

const HOUR = 3_600_000;

describe("YabandPay's query", () => {
  let sandbox: Sandbox;
  let merchant: YabandPayMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox();
    merchant = new YabandPayMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'yabandpay');
  });
  after(() => sandbox.close());

  const infoOf = async (tradeId: string): Promise<Readonly<Record<string, unknown>>> =>
    (await merchant.query(tradeId)).data['transaction_info'] as Readonly<Record<string, unknown>>;
  const standing = async (tradeId: string): Promise<unknown[]> => {
    const { state, amount } = await infoOf(tradeId);
    return [state, amount];
  };

  it('tells an authorised trade', async () => {
    const tradeId = await admin.authorise({ reference: 'cart-1', amount: '2490' });
    const reply = await merchant.query(tradeId);
    assert.deepEqual(reply.body, {
      status: true,
      code: '200',
      data: {
        transaction_info: {
          trade_id: tradeId,
          order_id: 'cart-1',
          amount: '24.9',
          currency: 'EUR',
          settlement_amount: '24.9',
          settlement_currency: 'EUR',
          exchange_rate: '1',
          state: 'authorized',
        },
      },
      message: '',
      response_id: reply.body['response_id'],
    });
  });

  it('tells a captured one under the same ids, with the captured amount', async () => {
    const tradeId = await admin.authorise();
    const before = await infoOf(tradeId);
    const capture = await merchant.capture(tradeId, { amount: '20' });
    assert.deepEqual(await standing(tradeId), ['paid', '20']);
    assert.deepEqual(
      [before['order_id'], (await infoOf(tradeId))['order_id']],
      [capture.data['order_id'], capture.data['order_id']],
    );
  });

  it('tells one that expired uncaptured', async () => {
    const expired = { authorisedAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-31T00:00:00Z' };
    assert.deepEqual(await standing(await admin.authorise(expired)), ['expired', '24.99']);
  });

  it('shows nothing of a capture that was refused', async () => {
    const tradeId = await admin.authorise();
    assert.equal((await merchant.capture(tradeId, { amount: '25' })).code, '-4084');
    assert.deepEqual(await standing(tradeId), ['authorized', '24.99']);
  });

  for (const moved of [true, false]) {
    it(`shows a capture in process, and then that it ${moved ? 'moved the money' : 'failed'}`, async () => {
      const scenario: Scenario = { kind: 'in_process', moved, endsAfterMs: HOUR };
      const tradeId = await admin.authorise({ scenario });
      const reply = await merchant.capture(tradeId, { amount: '20' });
      assert.deepEqual([reply.status, reply.code, reply.state], [true, '200', 'processing']);
      assert.deepEqual(await standing(tradeId), ['processing', '24.99']);
      assert.equal(await admin.hurry(), 1);
      assert.deepEqual(await standing(tradeId), moved ? ['paid', '20'] : ['failed', '24.99']);
      assert.equal((await admin.entry(tradeId)).capturedAmount, moved ? '2000' : '0');
    });
  }

  it('refuses a trade that it does not have, and a question without one', async () => {
    assert.equal((await merchant.query('no-such-trade')).code, '-4024');
    assert.equal((await merchant.query('')).code, '-3001');
    assert.equal((await merchant.call('v3.QueryOrder', {})).code, '-3001');
  });

  describe('by script', () => {
    const query = async (inquiryScenario: Scenario, payment: PaymentInput = {}) =>
      merchant.query(await admin.authorise({ ...payment, inquiryScenario }));

    for (const state of ['refunded', 'cancelled', 'Paid', '23', 'something new']) {
      it(`says the state ${state}, and the rest as it is`, async () => {
        const reply = await query({ kind: 'answer', resultCode: '200', resultStatus: state });
        assert.deepEqual([reply.code, reply.state], ['200', state]);
        assert.equal((reply.data['transaction_info'] as Record<string, unknown>)['amount'], '24.99');
      });
    }

    it('says 200 with the state as it is if no state is given', async () => {
      assert.equal((await query({ kind: 'answer', resultCode: '200' })).state, 'authorized');
    });

    it('refuses, does not know, and is spoilt on its way like a capture', async () => {
      assert.equal((await query({ kind: 'answer', resultCode: '-4024' })).code, '-4024');
      assert.equal((await query({ kind: 'unknown', moved: false })).code, '-1000');
      assert.equal((await query({ kind: 'http', status: 502, moved: false })).httpStatus, 502);
      assert.equal((await query({ kind: 'garbage' })).code, undefined);
      assert.equal((await query({ kind: 'delay', ms: 20 })).state, 'authorized');
      await assert.rejects(query({ kind: 'truncated' }));
      await assert.rejects(query({ kind: 'reset', when: 'before_answer', moved: false }));
    });

    it('has members of the trade replaced, and the rest left', async () => {
      const members = { data: { transaction_info: { amount: '1.00', state: null } } };
      const { data, state } = await query({ kind: 'altered', members });
      const info = data['transaction_info'] as Record<string, unknown>;
      assert.deepEqual([info['amount'], info['currency'], state], ['1.00', 'EUR', undefined]);
    });
  });
});
