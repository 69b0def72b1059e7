import type { Book, Entry } from '../book.js';
import type { Hold } from '../holds.js';
import { happenedBy } from '../past.js';
import type { Answer } from './answer.js';
import { answerOf } from './answer.js';
import type { WalletCaptures } from './captures.js';
import type { InquiryRequest } from './requests.js';
import { walletTime } from './time.js';

/**
 * What the wallet says of a payment. `transactions` lists its captures: those that moved money, those under way, and those that were
 * accepted as in process and failed; and after these the refund or the void of one. A capture that was refused outright never became a
 * transaction. The payment is SUCCESS once captured (with the authorised amount, also if less was captured), PROCESSING while a capture is
 * under way, FAIL if it expired uncaptured, and AUTH_SUCCESS until then.
 */
export class WalletInquiry {
  readonly #book: Book;
  readonly #captures: WalletCaptures;
  readonly #now: () => Date;
  #byPaymentRequestId = new Map<string, string>();

  constructor(parts: { readonly book: Book; readonly captures: WalletCaptures; readonly now: () => Date }) {
    this.#book = parts.book;
    this.#captures = parts.captures;
    this.#now = parts.now;
  }

  /** Lets a payment be found by the merchant's own id of it. */
  index(paymentRequestId: string, paymentId: string): void {
    this.#byPaymentRequestId.set(paymentRequestId, paymentId);
  }

  /** The payment that an inquiry asks for: by either id, and by both only if they name the same. */
  find({ merchant, paymentId, paymentRequestId }: InquiryRequest): Entry | null {
    const wanted = paymentId ?? this.#byPaymentRequestId.get(paymentRequestId ?? '') ?? '';
    const entry = this.#book.find(wanted);
    if (entry?.authorisation.merchant !== merchant) return null;
    const other = paymentRequestId !== null && entry.authorisation.reference !== paymentRequestId;
    return other ? null : entry;
  }

  /** What is told of a payment, or would have been so many ms ago. */
  answer(entry: Entry | null, staleMs = 0): Answer {
    const asOf = staleMs === 0 ? undefined : new Date(this.#now().getTime() - staleMs);
    if (entry === null) return answerOf('ORDER_NOT_EXIST');
    const { paymentId, reference, amount, currency, authorisedAt } = entry.authorisation;
    return answerOf('SUCCESS', {
      paymentId,
      ...(reference === null ? {} : { paymentRequestId: reference }),
      paymentAmount: { value: amount.toString(), currency },
      paymentTime: walletTime(authorisedAt),
      paymentStatus: this.#statusOf(entry, asOf),
      transactions: this.#transactionsOf(entry, asOf),
    });
  }

  reset(): void {
    this.#byPaymentRequestId = new Map();
  }

  #statusOf({ authorisation, movements }: Entry, asOf?: Date): string {
    if (happenedBy(movements, asOf).length > 0) return 'SUCCESS';
    if (this.#captures.underWay(authorisation.paymentId, asOf).length > 0) return 'PROCESSING';
    return this.#now() >= authorisation.expiresAt ? 'FAIL' : 'AUTH_SUCCESS';
  }

  #transactionsOf(
    { authorisation: { paymentId, currency }, movements, undoing }: Entry,
    asOf?: Date,
  ): Transaction[] {
    const captured = happenedBy(movements, asOf);
    const ofHold = (transactionStatus: TransactionStatus) => (hold: Hold) =>
      transaction({
        id: hold.captureId,
        status: transactionStatus,
        amount: hold.amount,
        currency,
        at: hold.since,
      });
    return [
      ...captured.map(({ captureId, amount, at }) =>
        transaction({ id: captureId, status: 'SUCCESS', amount, currency, at }),
      ),
      ...this.#captures.underWay(paymentId, asOf).map(ofHold('PROCESSING')),
      ...this.#captures.failed(paymentId, asOf).map(ofHold('FAIL')),
      ...happenedBy(undoing === null ? [] : [undoing], asOf).flatMap(({ is, at }) =>
        captured.map(({ captureId, amount }) => ({
          ...transaction({ id: `${captureId}-B`, status: 'SUCCESS', amount, currency, at }),
          transactionType: is === 'refunded' ? ('REFUND' as const) : ('VOID' as const),
        })),
      ),
    ];
  }
}

type TransactionStatus = 'SUCCESS' | 'PROCESSING' | 'FAIL';

interface Transaction {
  readonly transactionId: string;
  readonly transactionType: 'CAPTURE' | 'REFUND' | 'VOID';
  readonly transactionStatus: TransactionStatus;
  readonly transactionAmount: { readonly value: string; readonly currency: string };
  readonly transactionTime: string;
}

function transaction(of: {
  readonly id: string;
  readonly status: TransactionStatus;
  readonly amount: bigint;
  readonly currency: string;
  readonly at: Date;
}): Transaction {
  return {
    transactionId: of.id,
    transactionType: 'CAPTURE',
    transactionStatus: of.status,
    transactionAmount: { value: of.amount.toString(), currency: of.currency },
    transactionTime: walletTime(of.at),
  };
}
