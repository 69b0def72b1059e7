import type { Authorisation, Undone } from '../book.js';
import type { Letter, PostalRules } from '../callbacks/letter.js';
import { MINUTE } from '../time-spans.js';
import type { Word } from '../word.js';
import { amountMembers, orderIdOf } from './answer.js';
import type { YabandPayMerchant } from './credentials.js';
import { amountOf } from './money.js';
import { dataSignatureOf } from './signature.js';

const SECOND = 1000;

/** YabandPay resends by a schedule that it doesn't publish; this one is the sandbox's choice: seven times in three hours. */
export const YABANDPAY_POST: PostalRules = {
  waitsMs: [0, 15 * SECOND, 30 * SECOND, 3 * MINUTE, 10 * MINUTE, 30 * MINUTE, 120 * MINUTE],
  isTaken: ({ status, body }) => status === 200 && body.trim() === 'ok',
  canBeAsked: true,
};

/** Writes YabandPay's notifications: of each change of a trade's state, with an HMAC over their data. */
export class YabandPayLetters {
  readonly #secretKeys: ReadonlyMap<string, string>;

  constructor({ merchants }: { readonly merchants: readonly YabandPayMerchant[] }) {
    this.#secretKeys = new Map(merchants.map(({ user, secretKey }) => [user, secretKey]));
  }

  /** That the trade is in the state that says so; `amount` is in minor units. */
  about(
    trade: Authorisation,
    { amount, at }: { readonly amount: bigint; readonly at: Date },
    says: Word,
  ): Letter {
    const state = STATES[says];
    const paid = says === 'captured' ? { paid_time: seconds(at) } : {};
    return this.#written('payment', says, { ...this.#members(trade, 'payment', amount, state), ...paid });
  }

  /** That a captured trade was refunded, or cancelled after it was captured. */
  aboutUndoing(trade: Authorisation, amount: bigint, is: Undone): Letter {
    switch (is) {
      case 'refunded':
        return this.#written('refund', 'captured', this.#members(trade, 'refund', amount, 'refunded'));
      case 'voided':
        return this.#written('payment', 'nothing', this.#members(trade, 'payment', amount, 'cancelled'));
    }
  }

  #written(about: string, says: Word, data: Readonly<Record<string, string>>): Letter {
    const sign = dataSignatureOf(data, this.#secretKeys.get(data['user'] ?? '') ?? '');
    const body = Buffer.from(JSON.stringify({ sign, data }));
    const headers = { 'content-type': 'application/json' };
    return { about, says, decides: says !== 'nothing', seal: () => ({ headers, body }) };
  }

  /** Members without a value are there and are signed, as in YabandPay's own code. */
  #members(
    trade: Authorisation,
    type: string,
    minorUnits: bigint,
    state: string,
  ): Readonly<Record<string, string>> {
    return {
      type,
      user: trade.merchant,
      order_id: orderIdOf(trade),
      trade_id: trade.paymentId,
      transaction_id: '',
      ...amountMembers(amountOf(minorUnits, trade.currency), trade.currency),
      tip_amount: '0',
      description: '',
      createDate: seconds(trade.authorisedAt),
      state,
      demo: '',
    };
  }
}

const STATES = {
  captured: 'paid',
  failed: 'failed',
  in_process: 'processing',
  authorised: 'authorized',
  nothing: 'cancelled',
} as const satisfies Readonly<Record<Word, string>>;

function seconds(at: Date): string {
  return String(Math.floor(at.getTime() / SECOND));
}
