import type { Book, Entry, Movement } from './book.js';
import type { Plan, Wording } from './plan.js';
import type { Delays } from './timers.js';

/** A capture that some provider was asked for, well-formed. */
export interface CaptureAsk {
  readonly merchant: string;
  readonly paymentId: string;
  readonly requestId: string;
  /** Minor units. Null asks for the whole authorised amount. */
  readonly amount: { readonly value: bigint; readonly currency: string } | null;
}

/** Why an authorisation can't be captured as asked. */
export type Obstacle = 'not_authorised' | 'expired' | 'other_currency' | 'above_authorised';

/** What differs between the providers: how a request id is remembered, and how an outcome is worded. */
export interface CaptureRules<Ask extends CaptureAsk, Answer extends object> {
  /** The answer that the request's id alone decides, or null: then the capture is judged. Asked once for each request to be executed. */
  recall(ask: Ask): Answer | null;
  /** Notes what a request came to, then or later, and gives it back. */
  settle(ask: Ask, result: Answer): Answer;
  /** The answer to a request that is not executed, as the script words it. */
  unexecuted(ask: Ask, wording: Wording, now: Date): Answer;
  captured(ask: Ask, at: Date): Answer;
  refused(ask: Ask, obstacle: Obstacle): Answer;
  /** Money has moved under another request id. */
  collided(ask: Ask): Answer;
  /** A capture under another request id is under way. */
  turnedAway(ask: Ask): Answer;
  /** The capture itself is under way. */
  inProcess(ask: Ask): Answer;
  /** The capture was in process and came to nothing. */
  failed(ask: Ask): Answer;
  unknown(ask: Ask): Answer;
  /** The provider's id of the capture: the same for the same request, so that a run can be repeated. */
  captureIdOf(ask: Ask): string;
}

/** A capture that holds its payment. */
export interface Hold<Ask extends CaptureAsk = CaptureAsk> {
  readonly ask: Ask;
  readonly captureId: string;
  /** Minor units. */
  readonly amount: bigint;
  readonly since: Date;
}

type Begun<Ask extends CaptureAsk, Answer> = { readonly hold: Hold<Ask> } | { readonly answer: Answer };

/**
 * What all providers do alike with a capture. An authorisation is captured once, for all or part of its amount, before it expires. While
 * one capture of a payment is under way, others of it are turned away.
 *
 * In permissive mode only the request id protects a payment: other ids are neither turned away nor refused, and move the money again.
 */
export class Captures<Ask extends CaptureAsk, Answer extends object> {
  readonly #rules: CaptureRules<Ask, Answer>;
  readonly #book: Book;
  readonly #timers: Delays;
  readonly #now: () => Date;
  #underWay = new Map<string, Map<string, Hold<Ask>>>();
  #failed = new Map<string, Hold<Ask>[]>();

  constructor(
    rules: CaptureRules<Ask, Answer>,
    parts: { readonly book: Book; readonly timers: Delays; readonly now: () => Date },
  ) {
    this.#rules = rules;
    this.#book = parts.book;
    this.#timers = parts.timers;
    this.#now = parts.now;
  }

  /** Does with a capture what the plan says, and gives the answer. Throws `Interrupted` if the sandbox is reset meanwhile. */
  async capture(ask: Ask, plan: Plan): Promise<Answer> {
    this.#book.asked(ask.paymentId, ask.requestId);
    switch (plan.execution.is) {
      case 'now':
        return this.#worded(ask, plan, await this.#execute(this.#begin(ask), plan.delayMs));
      case 'never':
        await this.#timers.wait(plan.delayMs);
        return this.#rules.unexecuted(ask, plan.wording, this.#now());
      case 'late':
        return this.#worded(ask, plan, await this.#putOff(ask, plan.delayMs, plan.execution.afterMs));
      case 'in_process':
        return this.#process(ask, plan.delayMs, plan.execution);
    }
  }

