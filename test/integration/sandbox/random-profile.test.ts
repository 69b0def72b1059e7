import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CALM, PROFILES } from '../../../sandbox/profiles.js';
import type { SandboxOptions } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';

const PAYMENTS = Array.from({ length: 80 }, (_, index) => `pay-${index}`);
const troubled = { ...PROFILES.stormy, latencyMs: { min: 0, max: 5 }, inProcess: 0 };

/** What became of one capture for each payment, asked for in the given order, all at once. */
async function outcomes(
  paymentIds: readonly string[],
  options: SandboxOptions,
): Promise<Map<string, string>> {
  const sandbox = await startSandbox(options);
  try {
    const admin = new SandboxAdmin(sandbox);
    const merchant = new WalletMerchant(sandbox);
    for (const paymentId of paymentIds) await admin.authorise({ paymentId });
    const results = await Promise.all(
      paymentIds.map(async (paymentId): Promise<[string, string]> => {
        const reply = await merchant.capture(paymentId, { captureRequestId: paymentId }).catch(() => null);
        const { capturedAmount } = await admin.entry(paymentId);
        return [paymentId, `${reply?.resultCode ?? reply?.status ?? 'reset'}, moved ${capturedAmount}`];
      }),
    );
    return new Map(results);
  } finally {
    await sandbox.close();
  }
}

describe('a random profile', () => {
  it('gives every payment the same trouble again, whatever the order of arrival', async () => {
    const first = await outcomes(PAYMENTS, { profile: troubled, randomSeed: 'a' });
    const second = await outcomes(PAYMENTS.toReversed(), { profile: troubled, randomSeed: 'a' });
    for (const [paymentId, outcome] of first) assert.equal(second.get(paymentId), outcome, paymentId);
    assert.ok(new Set(first.values()).size > 6, 'there must be trouble of many kinds');
  });

  it('gives another trouble under another seed', async () => {
    const [one, other] = [
      await outcomes(PAYMENTS, { profile: troubled, randomSeed: 1 }),
      await outcomes(PAYMENTS, { profile: troubled, randomSeed: 2 }),
    ];
    assert.notDeepEqual(one, other);
  });

  it('leaves payments with a script of their own alone', async () => {
    const sandbox = await startSandbox({ profile: { ...CALM, decline: { RISK_REJECT: 1 } } });
    try {
      const admin = new SandboxAdmin(sandbox);
      const merchant = new WalletMerchant(sandbox);
      const scripted = await admin.authorise({ scenario: { kind: 'normal' } });
      assert.equal((await merchant.capture(scripted)).resultCode, 'SUCCESS');
      assert.equal((await merchant.capture(await admin.authorise())).resultCode, 'RISK_REJECT');
    } finally {
      await sandbox.close();
    }
  });
});
