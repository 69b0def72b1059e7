import type { Book } from '../book.js';
import type { CaptureRules, Captures, Change, Obstacle } from '../captures.js';
import type { Wording } from '../plan.js';
import type { Word } from '../word.js';
import type { Answer } from './answer.js';
import { amountMembers, orderIdOf, refusal, success, worded } from './answer.js';
import type { Code } from './codes.js';
import { BURNING } from './codes.js';
import { amountOf } from './money.js';
import type { CaptureRequest } from './requests.js';

export type YabandPayCaptures = Captures<CaptureRequest, Answer>;

/**
 * YabandPay's rules of capturing.
 *
 * A request id is used up by the first well-formed request that is judged under it, whatever it comes to; every other one under it is
 * refused, and not told what became of the first. Captures have no id of their own: the order's stands for it.
 */
export class YabandPayRules implements CaptureRules<CaptureRequest, Answer> {
  readonly changed: (request: CaptureRequest, change: Change<Answer>) => void;
  readonly #book: Book;
  #usedUp = new Set<string>();

  /** `changed` hears what becomes of captures that are accepted. */
  constructor(parts: {
    readonly book: Book;
    readonly changed?: (request: CaptureRequest, change: Change<Answer>) => void;
  }) {
    this.#book = parts.book;
    this.changed = parts.changed ?? (() => undefined);
  }

  recall(request: CaptureRequest): Answer | null {
    if (this.#usedUp.has(keyOf(request))) return refusal('-4118', 'It was used before.');
    this.#usedUp.add(keyOf(request));
    return null;
  }

  /** A repeat of an id that is used up is told nothing; null if it isn't. */
  repeat(request: CaptureRequest): Word | null {
    return this.#usedUp.has(keyOf(request)) ? 'nothing' : null;
  }

  settle(_request: CaptureRequest, result: Answer): Answer {
    return result;
  }

  /** A scripted answer that only a judged request can get uses up the request id like any other. */
  unexecuted(request: CaptureRequest, wording: Wording): Answer {
    if (wording.is !== 'scripted') return this.unknown();
    if (BURNING.has(wording.resultCode)) this.#usedUp.add(keyOf(request));
    return worded(wording, (state) => this.#accepted(request, state ?? 'paid'));
  }

  captured(request: CaptureRequest): Answer {
    return this.#accepted(request, 'paid');
  }

  refused(_request: CaptureRequest, obstacle: Obstacle): Answer {
    return refusal(REFUSALS[obstacle]);
  }

  collided(): Answer {
    return refusal('-4024', 'It is captured already.');
  }

  turnedAway(): Answer {
    return refusal('-4024', 'It is being captured.');
  }

  inProcess(request: CaptureRequest): Answer {
    return this.#accepted(request, 'processing');
  }

  failed(request: CaptureRequest): Answer {
    return this.#accepted(request, 'failed');
  }

  unknown(): Answer {
    return refusal('-1000');
  }

  captureIdOf({ paymentId }: CaptureRequest): string {
    const reference = this.#book.find(paymentId)?.authorisation.reference ?? null;
    return orderIdOf({ paymentId, reference });
  }

  reset(): void {
    this.#usedUp = new Set();
  }

  #accepted(request: CaptureRequest, state: string): Answer {
    const { value, currency } = request.amount;
    return success({
      order_id: this.captureIdOf(request),
      trade_id: request.paymentId,
      ...amountMembers(amountOf(value, currency), currency),
      state,
    });
  }
}

const REFUSALS = {
  not_authorised: '-4024',
  expired: '-4089',
  other_currency: '-4085',
  above_authorised: '-4084',
} as const satisfies Readonly<Record<Obstacle, Code>>;

function keyOf({ merchant, requestId }: CaptureRequest): string {
  return JSON.stringify([merchant, requestId]);
}
