import type { Book, Entry } from '../book.js';
import { happenedBy } from '../past.js';
import type { Plan } from '../plan.js';
import type { Answer } from './answer.js';
import { amountMembers, orderIdOf, refusal, success, worded } from './answer.js';
import type { YabandPayCaptures } from './captures.js';
import { amountOf } from './money.js';
import type { QueryRequest } from './requests.js';

/**
 * What YabandPay says of a trade: `paid` once captured, with the captured amount; until then with the authorised one: `processing` while
 * a capture is under way, `failed` if one was accepted and came to nothing, `expired` if it was never captured in time, else
 * `authorized`. A capture that was refused leaves no trace. A captured trade whose money was given back is `refunded`, or `cancelled`.
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

  /** What is told of a trade, or would have been so many ms ago. */
  answer(entry: Entry | null, { wording, staleMs }: Told = NATURAL): Answer {
    if (entry === null) return refusal('-4024');
    const asOf = staleMs === 0 ? undefined : new Date(this.#now().getTime() - staleMs);
    const { authorisation } = entry;
    const { paymentId, amount, currency } = authorisation;
    const movements = happenedBy(entry.movements, asOf);
    const captured = movements.reduce((sum, movement) => sum + movement.amount, 0n);
    return worded(wording, (state) =>
      success({
        transaction_info: {
          trade_id: paymentId,
          order_id: orderIdOf(authorisation),
          ...amountMembers(amountOf(captured > 0n ? captured : amount, currency), currency),
          state: state ?? this.#stateOf(entry, asOf),
        },
      }),
    );
  }

  #stateOf(
    { authorisation: { paymentId, expiresAt }, movements, undoing }: Entry,
    asOf: Date | undefined,
  ): string {
    const [undone] = happenedBy(undoing === null ? [] : [undoing], asOf);
    if (undone !== undefined) return undone.is === 'refunded' ? 'refunded' : 'cancelled';
    if (happenedBy(movements, asOf).length > 0) return 'paid';
    if (this.#captures.underWay(paymentId, asOf).length > 0) return 'processing';
    if (this.#captures.failed(paymentId, asOf).length > 0) return 'failed';
    return this.#now() >= expiresAt ? 'expired' : 'authorized';
  }
}

type Told = Pick<Plan, 'wording' | 'staleMs'>;
const NATURAL: Told = { wording: { is: 'natural' }, staleMs: 0 };
