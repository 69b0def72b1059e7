import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import type { Money } from '../../src/capture/money.js';
import { readPrivateKey, readPublicKey } from '../../src/providers/keys.js';
import { createWalletClient } from '../../src/providers/wallet/client.js';
import type { WalletAccountConfig } from '../../src/providers/wallet/config.js';
import { walletRules } from '../../src/providers/wallet/rules.js';
import { connectionTo, ProviderRig } from './provider-rig.js';

/** What payments of the wallet have unless told otherwise. */
export const IQD_150: Money = { amount: 150_000n, currency: 'IQD' };

/** The sandbox and a client of its wallet. */
export class WalletRig extends ProviderRig<WalletAccountConfig> {
  constructor(sandbox: Sandbox, changed: Partial<WalletAccountConfig> = {}) {
    const { clientId, merchantPrivateKeyPem, walletPublicKeyPem } = sandbox.keys.wallet;
    super(sandbox, {
      provider: 'wallet',
      rules: walletRules,
      connect: createWalletClient,
      account: {
        ...connectionTo(sandbox),
        clientId,
        keyVersion: '1',
        signatureUrlEncoded: false,
        requireSignedAnswers: true,
        privateKey: readPrivateKey(merchantPrivateKeyPem ?? '', 'privateKey'),
        walletPublicKey: readPublicKey(walletPublicKeyPem, 'walletPublicKey'),
        ...changed,
      },
    });
  }

  static async start(
    options: SandboxOptions = {},
    changed: Partial<WalletAccountConfig> = {},
  ): Promise<WalletRig> {
    return new WalletRig(await startSandbox(options), changed);
  }
}
