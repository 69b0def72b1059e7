import { createSecretKey } from 'node:crypto';
import type { AccountConfig } from './config/accounts.js';
import type { NotifiedAccount } from './http/receive-notification.js';
import type { NotifyOptions, NotifyServer } from './http/notify.js';
import { createNotifyServer } from './http/notify.js';
import { sourceFilter } from './addresses.js';
import type { Parts } from './parts.js';
import type { NotificationReader } from './providers/notification.js';
import { payermaxNotifications } from './providers/payermax/notification.js';
import { walletNotifications } from './providers/wallet/notification.js';
import { yabandpayNotifications } from './providers/yabandpay/notification.js';
import type { StartUp } from './start-up.js';
import { keepNotification } from './store/notifications.js';

/**
 * Takes the providers' notifications for all accounts; null if the configuration says that this worker doesn't. Until the database was found
 * to be what it should, they are told to come again. `onStored` is told of each that is new and durable, once it is. Rejects with
 * PORT_UNAVAILABLE.
 */
export async function listenForNotifications(
  { config, metrics, clock, pool, log }: Parts,
  startUp: StartUp,
  onStored: () => void,
): Promise<NotifyServer | null> {
  const { host, port, windowMs } = config.notify;
  if (port === null) return null;
  return createNotifyServer({
    host,
    port,
    accounts: config.accounts.map((account) => notifiedAccount(account, windowMs)),
    keep: telling((notification) => keepNotification(pool, notification), onStored),
    isReady: () => startUp.stateOf('schema').ok,
    observer: metrics,
    clock,
    log,
  });
}

/** Keeps notifications as `keep` does, and tells of each that is new once it is durable. One that is known already was told of before. */
export function telling(keep: NotifyOptions['keep'], onStored: () => void): NotifyOptions['keep'] {
  return async (notification) => {
    const kept = await keep(notification);
    if (kept === 'stored') onStored();
    return kept;
  };
}

/** An account as notifications see it: whose they are, and how they are verified. */
export function notifiedAccount(account: AccountConfig, windowMs: number): NotifiedAccount {
  const { provider, name, merchantId, notifySources } = account;
  const isSource = sourceFilter(notifySources);
  return { provider, account: name, merchantId, isSource, reader: readerOf(account, windowMs) };
}

function readerOf(account: AccountConfig, windowMs: number): NotificationReader {
  switch (account.provider) {
    case 'wallet': {
      const { clientId, walletPublicKey, previousKeys } = account;
      return walletNotifications({ clientId, keys: [walletPublicKey, ...previousKeys], windowMs });
    }
    case 'yabandpay': {
      const { user, secretKey, previousKeys } = account;
      const keys = [createSecretKey(secretKey, 'utf8'), ...previousKeys];
      return yabandpayNotifications({ user, keys, windowMs });
    }
    case 'payermax': {
      const { merchantNo, appId, payermaxPublicKey, previousKeys } = account;
      return payermaxNotifications({
        merchantNo,
        appId,
        keys: [payermaxPublicKey, ...previousKeys],
        windowMs,
      });
    }
  }
}
