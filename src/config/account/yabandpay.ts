import { createSecretKey } from 'node:crypto';
import { z } from 'zod';
import type { YabandpayAccountConfig } from '../../providers/yabandpay/config.js';
import { isSignable } from '../../providers/yabandpay/config.js';
import type { SecretSource } from '../secret.js';
import { secureUrl } from '../urls.js';
import type { AccountTermsConfig } from './fields.js';
import {
  BURST_WITHOUT_RATE,
  authorisationWindow,
  burstHasRate,
  connectionKeys,
  notifySources,
  previousKeys,
  providerText,
  rateKeys,
  secretText,
} from './fields.js';

/** An account with YabandPay. */
export interface YabandpayAccount extends YabandpayAccountConfig, AccountTermsConfig {
  readonly provider: 'yabandpay';
}

/** A text that is signed bare, among others that are parted by these two characters. */
const signable = (reader: z.ZodType<string, string>) =>
  reader.refine(isSignable, { error: 'holds & or =, which YabandPay’s signature can’t tell from its own' });

/** The keys of an account with YabandPay. docs/configuration.md says what each means; a test holds the two together. */
export function yabandpayKeys(source: SecretSource) {
  return z.strictObject({
    provider: z.literal('yabandpay'),
    merchantId: providerText,
    user: signable(providerText),
    ...connectionKeys('30s'),
    secretKey: secretText(source),
    // Kept as keys, which show nothing of themselves.
    previousKeys: previousKeys(secretText(source).transform((text) => createSecretKey(text, 'utf8'))),
    notifySources,
    notifyUrl: signable(secureUrl),
    // Its page says so for every merchant.
    authorisationWindow: authorisationWindow.prefault('30d'),
  });
}

export function yabandpayAccount(name: string, source: SecretSource) {
  return yabandpayKeys(source)
    .refine(burstHasRate, BURST_WITHOUT_RATE)
    .transform(
      ({ timeout, authorisationWindow: window, rateLimit, rateBurst, ...rest }): YabandpayAccount => ({
        ...rest,
        name,
        timeoutMs: timeout,
        ...rateKeys(rateLimit, rateBurst),
        previousKeys: rest.previousKeys ?? [],
        notifySources: rest.notifySources ?? [],
        authorisationWindowMs: window,
      }),
    );
}
