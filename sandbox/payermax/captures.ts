import { createHash } from 'node:crypto';
import type { Book, Entry } from '../book.js';
import { Captures } from '../captures.js';
import type { CaptureRules, Change, Obstacle } from '../captures.js';
import type { Plan, Wording } from '../plan.js';
import type { Director } from '../script.js';
import type { Words } from '../simulator.js';
import type { Delays } from '../timers.js';
import type { Word } from '../word.js';
import { wordsOf } from '../words.js';
import type { Answer } from './answer.js';
import { captureAnswer, refusal, scriptedRefusal } from './answer.js';
import type { CaptureError, Status } from './codes.js';
import { isStatus } from './codes.js';
import type { CaptureRequest } from './requests.js';

/**
 * What a repeated requestId gets. PayerMax's pages don't say, so the sandbox plays three providers:
 *
 * - `repeats`: what has become of the capture by now;
 * - `order_repeat`: ORDER_REPEAT, which tells nothing of it;
 * - `rejects`: an accepted capture with the status FAILED, although the first one may have moved the money. By its looks it can't be told
 *   from an honest failure.
 *
 * None of them moves money again.
 */
export const REPEAT_MODES = ['repeats', 'order_repeat', 'rejects'] as const;
export type RepeatMode = (typeof REPEAT_MODES)[number];

export interface CaptureParts {
  readonly book: Book;
  readonly timers: Delays;
  readonly now: () => Date;
  readonly repeatMode: RepeatMode;
  /** Hears of the end of each capture that was accepted. */
  readonly ended?: (end: CaptureEnd) => void;
}

export interface CaptureEnd {
  readonly request: CaptureRequest;
  readonly is: 'captured' | 'failed';
  /** What a callback tells. */
  readonly data: Data;
  /** What one would have told while it was in process. */
  readonly dataBefore: Data;
}

type Data = Readonly<Record<string, unknown>>;

/** PayerMax's captures: what all providers do alike, by PayerMax's rules. */
export class PayermaxCaptures {
  readonly #rules: PayermaxRules;
  readonly #captures: Captures<CaptureRequest, Answer>;
  readonly #now: () => Date;

