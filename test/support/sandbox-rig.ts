import { createHash, createPublicKey, createSecretKey } from 'node:crypto';
import type { CallbackScenario } from '../../sandbox/callbacks/callback-scenario.js';
import type { OwnAddress } from '../../sandbox/callbacks/addresses.js';
import type { ProviderName } from '../../sandbox/simulator.js';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.js';
import { startSandbox } from '../../sandbox/sandbox.js';
import type { NotificationReader } from '../../src/providers/notification.js';
import { payermaxNotifications } from '../../src/providers/payermax/notification.js';
import { walletNotifications } from '../../src/providers/wallet/notification.js';
import { yabandpayNotifications } from '../../src/providers/yabandpay/notification.js';
import type { CallbackReceiver } from './callback-receiver.js';
import { receiveCallbacks } from './callback-receiver.js';
import { PayermaxMerchant } from './payermax-merchant.js';
import type { PaymentInput } from './sandbox-admin.js';
import { SandboxAdmin } from './sandbox-admin.js';
import { WalletMerchant } from './wallet-merchant.js';
import { YabandPayMerchant } from './yabandpay-merchant.js';

export const ALL = ['wallet', 'yabandpay', 'payermax'] as const;
const WINDOW_MS = 300_000;

/** What a payment may be entered with beside the usual. */
export type NotifiedPayment = PaymentInput & {
  readonly callbackScenario?: CallbackScenario;
  readonly notify?: OwnAddress;
};

/** What came of a capture at any provider. */
export interface Captured {
  /** The provider's word for it, or `lost` if the answer was. */
  readonly said: string;
  readonly amount: unknown;
}

/** All three providers, a merchant of each, and where its notifications arrive. */
export class SandboxRig {
  private constructor(
    readonly sandbox: Sandbox,
    readonly receiver: CallbackReceiver,
  ) {}

  static async start(options: SandboxOptions = {}): Promise<SandboxRig> {
    const receiver = await receiveCallbacks();
    const sandbox = await startSandbox({
      notify: { url: receiver.url },
      notifySpeed: 1000,
      ...options,
    });
    return new SandboxRig(sandbox, receiver);
  }

  admin(provider: ProviderName): SandboxAdmin {
    return new SandboxAdmin(this.sandbox, provider);
  }

  authorise(provider: ProviderName, payment: NotifiedPayment = {}): Promise<string> {
    return this.admin(provider).authorise(payment);
  }

  /** Captures the whole of a payment of the usual amount, under the request id that belongs to it, or to another name. */
  async capture(provider: ProviderName, paymentId: string, name = paymentId): Promise<Captured> {
    const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
    try {
      return await this.#capture(provider, paymentId, id);
    } catch {
      return { said: 'lost', amount: undefined };
    }
  }

  async #capture(provider: ProviderName, paymentId: string, id: string): Promise<Captured> {
    switch (provider) {
      case 'wallet': {
        const reply = await new WalletMerchant(this.sandbox).capture(paymentId, { captureRequestId: id });
        return {
          said: reply.resultCode ?? String(reply.status),
          amount: reply.body['captureAmount'],
        };
      }
      case 'yabandpay': {
        const reply = await new YabandPayMerchant(this.sandbox).capture(paymentId, { request_id: id });
        return { said: `${String(reply.code)} ${String(reply.state)}`, amount: reply.data['amount'] };
      }
      case 'payermax': {
        const reply = await new PayermaxMerchant(this.sandbox).capture(paymentId, { requestId: id });
        return { said: reply.outcome, amount: reply.data['amount'] };
      }
    }
  }

  /** What an inquiry says: the payment's status or the trade's state, or `lost`. PayerMax has none. */
  async inquire(provider: 'wallet' | 'yabandpay', paymentId: string): Promise<string> {
    try {
      if (provider === 'wallet') {
        const { body } = await new WalletMerchant(this.sandbox).inquire({ paymentId });
        return String(body['paymentStatus']);
      }
      return String((await new YabandPayMerchant(this.sandbox).query(paymentId)).state);
    } catch {
      return 'lost';
    }
  }

  /** The worker's own reader of a provider's notifications. */
  reader(provider: ProviderName): NotificationReader {
    const { wallet, yabandpay, payermax } = this.sandbox.keys;
    const windowMs = WINDOW_MS;
    switch (provider) {
      case 'wallet':
        return walletNotifications({
          ...{ clientId: wallet.clientId, windowMs },
          keys: [createPublicKey(wallet.walletPublicKeyPem)],
        });
      case 'yabandpay':
        return yabandpayNotifications({
          ...{ user: yabandpay.user, windowMs },
          keys: [createSecretKey(yabandpay.secretKey, 'utf8')],
        });
      case 'payermax':
        return payermaxNotifications({
          ...{ merchantNo: payermax.merchantNo, appId: payermax.appId, windowMs },
          keys: [createPublicKey(payermax.payermaxPublicKeyPem)],
        });
    }
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await this.receiver.close();
  }
}
