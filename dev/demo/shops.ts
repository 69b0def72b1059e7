import type { ProviderName } from '../../src/capture/capture.js';

/** How the provider is to treat a payment, in the sandbox's words. */
export type Scenario = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A currency that a shop sells in. */
export interface ShopCurrency {
  readonly code: string;
  /** Prices are multiples of so many minor units: what shops ask, and what the provider can carry. */
  readonly step: bigint;
}

/** What the demo needs to know of the merchant's account at one provider. */
export interface Shop {
  readonly provider: ProviderName;
  /** The account's name in the accounts file. */
  readonly account: string;
  readonly currencies: readonly ShopCurrency[];
  /** Answers that refuse a capture for good. */
  readonly declines: readonly Scenario[];
}

const answer = (resultCode: string, resultStatus?: string): Scenario => ({
  kind: 'answer',
  resultCode,
  ...(resultStatus === undefined ? {} : { resultStatus }),
});

export const WALLET_SHOP: Shop = {
  provider: 'wallet',
  account: 'demo-wallet',
  currencies: [{ code: 'IQD', step: 250n }],
  declines: [
    answer('USER_BALANCE_NOT_ENOUGH'),
    answer('RISK_REJECT'),
    answer('AUTH_EXPIRED'),
    answer('USER_STATUS_ABNORMAL'),
    answer('PAYMENT_AMOUNT_EXCEED_LIMIT'),
  ],
};

export const YABANDPAY_SHOP: Shop = {
  provider: 'yabandpay',
  account: 'demo-yabandpay',
  currencies: [{ code: 'EUR', step: 1n }],
  declines: [answer('-4089'), answer('-4084'), answer('-4085'), answer('-4024')],
};

export const PAYERMAX_SHOP: Shop = {
  provider: 'payermax',
  account: 'demo-payermax',
  currencies: [
    { code: 'USD', step: 1n },
    { code: 'JPY', step: 1n },
    // PayerMax takes two of the dinar's three decimals.
    { code: 'KWD', step: 10n },
  ],
  declines: [answer('PAYMENT_FAILED', 'FAILED'), answer('AMOUNT_LIMIT'), answer('CONTRACT_INVALID')],
};

export const SHOPS: readonly Shop[] = [WALLET_SHOP, YABANDPAY_SHOP, PAYERMAX_SHOP];
