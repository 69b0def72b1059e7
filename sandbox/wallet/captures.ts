import { createHash } from 'node:crypto';
import type { Book, Entry, Movement } from '../book.js';
import type { Plan } from '../plan.js';
import type { Delays } from '../timers.js';
import type { Answer } from './answer.js';
import { answerOf, worded } from './answer.js';
import { codeEntry } from './codes.js';
import type { CaptureRequest } from './requests.js';
import { walletTime } from './time.js';

/**
 * The wallet's rules of capturing.
 *
 * A request id belongs to its content: the same id with other content is refused. An id that has reached S or F gets the same result
 * for ever; U settles nothing. While one capture of a payment is under way, others of it are turned away, and a repeat of its own id is
 * told that it is in process. An authorisation is captured once, for all or part of its amount, before it expires.
 *
 * In permissive mode only the request id protects a payment: other ids are neither turned away nor refused, and move the money again.
 */
export class WalletCaptures {
  readonly #book: Book;
  readonly #timers: Delays;
  readonly #now: () => Date;
  #remembered = new Map<string, Remembered>();
  #underWay = new Map<string, Map<string, Hold>>();
  #failed = new Map<string, Hold[]>();

  constructor(parts: { readonly book: Book; readonly timers: Delays; readonly now: () => Date }) {
    this.#book = parts.book;
    this.#timers = parts.timers;
    this.#now = parts.now;
  }

  /** Does with a capture what the plan says, and gives the answer. Throws `Interrupted` if the sandbox is reset meanwhile. */
  async capture(request: CaptureRequest, plan: Plan): Promise<Answer> {
    this.#book.asked(request.paymentId, request.captureRequestId);
    switch (plan.execution.is) {
      case 'now':
        return worded(plan.wording, await this.#execute(request, plan.delayMs));
      case 'never':
        await this.#timers.wait(plan.delayMs);
        return this.#answerUnexecuted(request, plan);
      case 'late':
        return worded(plan.wording, await this.#putOff(request, plan.delayMs, plan.execution.afterMs));
      case 'in_process':
        return this.#process(request, plan.delayMs, plan.execution);
    }
  }

  /** The captures of a payment that are under way. */
  underWay(paymentId: string): readonly Hold[] {
    return [...(this.#underWay.get(paymentId)?.values() ?? [])];
  }

  /** The captures of a payment that were accepted as in process and came to nothing. */
  failed(paymentId: string): readonly Hold[] {
    return this.#failed.get(paymentId) ?? [];
  }

  reset(): void {
    this.#remembered = new Map();
    this.#underWay = new Map();
    this.#failed = new Map();
  }

  async #execute(request: CaptureRequest, delayMs: number): Promise<Answer> {
    const begun = this.#begin(request);
    await this.#timers.wait(delayMs);
    return 'answer' in begun ? begun.answer : this.#finish(begun.hold);
  }

  /**
   * Executes a request later. Only one that could move the money now can be late about it: a double capture, or a repeat, has its end
   * at once.
   */
  async #putOff(request: CaptureRequest, delayMs: number, afterMs: number): Promise<Answer> {
    const hasItsEnd = this.#hasMoved(request.paymentId) || this.#recall(request) !== null;
    if (hasItsEnd) return this.#execute(request, delayMs);
    this.#timers.after(delayMs + afterMs, () => {
      this.#executeLate(request);
    });
    await this.#timers.wait(delayMs);
    return answerOf('UNKNOWN_EXCEPTION');
  }

