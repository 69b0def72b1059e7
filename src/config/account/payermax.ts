import { z } from 'zod';
import type { PayermaxAccountConfig } from '../../providers/payermax/config.js';
import { reader, Refusal } from '../reader.js';
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
  visibleText,
  whenRead,
} from './fields.js';

/** An account with PayerMax. Its merchant id is the merchantNo that every request names. */
export interface PayermaxAccount extends PayermaxAccountConfig, AccountTermsConfig {
  readonly provider: 'payermax';
}

const version = reader((text) =>
  /^\d{1,3}\.\d{1,3}$/.test(text) ? text : new Refusal("is no version: write one in quotes, such as '1.5'"),
);

/** The keys of an account with PayerMax. docs/configuration.md says what each means; a test holds the two together. */
export function payermaxKeys(source: SecretSource) {
  return z.strictObject({
    provider: z.literal('payermax'),
    merchantId: visibleText(32),
    appId: providerText,
    ...connectionKeys('15s'),
    privateKey: privateKey(source),
    payermaxPublicKey: publicKey(source),
    previousKeys: previousKeys(publicKey(source)),
    notifySources,
    // As documented for every merchant.
    authorisationWindow: authorisationWindow.prefault('7d'),
    version: version.prefault('1.5'),
    keyVersion: count(999_999_999).default(1),
    requireSignedAnswers: flag.default(true),
    requireSignedRefusals: flag.default(false),
  });
}

export function payermaxAccount(name: string, source: SecretSource) {
  return payermaxKeys(source)
    .refine(burstHasRate, BURST_WITHOUT_RATE)
    .refine((keys) => isTheirs(keys.privateKey, keys.payermaxPublicKey), {
      path: ['payermaxPublicKey'],
      when: whenRead('privateKey', 'payermaxPublicKey'),
      error: "belongs to this account's own privateKey: give the public key of PayerMax",
    })
    .refine((keys) => areTheirs(keys.privateKey, keys.previousKeys), {
      path: ['previousKeys'],
      when: whenRead('privateKey'),
      error: "holds the public half of this account's own privateKey: give public keys of PayerMax",
    })
    .transform(
      ({
        keyVersion,
        timeout,
        authorisationWindow: window,
        rateLimit,
        rateBurst,
        ...rest
      }): PayermaxAccount => ({
        ...rest,
        name,
        merchantNo: rest.merchantId,
        keyVersion: String(keyVersion),
        timeoutMs: timeout,
        ...rateKeys(rateLimit, rateBurst),
        previousKeys: rest.previousKeys ?? [],
        notifySources: rest.notifySources ?? [],
        authorisationWindowMs: window,
      }),
    );
}
