import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import type { Money } from '../../src/capture/money.js';
import { createYabandpayClient } from '../../src/providers/yabandpay/client.js';
import type { YabandpayAccountConfig } from '../../src/providers/yabandpay/config.js';
import { yabandpayRules } from '../../src/providers/yabandpay/rules.js';
import { connectionTo, ProviderRig } from './provider-rig.js';

/** What trades have unless told otherwise. */
export const EUR_24_99: Money = { amount: 2_499n, currency: 'EUR' };

const notifyUrl = 'https://shop.example/notify';

/** The sandbox and a client of its YabandPay. */
export class YabandpayRig extends ProviderRig<YabandpayAccountConfig> {
  constructor(sandbox: Sandbox) {
    const { user, secretKey } = sandbox.keys.yabandpay;
    super(sandbox, {
      provider: 'yabandpay',
      rules: yabandpayRules({ notifyUrl }),
      connect: createYabandpayClient,
      account: { ...connectionTo(sandbox), user, secretKey, notifyUrl },
    });
  }

  static async start(options: SandboxOptions = {}): Promise<YabandpayRig> {
    return new YabandpayRig(await startSandbox(options));
  }
}
