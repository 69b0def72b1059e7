import { exponentOf } from '../../capture/currencies.js';
import type { Money } from '../../capture/money.js';
import { formatMajor } from '../../capture/money.js';
import type { CaptureInstruction, ProviderRules } from '../../capture/order.js';
import { isStorable } from '../../capture/order.js';
import { reject } from '../../capture/rejection.js';
import { refuseProblems } from '../connection.js';
import type { YabandpayTerms } from './config.js';
import { termsProblems } from './config.js';

const MAX_ID_LENGTH = 64;
const MAX_DESCRIPTION_LENGTH = 255;

/**
 * How YabandPay names and writes a capture. It captures by the trade_id of the authorisation, which the capture keeps; once, in full or
 * in part.
 *
 * The business body is the text of the request's `data`. The page requires all six members, so none is ever empty. What goes around them
 * (user, time, signature) is written anew at each send, around these bytes as they are.
 *
 * Throws CONFIG_INVALID if the account's notify URL can't be sent.
 */
export function yabandpayRules({ notifyUrl }: YabandpayTerms): ProviderRules {
  refuseProblems(termsProblems({ notifyUrl }));
  return {
    provider: 'yabandpay',
    maxPaymentIdLength: MAX_ID_LENGTH,
    referenceField: 'paymentId',
    captureReference: ({ paymentId }) =>
      isSignableId(paymentId)
        ? paymentId
        : reject(
            'reference_invalid',
            'paymentId',
            'holds &, = or a control character, or has a blank at an end: the signature would not hold for it alone',
            'send the trade_id as YabandPay gave it',
          ),
    businessBody: (instruction) => {
      const { requestId, captureReference, money } = instruction;
      const amount = writeAmount(money);
      if (amount === null) {
        return reject(
          'amount_not_representable',
          'currency',
          `the decimals of ${money.currency} are not known`,
          'send a currency of ISO 4217',
        );
      }
      const data = {
        trade_id: captureReference,
        amount,
        currency: money.currency,
        description: descriptionOf(instruction),
        notify_url: notifyUrl,
        request_id: requestId,
      };
      return Buffer.from(JSON.stringify(data), 'utf8');
    },
  };
}

/**
 * Money as YabandPay takes it: major units with all decimals of the currency, so 2499 euro cents are `24.99`. Null for a currency that
 * ISO 4217 doesn't list; every other amount can be written.
 */
export function writeAmount({ amount, currency }: Money): string | null {
  const exponent = exponentOf(currency);
  return exponent === null ? null : formatMajor(amount, exponent);
}

/**
 * Values are signed bare, joined by `&` and `=`: with these in them, two different requests could have one signature. Control characters
 * are what servers drop or change before they sign.
 */
const UNSIGNABLE = /[&=\p{Cc}]/u;

function isSignableId(text: string): boolean {
  return !UNSIGNABLE.test(text) && text === text.trim();
}

/** Whether a text can be a trade_id that a claim is made for. */
export function isTradeId(text: string): boolean {
  return text !== '' && text.length <= MAX_ID_LENGTH && isSignableId(text) && isStorable(text);
}

/** The order's description as it can be signed. Without one that leaves anything to read, the order is named. */
function descriptionOf({ description, orderId, requestId }: CaptureInstruction): string {
  const given = signable(description ?? '');
  if (given !== '') return given;
  return signable(orderId) === '' ? requestId : signable(`Order ${orderId}`);
}

/** Trimmed, also where it was cut: a server that trims what it receives would otherwise sign something else than we did. */
function signable(text: string): string {
  const characters = Array.from(text.replaceAll(new RegExp(UNSIGNABLE, 'gu'), '').trim());
  return characters.slice(0, MAX_DESCRIPTION_LENGTH).join('').trim();
}