  /** The captures of a payment that are under way. */
  underWay(paymentId: string): readonly Hold<Ask>[] {
    return [...(this.#underWay.get(paymentId)?.values() ?? [])];
  }

  /** The captures of a payment that were accepted as in process and came to nothing. */
  failed(paymentId: string): readonly Hold<Ask>[] {
    return this.#failed.get(paymentId) ?? [];
  }

  reset(): void {
    this.#underWay = new Map();
    this.#failed = new Map();
  }

  async #execute(begun: Begun<Ask, Answer>, delayMs: number): Promise<Answer> {
    await this.#timers.wait(delayMs);
    return 'answer' in begun ? begun.answer : this.#finish(begun.hold);
  }

  /**
   * Executes a request later. Only one that could move the money now can be late about it: a double capture, or a repeat, has its end
   * at once.
   */
  async #putOff(ask: Ask, delayMs: number, afterMs: number): Promise<Answer> {
    const known = this.#rules.recall(ask);
    if (known !== null) return this.#execute({ answer: known }, delayMs);
    if (this.#hasMoved(ask.paymentId)) return this.#execute(this.#admit(ask), delayMs);
    this.#timers.after(delayMs + afterMs, () => {
      this.#executeLate(ask);
    });
    await this.#timers.wait(delayMs);
    return this.#rules.unknown(ask);
  }

  async #process(
    ask: Ask,
    delayMs: number,
    { moved, endsAfterMs }: { readonly moved: boolean; readonly endsAfterMs: number | null },
  ): Promise<Answer> {
    const begun = this.#begin(ask);
    if ('answer' in begun) return begun.answer;
    if (endsAfterMs !== null) {
      this.#timers.after(delayMs + endsAfterMs, () => {
        if (moved) this.#finish(begun.hold);
        else this.#fail(begun.hold);
      });
    }
    await this.#timers.wait(delayMs);
    return this.#rules.inProcess(ask);
  }

  /** A script that gives its answer a code of its own executes nothing, so all that is left here is to say nothing of the outcome. */
  #worded(ask: Ask, { wording }: Plan, natural: Answer): Answer {
    return wording.is === 'unknown' ? this.#rules.unknown(ask) : natural;
  }

  #begin(ask: Ask): Begun<Ask, Answer> {
    const known = this.#rules.recall(ask);
    return known === null ? this.#admit(ask) : { answer: known };
  }

  /** All checks but that of the request id. What passes holds its payment until it is finished or has failed. */
  #admit(ask: Ask): Begun<Ask, Answer> {
    const { paymentId, requestId } = ask;
    const holds = this.#underWay.get(paymentId) ?? new Map<string, Hold<Ask>>();
    if (holds.has(requestId)) return { answer: this.#rules.inProcess(ask) };
    if (holds.size > 0 && !this.#book.permissive) return { answer: this.#rules.turnedAway(ask) };

    const amount = amountOf(ask, this.#book.find(paymentId), this.#now());
    if (typeof amount !== 'bigint') {
      return { answer: this.#rules.settle(ask, this.#rules.refused(ask, amount)) };
    }
    const hold = { ask, captureId: this.#rules.captureIdOf(ask), amount, since: this.#now() };
    // Once money has moved, the book has the word at once; only an open authorisation can be held.
    if (this.#hasMoved(paymentId)) return { answer: this.#finish(hold) };
    this.#underWay.set(paymentId, holds.set(requestId, hold));
    return { hold };
  }

  /**
   * Executes a request that was stuck on its way. It had passed the check of its request id when it got stuck, so what was answered
   * under that id since then doesn't stop it; only a capture under way under another id, and the book, do.
   */
  #executeLate(ask: Ask): void {
    const held = this.#underWay.has(ask.paymentId);
    const amount = amountOf(ask, this.#book.find(ask.paymentId), this.#now());
    if (held || typeof amount !== 'bigint') return;
    const movement = this.#move(ask, amount, true);
    if (movement !== null) this.#rules.settle(ask, this.#rules.captured(ask, movement.at));
  }

  #finish({ ask, amount }: Hold<Ask>): Answer {
    this.#release(ask);
    const movement = this.#move(ask, amount, false);
    const result = movement === null ? this.#rules.collided(ask) : this.#rules.captured(ask, movement.at);
    return this.#rules.settle(ask, result);
  }

  #move(ask: Ask, amount: bigint, late: boolean): Movement | null {
    const { paymentId, requestId } = ask;
    const captureId = this.#rules.captureIdOf(ask);
    return this.#book.capture({ paymentId, requestId, captureId, amount, at: this.#now(), late });
  }

  #fail(hold: Hold<Ask>): void {
    this.#release(hold.ask);
    const { paymentId } = hold.ask;
    this.#failed.set(paymentId, [...this.failed(paymentId), hold]);
    this.#rules.settle(hold.ask, this.#rules.failed(hold.ask));
  }

  #hasMoved(paymentId: string): boolean {
    return (this.#book.find(paymentId)?.movements.length ?? 0) > 0;
  }

  #release({ paymentId, requestId }: Ask): void {
    const holds = this.#underWay.get(paymentId);
    holds?.delete(requestId);
    if (holds?.size === 0) this.#underWay.delete(paymentId);
  }
}

/** The amount to capture in minor units, or why not. */
function amountOf(ask: CaptureAsk, entry: Entry | null, now: Date): bigint | Obstacle {
  if (entry?.authorisation.merchant !== ask.merchant) return 'not_authorised';
  const { amount, currency, expiresAt } = entry.authorisation;
  if (now >= expiresAt) return 'expired';
  if (ask.amount === null) return amount;
  if (ask.amount.currency !== currency) return 'other_currency';
  return ask.amount.value > amount ? 'above_authorised' : ask.amount.value;
}