  async #process(
    request: CaptureRequest,
    delayMs: number,
    { moved, endsAfterMs }: { readonly moved: boolean; readonly endsAfterMs: number | null },
  ): Promise<Answer> {
    const begun = this.#begin(request);
    if ('answer' in begun) return begun.answer;
    if (endsAfterMs !== null) {
      this.#timers.after(delayMs + endsAfterMs, () => {
        if (moved) this.#finish(begun.hold);
        else this.#fail(begun.hold);
      });
    }
    await this.#timers.wait(delayMs);
    return answerOf('CAPTURE_IN_PROCESS');
  }

  /** A scripted refusal is the end of its request id like any other, unless the id has a result already. */
  #answerUnexecuted(request: CaptureRequest, plan: Plan): Answer {
    const answer = worded(plan.wording, answerOf('UNKNOWN_EXCEPTION'));
    if (answer.resultStatus === 'S') return worded(plan.wording, this.#success(request, this.#now()));
    const open = this.#remembered.get(keyOf(request))?.result === undefined;
    const refused = answer.resultStatus === 'F' && codeEntry(answer.resultCode)?.settles === true;
    if (open && refused) this.#settle(request, answer);
    return answer;
  }

  /** All checks of the wallet but the gate's. What passes holds its payment until it is finished or has failed. */
  #begin(request: CaptureRequest): { readonly hold: Hold } | { readonly answer: Answer } {
    const { paymentId, captureRequestId } = request;
    const known = this.#recall(request);
    if (known !== null) return { answer: known };

    const holds = this.#underWay.get(paymentId) ?? new Map<string, Hold>();
    if (holds.has(captureRequestId)) return { answer: answerOf('CAPTURE_IN_PROCESS') };
    if (holds.size > 0 && !this.#book.permissive)
      return { answer: answerOf('MUTEX_OPERATION_IN_PROCESSING') };

    const judged = judge(request, this.#book.find(paymentId), this.#now());
    if (typeof judged !== 'bigint') return { answer: this.#settle(request, judged) };
    const hold = { request, amount: judged, since: this.#now() };
    // Once money has moved, the book has the word at once; only an open authorisation can be held.
    if (this.#hasMoved(paymentId)) return { answer: this.#finish(hold) };
    this.#underWay.set(paymentId, holds.set(captureRequestId, hold));
    return { hold };
  }

  /**
   * Executes a request that was stuck on its way. It had passed the check of its request id when it got stuck, so what was answered
   * under that id since then doesn't stop it; only a capture under way under another id, and the book, do.
   */
  #executeLate(request: CaptureRequest): void {
    const held = this.#underWay.has(request.paymentId);
    const amount = judge(request, this.#book.find(request.paymentId), this.#now());
    if (held || typeof amount !== 'bigint') return;
    const movement = this.#move(request, amount, true);
    if (movement !== null) this.#settle(request, this.#success(request, movement.at));
  }

  #finish({ request, amount }: Hold): Answer {
    this.#release(request);
    const movement = this.#move(request, amount, false);
    const result = movement === null ? answerOf('ORDER_STATUS_INVALID') : this.#success(request, movement.at);
    return this.#settle(request, result);
  }

  #move(request: CaptureRequest, amount: bigint, late: boolean): Movement | null {
    return this.#book.capture({
      paymentId: request.paymentId,
      requestId: request.captureRequestId,
      captureId: captureIdOf(request),
      amount,
      at: this.#now(),
      late,
    });
  }

  #fail(hold: Hold): void {
    this.#release(hold.request);
    const { paymentId } = hold.request;
    this.#failed.set(paymentId, [...(this.#failed.get(paymentId) ?? []), hold]);
    this.#settle(hold.request, answerOf('PROCESS_FAIL'));
  }

  #hasMoved(paymentId: string): boolean {
    return (this.#book.find(paymentId)?.movements.length ?? 0) > 0;
  }

  #release({ paymentId, captureRequestId }: CaptureRequest): void {
    const holds = this.#underWay.get(paymentId);
    holds?.delete(captureRequestId);
    if (holds?.size === 0) this.#underWay.delete(paymentId);
  }

  /** What the request's id has come to: its result, or a refusal of other content. Null if it is open; its content is then fixed. */
  #recall(request: CaptureRequest): Answer | null {
    const content = contentOf(request);
    const known = this.#remembered.get(keyOf(request)) ?? { content };
    this.#remembered.set(keyOf(request), known);
    return known.content === content ? (known.result ?? null) : answerOf('REPEAT_REQ_INCONSISTENT');
  }

  #settle(request: CaptureRequest, result: Answer): Answer {
    const content = this.#remembered.get(keyOf(request))?.content ?? contentOf(request);
    this.#remembered.set(keyOf(request), { content, result });
    return result;
  }

  #success(request: CaptureRequest, at: Date): Answer {
    return answerOf('SUCCESS', {
      captureRequestId: request.captureRequestId,
      captureId: captureIdOf(request),
      captureTime: walletTime(at),
    });
  }
}

/** A capture that holds its payment. */
export interface Hold {
  readonly request: CaptureRequest;
  /** Minor units. */
  readonly amount: bigint;
  readonly since: Date;
}

interface Remembered {
  readonly content: string;
  readonly result?: Answer;
}

/** The amount to capture in minor units, or the refusal. */
function judge(request: CaptureRequest, entry: Entry | null, now: Date): bigint | Answer {
  if (entry?.authorisation.clientId !== request.clientId) return answerOf('AUTH_NOT_FOUND');
  const { amount, currency, expiresAt } = entry.authorisation;
  if (now >= expiresAt) return answerOf('AUTH_EXPIRED');
  if (request.amount === null) return amount;
  if (request.amount.currency !== currency) return answerOf('CURRENCY_NOT_SUPPORT');
  if (request.amount.value > amount) return answerOf('CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT');
  return request.amount.value;
}

/** The wallet's id of a capture: the same for the same request, so that a run can be repeated. */
export function captureIdOf({ paymentId, captureRequestId }: CaptureRequest): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([paymentId, captureRequestId]))
    .digest('hex');
  return `CAP${digest.slice(0, 29)}`;
}

function keyOf({ clientId, captureRequestId }: CaptureRequest): string {
  return JSON.stringify([clientId, captureRequestId]);
}

/** What must not differ between two requests of one id. */
function contentOf({ paymentId, amount, extendInfo }: CaptureRequest): string {
  return JSON.stringify([paymentId, amount?.value.toString() ?? null, amount?.currency ?? null, extendInfo]);
}