  constructor(parts: CaptureParts) {
    this.#now = parts.now;
    this.#rules = new PayermaxRules({
      ...parts,
      isUnderWay: ({ paymentId, requestId }) =>
        this.#captures.underWay(paymentId).some(({ ask }) => ask.requestId === requestId),
    });
    this.#captures = new Captures(this.#rules, parts);
  }

  /** Does with a capture what the plan says, and gives the answer. Throws `Interrupted` if the sandbox is reset meanwhile. */
  capture(request: CaptureRequest, plan: Plan): Promise<Answer> {
    return this.#captures.capture(request, plan);
  }

  /** There is no inquiry about captures. */
  wordsOf(entry: Entry, director: Pick<Director, 'answersTrulyInTheEnd'>): Words {
    return wordsOf(
      entry,
      { captures: this.#captures, director, now: this.#now },
      { inquiry: () => 'nothing', repeat: (request) => this.#rules.repeat(request) },
    );
  }

  reset(): void {
    this.#captures.reset();
    this.#rules.reset();
  }
}

/**
 * PayerMax's rules of capturing.
 *
 * A requestId is used once a capture is accepted under it, whatever becomes of that; a refusal leaves it unused. It belongs to its
 * content: the same id with other content is refused.
 */
class PayermaxRules implements CaptureRules<CaptureRequest, Answer> {
  readonly #repeatMode: RepeatMode;
  readonly #now: () => Date;
  readonly #isUnderWay: (request: CaptureRequest) => boolean;
  readonly #ended: (end: CaptureEnd) => void;
  #remembered = new Map<string, Remembered>();

  constructor(parts: {
    readonly repeatMode: RepeatMode;
    readonly now: () => Date;
    readonly isUnderWay: (request: CaptureRequest) => boolean;
    readonly ended?: (end: CaptureEnd) => void;
  }) {
    this.#ended = parts.ended ?? (() => undefined);
    this.#repeatMode = parts.repeatMode;
    this.#now = parts.now;
    this.#isUnderWay = parts.isUnderWay;
  }

  recall(request: CaptureRequest): Answer | null {
    const content = contentOf(request);
    const known = this.#remembered.get(keyOf(request)) ?? { content, since: this.#now() };
    this.#remembered.set(keyOf(request), known);
    if (known.content !== content) {
      return refusal('PARAMS_INVALID', 'The requestId was used before, with other content.');
    }
    const result = known.result ?? (this.#isUnderWay(request) ? this.inProcess(request) : null);
    return result === null ? null : this.#repeated(request, result);
  }

  settle(request: CaptureRequest, result: Answer): Answer {
    const { content, since } = this.#remembered.get(keyOf(request)) ?? {
      content: contentOf(request),
      since: this.#now(),
    };
    const isAccepted = result.data !== null;
    if (isAccepted) this.#remembered.set(keyOf(request), { content, since, result });
    else this.#remembered.delete(keyOf(request));
    const status = result.data?.['status'];
    if (status === 'FAILED' || status === 'CLOSED') this.#tellEnd(request, 'failed', result);
    return result;
  }

  /** A failure was told when it was settled, like those that were no captures in process before. */
  changed(request: CaptureRequest, { is, answer }: Change<Answer>): void {
    if (is === 'captured') this.#tellEnd(request, is, answer);
  }

  /** What a repeat of the request would be told; null if its id has come to nothing yet. */
  repeat(request: CaptureRequest): Word | null {
    const status = this.#remembered.get(keyOf(request))?.result?.data?.['status'];
    const isOpen = this.#isUnderWay(request);
    if (status === undefined && !isOpen) return null;
    switch (this.#repeatMode) {
      case 'repeats':
        if (status === undefined) return 'in_process';
        return status === 'SUCCESS' ? 'captured' : 'failed';
      case 'order_repeat':
        return 'nothing';
      case 'rejects':
        return 'failed';
    }
  }

  /** A scripted failure is the end of its id like any other, unless the id has come to something already. */
  unexecuted(request: CaptureRequest, wording: Wording, now: Date): Answer {
    if (wording.is !== 'scripted') return this.unknown();
    const { resultCode, resultStatus } = wording;
    if (resultStatus === null || !isStatus(resultStatus)) return scriptedRefusal(resultCode);
    const errorCode = resultCode === 'APPLY_SUCCESS' ? null : resultCode;
    const answer = this.#answer(request, resultStatus, { errorCode, at: now });
    const open = this.#remembered.get(keyOf(request))?.result === undefined;
    const failed = resultStatus === 'FAILED' || resultStatus === 'CLOSED';
    return open && failed ? this.settle(request, answer) : answer;
  }

  captured(request: CaptureRequest, at: Date): Answer {
    return this.#answer(request, 'SUCCESS', { at });
  }

  refused(request: CaptureRequest, obstacle: Obstacle): Answer {
    switch (obstacle) {
      case 'not_authorised':
        return refusal('ORDER_NOT_EXIST');
      case 'other_currency':
        return refusal('CURRENCY_INVALID');
      case 'above_authorised':
        return refusal('AMOUNT_LIMIT', 'It is above the authorised one.');
      case 'expired':
        return this.#failure(request, 'AUTHORIZATION_EXPIRED');
    }
  }

  collided(request: CaptureRequest): Answer {
    return this.#failure(request, 'AUTHORIZATION_CAPTURED');
  }

  turnedAway(request: CaptureRequest): Answer {
    return this.settle(request, this.#failure(request, 'AUTHORIZATION_BUSY'));
  }

  inProcess(request: CaptureRequest): Answer {
    return this.#answer(request, 'PENDING', { at: this.#now() });
  }

  failed(request: CaptureRequest): Answer {
    return this.#failure(request, 'PAYMENT_FAILED');
  }

  unknown(): Answer {
    return refusal('SYSTEM_ERROR');
  }

  captureIdOf({ paymentId, requestId }: CaptureRequest): string {
    return captureNoOf([paymentId, requestId]);
  }

  reset(): void {
    this.#remembered = new Map();
  }

  #tellEnd(request: CaptureRequest, is: CaptureEnd['is'], { data }: Answer): void {
    this.#ended({ request, is, data: data ?? {}, dataBefore: this.inProcess(request).data ?? {} });
  }

  #repeated(request: CaptureRequest, result: Answer): Answer {
    switch (this.#repeatMode) {
      case 'repeats':
        return result;
      case 'order_repeat':
        return refusal('ORDER_REPEAT');
      case 'rejects':
        return this.#rejected(request);
    }
  }

  /** A capture of its own, as far as the answer tells: begun now, and failed. */
  #rejected(request: CaptureRequest): Answer {
    const now = this.#now();
    const { paymentId, requestId } = request;
    const captureNo = captureNoOf([paymentId, requestId, 'rejected']);
    const ends = { status: 'FAILED', endedAt: now, errorCode: 'PAYMENT_FAILED' } as const;
    return captureAnswer({ ...request, captureNo, createdAt: now, ...ends });
  }

  #failure(request: CaptureRequest, errorCode: CaptureError): Answer {
    return this.#answer(request, 'FAILED', { errorCode, at: this.#now() });
  }

  #answer(
    request: CaptureRequest,
    status: Status,
    { at, errorCode = null }: { readonly at: Date; readonly errorCode?: string | null },
  ): Answer {
    return captureAnswer({
      ...request,
      captureNo: this.captureIdOf(request),
      createdAt: this.#remembered.get(keyOf(request))?.since ?? at,
      status,
      endedAt: status === 'PENDING' ? null : at,
      errorCode,
    });
  }
}

interface Remembered {
  readonly content: string;
  /** When it was first asked for. */
  readonly since: Date;
  /** What became of the capture, once that is known. */
  readonly result?: Answer;
}

function captureNoOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32).toUpperCase();
}

function keyOf({ merchant, requestId }: CaptureRequest): string {
  return JSON.stringify([merchant, requestId]);
}

/** What must not differ between two requests of one id. An outTradeNo is the same in capitals. */
function contentOf({ outTradeNo, amount: { value, currency } }: CaptureRequest): string {
  return JSON.stringify([outTradeNo.toLowerCase(), value.toString(), currency]);
}
