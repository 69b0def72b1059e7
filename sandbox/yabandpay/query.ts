import type { Book, Entry } from '../book.js';
import type { Wording } from '../plan.js';
import type { Answer } from './answer.js';
import { amountMembers, orderIdOf, refusal, success, worded } from './answer.js';
import type { YabandPayCaptures } from './captures.js';
import { amountOf } from './money.js';
import type { QueryRequest } from './requests.js';

/**
 * What YabandPay says of a trade: `paid` once captured, with the captured amount; until then with the authorised one: `processing` while
 * a capture is under way, `failed` if one was accepted and came to nothing, `expired` if it was never captured in time, else
 * `authorized`. A capture that was refused leaves no trace.
 */
export class YabandPayQuery {
  readonly #book: Book;
  readonly #captures: YabandPayCaptures;
  readonly #now: () => Date;

  constructor(parts: {
    readonly book: Book;
    readonly captures: YabandPayCaptures;
    readonly now: () => Date;
  }) {
    this.#book = parts.book;
    this.#captures = parts.captures;
    this.#now = parts.now;
  }

  /** The trade that a query asks for, if it is the user's. */
  find({ merchant, tradeId }: QueryRequest): Entry | null {
    const entry = this.#book.find(tradeId);
    return entry?.authorisation.merchant === merchant ? entry : null;
  }

  answer(entry: Entry | null, wording: Wording = { is: 'natural' }): Answer {
    if (entry === null) return refusal('-4024');
    const { authorisation, movements } = entry;
    const { paymentId, amount, currency } = authorisation;
    const captured = movements.reduce((sum, movement) => sum + movement.amount, 0n);
    return worded(wording, (state) =>
      success({
        transaction_info: {
          trade_id: paymentId,
          order_id: orderIdOf(authorisation),
          ...amountMembers(amountOf(captured > 0n ? captured : amount, currency), currency),
          state: state ?? this.#stateOf(entry),
        },
      }),
    );
  }

  #stateOf({ authorisation: { paymentId, expiresAt }, movements }: Entry): string {
    if (movements.length > 0) return 'paid';
    if (this.#captures.underWay(paymentId).length > 0) return 'processing';
    if (this.#captures.failed(paymentId).length > 0) return 'failed';
    return this.#now() >= expiresAt ? 'expired' : 'authorized';
  }
}
