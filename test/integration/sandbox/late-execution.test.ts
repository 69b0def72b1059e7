import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';

const HOUR = 3_600_000;

describe('late execution', () => {
  let sandbox: Sandbox;
  let merchant: WalletMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox();
    merchant = new WalletMerchant(sandbox);
    admin = new SandboxAdmin(sandbox);
  });
  after(() => sandbox.close());

  const captured = async (paymentId: string): Promise<string> =>
    (await admin.entry(paymentId)).capturedAmount;
  const codesOf = async (paymentId: string, calls: number, fields = {}): Promise<(string | null)[]> => {
    const codes: (string | null)[] = [];
    for (let call = 0; call < calls; call += 1) {
      codes.push((await merchant.capture(paymentId, fields)).resultCode);
    }
    return codes;
  };

  const late: readonly Scenario[] = [{ kind: 'unknown', moved: true, movesAfterMs: HOUR }];

  it('moves the money some time after the answer; an inquiry sees nothing of it before', async () => {
    const paymentId = await admin.authorise({ scenario: late });
    await merchant.capture(paymentId, { captureRequestId: 'late one' });
    assert.equal((await merchant.inquire({ paymentId })).body['paymentStatus'], 'AUTH_SUCCESS');
    assert.equal(await captured(paymentId), '0');
    assert.equal(await admin.hurry(), 1);
    assert.equal(await captured(paymentId), '150000');
    const [movement] = (await admin.entry(paymentId)).captures;
    assert.deepEqual([movement?.requestId, movement?.late], ['late one', true]);
  });

  it('moves it also if the same request id was refused meanwhile', async () => {
    const paymentId = await admin.authorise({
      scenario: [
        { kind: 'unknown', moved: true, movesAfterMs: HOUR },
        { kind: 'answer', resultCode: 'RISK_REJECT' },
      ],
    });
    const id = { captureRequestId: 'refused, then late' };
    const codes = await codesOf(paymentId, 3, id);
    assert.deepEqual(codes, ['UNKNOWN_EXCEPTION', 'RISK_REJECT', 'RISK_REJECT']);
    assert.equal(await admin.hurry(), 1);
    assert.equal(await captured(paymentId), '150000');
    assert.deepEqual(await codesOf(paymentId, 1, id), ['SUCCESS']);
  });

  it('moves nothing twice, and is no double capture, whichever comes first', async () => {
    const before = await admin.summary();
    const overtaken = await admin.authorise({ scenario: late });
    await merchant.capture(overtaken);
    assert.deepEqual(await codesOf(overtaken, 1), ['SUCCESS']);
    const first = await admin.authorise({ scenario: late });
    await merchant.capture(first);
    await admin.hurry();
    assert.equal(await captured(first), '150000');
    assert.deepEqual(await codesOf(first, 1), ['ORDER_STATUS_INVALID']);
    const after = await admin.summary();
    assert.equal(after.lateCollisions, before.lateCollisions + 2);
    assert.equal(after.doubleCaptures, before.doubleCaptures);
    assert.equal((await admin.entry(overtaken)).captures.length, 1);
  });

  it('does not excuse a request that was sent after the money had moved', async () => {
    const paymentId = await admin.authorise({ scenario: [{ kind: 'normal' }, ...late] });
    assert.deepEqual(await codesOf(paymentId, 2), ['SUCCESS', 'UNKNOWN_EXCEPTION']);
    const { doubleCaptureList } = await admin.book();
    assert.equal(doubleCaptureList.filter((double) => double.paymentId === paymentId).length, 1);
  });

  it('of a request that has been repeated in time changes nothing', async () => {
    const before = await admin.summary();
    const paymentId = await admin.authorise({ scenario: late });
    assert.deepEqual(await codesOf(paymentId, 2, { captureRequestId: 'repeated' }), [
      'UNKNOWN_EXCEPTION',
      'SUCCESS',
    ]);
    assert.equal(await admin.hurry(), 1);
    assert.equal((await admin.entry(paymentId)).captures.length, 1);
    assert.equal((await admin.summary()).lateCollisions, before.lateCollisions);
  });

  it('comes by itself in its time', async () => {
    const soon: Scenario = { kind: 'http', status: 504, moved: true, movesAfterMs: 20 };
    const paymentId = await admin.authorise({ scenario: soon });
    assert.equal((await merchant.capture(paymentId)).status, 504);
    const deadline = Date.now() + 5_000;
    while ((await captured(paymentId)) === '0') assert.ok(Date.now() < deadline, 'it must come within 5 s');
  });
});
