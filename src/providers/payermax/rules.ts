import type { Money } from '../../capture/money.js';
import { describeMoney } from '../../capture/money.js';
import type { OrderFulfilled, ProviderRules } from '../../capture/order.js';
import type { Rejection } from '../../capture/rejection.js';
import { reject } from '../../capture/rejection.js';
import { writeAmount } from './amount.js';

const MAX_ID_LENGTH = 64;
const REFERENCE_FIELD = 'references.outTradeNo';
const ORDER_NUMBER = /^[A-Za-z0-9_]{1,64}$/;

/**
 * How PayerMax names and writes a capture. It captures by the outTradeNo under which the order was placed, which comes among the order's
 * references.
 *
 * The business body is the text of the request's `data`. What goes around it (time, version, merchant) is written anew at each send, and
 * around these bytes as they are: reading and writing them again could write the amount in another way.
 */
export const payermaxRules: ProviderRules = {
  provider: 'payermax',
  maxPaymentIdLength: MAX_ID_LENGTH,
  referenceField: REFERENCE_FIELD,
  captureReference: (order) => {
    const outTradeNo = orderNumber(order);
    return typeof outTradeNo === 'string' ? (normalisedOrderNumber(outTradeNo) ?? outTradeNo) : outTradeNo;
  },
  businessBody: ({ requestId, captureReference, references, money }) => {
    const amount = writeAmount(money);
    if (amount === null) return notRepresentable(money);
    const outTradeNo = references.get('outTradeNo') ?? captureReference;
    const ids = `"requestId":${JSON.stringify(requestId)},"outTradeNo":${JSON.stringify(outTradeNo)}`;
    return Buffer.from(`{${ids},"currency":${JSON.stringify(money.currency)},"amount":${amount}}`, 'utf8');
  },
};

/**
 * An outTradeNo as the claim has it; null if it is none. PayerMax doesn't tell capitals from small letters here, so neither may the claim:
 * else one authorisation could be claimed twice.
 */
export function normalisedOrderNumber(text: string): string | null {
  return ORDER_NUMBER.test(text) ? text.toLowerCase() : null;
}

function orderNumber({ references }: OrderFulfilled): string | Rejection {
  const field = REFERENCE_FIELD;
  const outTradeNo = references.get('outTradeNo') ?? '';
  if (outTradeNo === '') {
    return reject(
      'reference_missing',
      field,
      'is missing or empty',
      'send the outTradeNo under which the order was placed at PayerMax, which captures by it',
    );
  }
  if (!ORDER_NUMBER.test(outTradeNo)) {
    return reject(
      'reference_invalid',
      field,
      'is no outTradeNo of PayerMax, which has letters, digits and underscores, at most 64',
      'send it as it was given to PayerMax when the order was placed',
    );
  }
  return outTradeNo;
}

function notRepresentable(money: Money): Rejection {
  return reject(
    'amount_not_representable',
    'captureAmount',
    `${describeMoney(money)} has more decimals than PayerMax takes of ${money.currency}`,
    'check the unit: amounts are minor units by ISO 4217, whatever PayerMax takes of them',
  );
}
