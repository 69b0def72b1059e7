import { makeSecret } from '../keys.js';
import { MINUTE } from '../time-spans.js';

export interface YabandPayMerchant {
  readonly user: string;
  readonly secretKey: string;
}

export interface YabandPayOptions {
  /** If left out, one is made, with its key. */
  readonly merchants?: readonly YabandPayMerchant[];
  /** How far a request's time may be from the provider's clock; 5 min. */
  readonly clockSkewMs?: number;
}

export interface YabandPayCredentials {
  readonly merchants: readonly YabandPayMerchant[];
  readonly clockSkewMs: number;
}

export const DEFAULT_USER = '100001';

/** Makes what is left out. Throws if there is no merchant. The keys are those of the first merchant. */
export function yabandPayCredentials(options: YabandPayOptions): {
  readonly credentials: YabandPayCredentials;
  readonly keys: YabandPayMerchant;
} {
  const merchants = options.merchants ?? [{ user: DEFAULT_USER, secretKey: makeSecret() }];
  const [keys] = merchants;
  if (keys === undefined)
    throw new Error('yabandpay.merchants: at least one is needed, or leave the option out');
  return { credentials: { merchants, clockSkewMs: options.clockSkewMs ?? 5 * MINUTE }, keys };
}
