import type { Money } from '../../capture/money.js';
import type { ProviderRules } from '../../capture/order.js';
import { reject } from '../../capture/rejection.js';

const MAX_ID_LENGTH = 64;
const MAX_VALUE_LENGTH = 16;

/**
 * How the wallet names and writes a capture. It captures by the paymentId of the authorisation, once, in full or in part.
 *
 * Amounts go out as the currency's smallest unit in decimal digits, at most 16 of them: 150 IQD are `"150000"`, since ISO 4217 counts
 * IQD in fils. `captureAmount` is sent for full captures too, where the wallet doesn't ask for it: the wallet then holds it against the
 * authorisation, and a repeat is the same whatever the order's other fields say.
 */
export const walletRules: ProviderRules = {
  provider: 'wallet',
  maxPaymentIdLength: MAX_ID_LENGTH,
  referenceField: 'paymentId',
  captureReference: (order) => order.paymentId,
  businessBody: ({ requestId, paymentId, money }) => {
    const captureAmount = walletAmount(money);
    if (captureAmount === null) {
      return reject(
        'amount_not_representable',
        'captureAmount',
        `${money.amount.toString()} has more than the ${MAX_VALUE_LENGTH} digits that the wallet takes`,
        'check the unit: amounts are minor units',
      );
    }
    return Buffer.from(JSON.stringify({ captureRequestId: requestId, paymentId, captureAmount }), 'utf8');
  },
};

/** Money in the wallet's form; null if it doesn't fit. */
export interface WalletAmount {
  readonly value: string;
  readonly currency: string;
}

export function walletAmount(money: Money): WalletAmount | null {
  const value = money.amount.toString();
  return value.length > MAX_VALUE_LENGTH ? null : { value, currency: money.currency };
}
