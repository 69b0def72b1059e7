import type { AccountConfig } from './config/accounts.js';
import type { Config } from './config/config.js';
import type { Clock } from './ports/clock.js';
import { createWalletClient } from './providers/wallet/client.js';
import { walletRules } from './providers/wallet/rules.js';
import { createAccountGate } from './worker/account-gate.js';
import type { SendingAccount } from './worker/send.js';

/** The configured accounts by name, each with its client and its gate. Throws CONFIG_INVALID if one can't work. */
export function openAccounts(
  { accounts, worker }: Pick<Config, 'accounts' | 'worker'>,
  clock: Clock,
): ReadonlyMap<string, SendingAccount> {
  return new Map(
    accounts.map((account) => {
      const { name, merchantId, authorisationWindowMs, maxInFlight } = account;
      const gate = createAccountGate({
        maxInFlight,
        faultsToHold: worker.holdAfterFaults,
        probeEveryMs: worker.holdProbeEveryMs,
        clock,
      });
      return [
        name,
        { name, merchantId, authorisationWindowMs, maxInFlight, gate, ...providerOf(account, clock) },
      ];
    }),
  );
}

/** One provider so far; when the union of accounts widens, this no longer compiles until it chooses. */
function providerOf(account: AccountConfig, clock: Clock): Pick<SendingAccount, 'rules' | 'client'> {
  return { rules: walletRules, client: createWalletClient(account, { clock }) };
}
