import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';

const NOW = new Date('2026-03-01T21:30:15.250Z');
const TIME = '2026-03-02T00:30:15+03:00';

describe("the wallet's inquiry", () => {
  let sandbox: Sandbox;
  let merchant: WalletMerchant;
  let admin: SandboxAdmin;
  const time = '2026-03-01T21:30:15.250+00:00';

  before(async () => {
    sandbox = await startSandbox({ now: () => NOW });
    merchant = new WalletMerchant(sandbox);
    admin = new SandboxAdmin(sandbox);
  });
  after(() => sandbox.close());

  const inquire = (fields: Record<string, unknown>) => merchant.inquire(fields, { time });
  const capture = (paymentId: string, fields: Record<string, unknown> = {}) =>
    merchant.capture(paymentId, fields, { time });

  it('tells an authorisation as it stands, signed', async () => {
    const paymentId = await admin.authorise({ reference: 'cart-1' });
    const reply = await inquire({ paymentId });
    assert.ok(reply.signed);
    assert.deepEqual(reply.body, {
      result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success.' },
      paymentId,
      paymentRequestId: 'cart-1',
      paymentAmount: { value: '150000', currency: 'IQD' },
      paymentTime: TIME,
      paymentStatus: 'AUTH_SUCCESS',
      transactions: [],
    });
  });

  it('tells a partial capture: the payment with its authorised amount, the transaction with what moved', async () => {
    const paymentId = await admin.authorise();
    const captured = await capture(paymentId, { captureAmount: { value: '40000', currency: 'IQD' } });
    const { body } = await inquire({ paymentId });
    assert.equal(body['paymentStatus'], 'SUCCESS');
    assert.deepEqual(body['paymentAmount'], { value: '150000', currency: 'IQD' });
    assert.deepEqual(body['transactions'], [
      {
        transactionId: captured.body['captureId'],
        transactionType: 'CAPTURE',
        transactionStatus: 'SUCCESS',
        transactionAmount: { value: '40000', currency: 'IQD' },
        transactionTime: TIME,
      },
    ]);
    assert.equal(captured.body['captureTime'], TIME);
  });

  it('shows nothing of a capture that was refused outright', async () => {
    const paymentId = await admin.authorise({ scenario: { kind: 'answer', resultCode: 'RISK_REJECT' } });
    assert.equal((await capture(paymentId)).resultCode, 'RISK_REJECT');
    const { body } = await inquire({ paymentId });
    assert.equal(body['paymentStatus'], 'AUTH_SUCCESS');
    assert.deepEqual(body['transactions'], []);
  });

  it('shows a capture in process, and then that it failed', async () => {
    const paymentId = await admin.authorise({
      scenario: { kind: 'in_process', moved: false, endsAfterMs: 3_600_000 },
    });
    const fields = { captureRequestId: 'comes to nothing' };
    assert.equal((await capture(paymentId, fields)).resultCode, 'CAPTURE_IN_PROCESS');
    assert.deepEqual(await standing(paymentId), ['PROCESSING', 'PROCESSING']);
    assert.equal(await admin.hurry(), 1);
    assert.deepEqual(await standing(paymentId), ['AUTH_SUCCESS', 'FAIL']);
    assert.equal((await capture(paymentId, fields)).resultCode, 'PROCESS_FAIL');
  });

  it('finds a payment by either id, and by both only if they agree', async () => {
    const paymentId = await admin.authorise({ reference: 'cart-2' });
    const found = async (fields: Record<string, unknown>): Promise<unknown> =>
      (await inquire(fields)).body['paymentId'] ?? null;
    assert.equal(await found({ paymentRequestId: 'cart-2' }), paymentId);
    assert.equal(await found({ paymentId, paymentRequestId: 'cart-2' }), paymentId);
    assert.equal(await found({ paymentId, paymentRequestId: 'cart-1' }), null);
    assert.equal(await found({ paymentRequestId: 'cart-3' }), null);
  });

  it('refuses what it cannot find, and a question without an id', async () => {
    assert.equal((await inquire({ paymentId: 'never' })).resultCode, 'ORDER_NOT_EXIST');
    assert.equal((await inquire({})).resultCode, 'PARAM_ILLEGAL');
    assert.equal((await inquire({ paymentId: 'x'.repeat(65) })).resultCode, 'PARAM_ILLEGAL');
  });

  async function standing(paymentId: string): Promise<unknown[]> {
    const { body } = await inquire({ paymentId });
    const [transaction] = body['transactions'] as { transactionStatus: string }[];
    return [body['paymentStatus'], transaction?.transactionStatus];
  }
});
