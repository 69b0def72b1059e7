import type { FastifyInstance } from 'fastify';
import type { Authorisation, Entry, Undone } from '../book.js';
import type { Scenario } from '../scenario.js';
import type { Scripts } from '../script.js';
import type { Common, NamedPayment, Shared, Simulator, Words } from '../simulator.js';
import { commonOf, undoLater } from '../simulator.js';
import { DAY } from '../time-spans.js';
import type { CaptureEnd } from './captures.js';
import { PayermaxCaptures } from './captures.js';
import { isRefusalCode, isStatus, STATUSES, USUAL_DECLINES } from './codes.js';
import type { PayermaxCredentials } from './credentials.js';
import { Gate } from './gate.js';
import { PAYERMAX_POST, PayermaxLetters } from './letters.js';
import { Mailroom } from './mailroom.js';
import { Orders } from './orders.js';
import { payermaxRoutes } from './routes.js';

/** The simulated PayerMax, put together. */
export class Payermax implements Simulator {
  readonly name = 'payermax';
  readonly common: Common;
  readonly authorisationLifeMs = 7 * DAY;
  readonly usualDeclines = USUAL_DECLINES;
  readonly #captures: PayermaxCaptures;
  readonly #orders: Orders;
  readonly #gate: Gate;
  readonly #mailroom: Mailroom;
  readonly #letters: PayermaxLetters;
  readonly #merchantNos: ReadonlySet<string>;

  constructor(credentials: PayermaxCredentials, shared: Shared) {
    this.common = commonOf(shared, {
      ...{ usual: USUAL_DECLINES, knows: isRefusalCode },
      ...{ provider: this.name, postalRules: PAYERMAX_POST },
    });
    const { book, now } = this.common;
    this.#orders = new Orders(book);
    this.#captures = new PayermaxCaptures({
      ...{ ...this.common, repeatMode: credentials.repeatMode },
      ended: (end) => {
        this.#ended(end);
      },
    });
    this.#gate = new Gate({ ...credentials, now });
    this.#mailroom = new Mailroom(credentials);
    this.#letters = new PayermaxLetters({ ...credentials, now });
    this.#merchantNos = new Set(credentials.apps.map(({ merchantNo }) => merchantNo));
  }

  knowsMerchant(merchantNo: string): boolean {
    return this.#merchantNos.has(merchantNo);
  }

  problemOf(scenario: Scenario): string | null {
    if (scenario.kind !== 'answer') return null;
    const { resultCode, resultStatus } = scenario;
    if (resultStatus === undefined) {
      return isRefusalCode(resultCode)
        ? null
        : // APPLY_SUCCESS too says nothing by itself.
          `PayerMax refuses nothing with ${resultCode}: give its resultStatus, or correct it`;
    }
    return isStatus(resultStatus)
      ? null
      : `PayerMax has no status ${resultStatus}, only ${STATUSES.join(', ')}`;
  }

  nameOf(payment: NamedPayment): { readonly name: string } | { readonly problem: string } {
    return this.#orders.nameOf(payment);
  }

  /** Throws `RangeError` also for an outTradeNo that is malformed or taken. */
  authorise(authorisation: Authorisation, scripts: Scripts): void {
    const named = this.nameOf(authorisation);
    if ('problem' in named) throw new RangeError(`payment ${authorisation.paymentId}: ${named.problem}`);
    this.common.book.authorise(authorisation);
    this.common.director.assign(authorisation.paymentId, scripts);
    this.#orders.add(authorisation);
  }

  undo(paymentId: string, is: Undone): boolean {
    const { book, courier, now } = this.common;
    const entry = book.find(paymentId);
    if (entry === null || !book.undo(paymentId, { is, at: now() })) return false;
    courier.tell(entry.authorisation, [this.#letters.ofUndoing(entry.authorisation, is)]);
    return true;
  }

  wordsOf(entry: Entry): Words {
    return this.#captures.wordsOf(entry, this.common.director);
  }

  routes(app: FastifyInstance): void {
    payermaxRoutes(app, {
      ...this.common,
      gate: this.#gate,
      mailroom: this.#mailroom,
      captures: this.#captures,
      orders: this.#orders,
    });
  }

  reset(): void {
    this.#captures.reset();
    this.#orders.reset();
  }

  /** Calls back about each end, also one that the answer told. */
  #ended({ request: { paymentId }, is, data, dataBefore }: CaptureEnd): void {
    const { book, courier } = this.common;
    const authorisation = book.find(paymentId)?.authorisation;
    if (authorisation === undefined) return;
    courier.tellEnd(authorisation, is, (says) => [
      this.#letters.ofCapture(authorisation.merchant, says === is ? data : dataBefore, says),
    ]);
    if (is === 'captured') undoLater(this, paymentId);
  }
}
