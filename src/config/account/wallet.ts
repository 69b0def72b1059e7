import { z } from 'zod';
import type { WalletAccountConfig } from '../../providers/wallet/config.js';
import type { SecretSource } from '../secret.js';
import type { AccountTermsConfig } from './fields.js';
import {
  BURST_WITHOUT_RATE,
  areTheirs,
  authorisationWindow,
  burstHasRate,
  connectionKeys,
  count,
  flag,
  isTheirs,
  notifySources,
  previousKeys,
  privateKey,
  providerText,
  publicKey,
  rateKeys,
  whenRead,
} from './fields.js';

/** An account with the wallet. */
export interface WalletAccount extends WalletAccountConfig, AccountTermsConfig {
  readonly provider: 'wallet';
}

/** The keys of an account with the wallet. docs/configuration.md says what each means; a test holds the two together. */
export function walletKeys(source: SecretSource) {
  return z.strictObject({
    provider: z.literal('wallet'),
    merchantId: providerText,
    clientId: providerText,
    ...connectionKeys('25s'),
    privateKey: privateKey(source),
    walletPublicKey: publicKey(source),
    previousKeys: previousKeys(publicKey(source)),
    notifySources,
    authorisationWindow,
    keyVersion: count(999_999_999).default(1),
    signatureUrlEncoded: flag.default(false),
    requireSignedAnswers: flag.default(true),
  });
}

export function walletAccount(name: string, source: SecretSource) {
  return walletKeys(source)
    .refine(burstHasRate, BURST_WITHOUT_RATE)
    .refine((keys) => isTheirs(keys.privateKey, keys.walletPublicKey), {
      path: ['walletPublicKey'],
      when: whenRead('privateKey', 'walletPublicKey'),
      error: "belongs to this account's own privateKey: give the public key of the wallet",
    })
    .refine((keys) => areTheirs(keys.privateKey, keys.previousKeys), {
      path: ['previousKeys'],
      when: whenRead('privateKey'),
      error: "holds the public half of this account's own privateKey: give public keys of the wallet",
    })
    .transform(
      ({
        keyVersion,
        timeout,
        authorisationWindow: window,
        rateLimit,
        rateBurst,
        ...rest
      }): WalletAccount => ({
        ...rest,
        name,
        keyVersion: String(keyVersion),
        timeoutMs: timeout,
        ...rateKeys(rateLimit, rateBurst),
        previousKeys: rest.previousKeys ?? [],
        notifySources: rest.notifySources ?? [],
        authorisationWindowMs: window,
      }),
    );
}
