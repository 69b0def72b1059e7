import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import type { Money } from '../../src/capture/money.js';
import { readPrivateKey, readPublicKey } from '../../src/providers/keys.js';
import { createPayermaxClient } from '../../src/providers/payermax/client.js';
import type { PayermaxAccountConfig } from '../../src/providers/payermax/config.js';
import { payermaxRules } from '../../src/providers/payermax/rules.js';
import { connectionTo, ProviderRig } from './provider-rig.js';

/** What orders have unless told otherwise. */
export const SAR_100: Money = { amount: 10_000n, currency: 'SAR' };

/** The sandbox and a client of its PayerMax. */
export class PayermaxRig extends ProviderRig<PayermaxAccountConfig> {
  constructor(sandbox: Sandbox) {
    const { merchantNo, appId, merchantPrivateKeyPem, payermaxPublicKeyPem } = sandbox.keys.payermax;
    super(sandbox, {
      provider: 'payermax',
      rules: payermaxRules,
      connect: createPayermaxClient,
      account: {
        ...connectionTo(sandbox),
        merchantNo,
        appId,
        version: '1.5',
        keyVersion: '1',
        privateKey: readPrivateKey(merchantPrivateKeyPem ?? '', 'privateKey'),
        payermaxPublicKey: readPublicKey(payermaxPublicKeyPem, 'payermaxPublicKey'),
        requireSignedAnswers: true,
        requireSignedRefusals: false,
      },
      referencesOf: (paymentId) => new Map([['outTradeNo', paymentId]]),
    });
  }

  static async start(options: SandboxOptions = {}): Promise<PayermaxRig> {
    return new PayermaxRig(await startSandbox(options));
  }
}
