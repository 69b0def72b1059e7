import type { AccountConfig } from './config/accounts.js';
import type { Config } from './config/config.js';
import type { Clock, Random } from './ports/clock.js';
import { createPayermaxClient } from './providers/payermax/client.js';
import { payermaxRules } from './providers/payermax/rules.js';
import { createWalletClient } from './providers/wallet/client.js';
import { walletRules } from './providers/wallet/rules.js';
import { createYabandpayClient } from './providers/yabandpay/client.js';
import { yabandpayRules } from './providers/yabandpay/rules.js';
import type { MerchantIdentity } from './store/merchants.js';
import type { AccountGate } from './worker/gate/account-gate.js';
import { createAccountGate } from './worker/gate/account-gate.js';
import { sharesOf } from './worker/gate/shares.js';
import type { SendingAccount } from './worker/send.js';

/**
 * The configured accounts by name, each with its client, its gate, and its share of the calls that the process may have under way. Throws
 * CONFIG_INVALID if one can't work.
 */
export function openAccounts(
  { accounts, worker }: Pick<Config, 'accounts' | 'worker'>,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): ReadonlyMap<string, SendingAccount> {
  const shares = sharesOf(
    accounts.map(({ maxInFlight }) => maxInFlight),
    worker.maxInFlight,
  );
  const gates: AccountGate[] = [];
  return new Map(
    accounts.map((account, index) => {
      const { name, merchantId, authorisationWindowMs, rateLimit, rateBurst } = account;
      const maxInFlight = shares[index] ?? 1;
      const gate: AccountGate = createAccountGate({
        maxInFlight,
        rate: rateLimit === null ? null : { perSecond: rateLimit, burst: rateBurst ?? 1 },
        breaker: worker.breaker,
        faultsToHold: worker.holdAfterFaults,
        probeEveryMs: worker.holdProbeEveryMs,
        areOthersHungry: () => gates.some((other) => other !== gate && other.isHungry),
        clock,
        random,
      });
      gates.push(gate);
      return [
        name,
        { name, merchantId, authorisationWindowMs, maxInFlight, gate, ...providerOf(account, clock) },
      ];
    }),
  );
}

function providerOf(account: AccountConfig, clock: Clock): Pick<SendingAccount, 'rules' | 'client'> {
  switch (account.provider) {
    case 'wallet':
      return { rules: walletRules, client: createWalletClient(account, { clock }) };
    case 'yabandpay':
      return { rules: yabandpayRules(account), client: createYabandpayClient(account, { clock }) };
    case 'payermax':
      return { rules: payermaxRules, client: createPayermaxClient(account, { clock }) };
  }
}

/** What the provider knows an account by, and the merchant that it stands for. */
export function identityOf(account: AccountConfig): MerchantIdentity {
  const { provider, merchantId, name } = account;
  const of = (identity: string): MerchantIdentity => ({ provider, identity, merchantId, account: name });
  switch (account.provider) {
    case 'wallet':
      return of(account.clientId);
    case 'yabandpay':
      return of(account.user);
    case 'payermax':
      return of(account.appId);
  }
}
