import type { Book } from '../book.js';
import type { NamedPayment } from '../simulator.js';
import type { Answer } from './answer.js';
import { accepted, numberOf, refusal } from './answer.js';

/**
 * The orders by which a merchant names its payments: an authorisation's reference is its outTradeNo, or its payment id if it has none.
 * Capitals make no difference.
 */
export class Orders {
  readonly #book: Book;
  #paymentIds = new Map<string, string>();

  constructor(book: Book) {
    this.#book = book;
  }

  /** The name under which a payment can be entered, or why it can't. */
  nameOf(payment: NamedPayment): { readonly name: string } | { readonly problem: string } {
    const outTradeNo = outTradeNoOf(payment);
    if (!OUT_TRADE_NO.test(outTradeNo)) {
      return {
        problem: `${outTradeNo} is no outTradeNo: give a reference of letters, digits and underscores`,
      };
    }
    const isTaken = this.find(payment.merchant, outTradeNo) !== null;
    return isTaken
      ? { problem: `the outTradeNo ${outTradeNo} has a payment already` }
      : { name: keyOf(payment.merchant, outTradeNo) };
  }

  add(authorisation: NamedPayment): void {
    this.#paymentIds.set(keyOf(authorisation.merchant, outTradeNoOf(authorisation)), authorisation.paymentId);
  }

  /** The payment of a merchant's order. */
  find(merchant: string, outTradeNo: string): string | null {
    return this.#paymentIds.get(keyOf(merchant, outTradeNo)) ?? null;
  }

  /**
   * What an order query tells: how the payment was authorised. It holds nothing of a capture, so the status is SUCCESS from the beginning
   * to the end.
   */
  answer(paymentId: string): Answer {
    const authorisation = this.#book.find(paymentId)?.authorisation;
    if (authorisation === undefined) return refusal('ORDER_NOT_EXIST');
    const { amount, currency, authorisedAt } = authorisation;
    return accepted({
      outTradeNo: outTradeNoOf(authorisation),
      tradeToken: paymentId,
      totalAmount: numberOf(amount, currency),
      currency,
      status: 'SUCCESS',
      resultCode: 'SUCCESS',
      resultMsg: 'Success.',
      createTime: authorisedAt.toISOString(),
      completeTime: authorisedAt.toISOString(),
    });
  }

  reset(): void {
    this.#paymentIds = new Map();
  }
}

export const OUT_TRADE_NO = /^[A-Za-z0-9_]{1,64}$/;

function outTradeNoOf({ paymentId, reference }: NamedPayment): string {
  return reference ?? paymentId;
}

function keyOf(merchant: string, outTradeNo: string): string {
  return JSON.stringify([merchant, outTradeNo.toLowerCase()]);
}
