import type { Book, Entry, Movement } from './book.js';
import type { Hold } from './holds.js';
import { Holds } from './holds.js';
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
  /** Hears what a request came to once it was accepted; a refusal is not among that. */
  changed?(ask: Ask, change: Change<Answer>): void;
}

/** What became of a capture that was accepted. */
export interface Change<Answer> {
  readonly is: 'in_process' | 'captured' | 'failed';
  /** As its request would be answered now. */
  readonly answer: Answer;
  /** Minor units. */
  readonly amount: bigint;
  readonly at: Date;
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
  readonly #holds = new Holds<Ask>();
  /** By payment: how many requests wait to be executed late. */
  #putOffs = new Map<string, number>();
  #lastAsks = new Map<string, Ask>();

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
    this.#lastAsks.set(ask.paymentId, ask);
    const answer = await this.#carryOut(ask, plan);
    await this.#timers.wait(plan.holdMs);
    return answer;
  }

  #carryOut(ask: Ask, plan: Plan): Promise<Answer> {
    switch (plan.execution.is) {
      case 'now':
        return this.#worded(ask, plan, this.#execute(this.#begin(ask), plan.delayMs));
      case 'never':
        return this.#dismiss(ask, plan);
      case 'late':
        return this.#worded(ask, plan, this.#putOff(ask, plan.delayMs, plan.execution.afterMs));
      case 'in_process':
        return this.#process(ask, plan.delayMs, plan.execution);
    }
  }

  /** The captures of a payment that are under way, or were at a moment gone by. */
  underWay(paymentId: string, at?: Date): readonly Hold<Ask>[] {
    return this.#holds.underWay(paymentId, at);
  }

  /** The captures of a payment that were accepted as in process and came to nothing, by now or by a moment gone by. */
  failed(paymentId: string, at?: Date): readonly Hold<Ask>[] {
    return this.#holds.failed(paymentId, at);
  }

  /** Whether requests of a payment are under way or still to be executed: for ever, if one of them never ends. */
  openness(paymentId: string): 'closed' | 'open' | 'endless' {
    const holds = this.underWay(paymentId);
    if (holds.some(({ endless }) => endless)) return 'endless';
    return holds.length > 0 || (this.#putOffs.get(paymentId) ?? 0) > 0 ? 'open' : 'closed';
  }

  /** The last request for a payment. */
  lastAsk(paymentId: string): Ask | null {
    return this.#lastAsks.get(paymentId) ?? null;
  }

  /** Whether a request with an unused id would move the money now. */
  wouldMove(ask: Ask): boolean {
    const { paymentId } = ask;
    const amount = amountOf(ask, this.#book.find(paymentId), this.#now());
    return typeof amount === 'bigint' && !this.#hasMoved(paymentId) && this.underWay(paymentId).length === 0;
  }

  reset(): void {
    this.#holds.reset();
    this.#putOffs = new Map();
    this.#lastAsks = new Map();
  }

  async #dismiss(ask: Ask, { delayMs, wording }: Plan): Promise<Answer> {
    await this.#timers.wait(delayMs);
    return this.#rules.unexecuted(ask, wording, this.#now());
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
    this.#countPutOff(ask, 1);
    this.#timers.after(delayMs + afterMs, () => {
      this.#countPutOff(ask, -1);
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
    const begun = this.#begin(ask, endsAfterMs === null);
    if ('answer' in begun) return begun.answer;
    this.#rules.changed?.(ask, {
      is: 'in_process',
      answer: this.#rules.inProcess(ask),
      amount: begun.hold.amount,
      at: begun.hold.since,
    });
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
  async #worded(ask: Ask, { wording }: Plan, executed: Promise<Answer>): Promise<Answer> {
    const natural = await executed;
    return wording.is === 'unknown' ? this.#rules.unknown(ask) : natural;
  }

  #begin(ask: Ask, endless = false): Begun<Ask, Answer> {
    const known = this.#rules.recall(ask);
    return known === null ? this.#admit(ask, endless) : { answer: known };
  }

  /** All checks but that of the request id. What passes holds its payment until it is finished or has failed. */
  #admit(ask: Ask, endless = false): Begun<Ask, Answer> {
    const { paymentId } = ask;
    if (this.#holds.has(ask)) return { answer: this.#rules.inProcess(ask) };
    if (this.underWay(paymentId).length > 0 && !this.#book.permissive)
      return { answer: this.#rules.turnedAway(ask) };

    const amount = amountOf(ask, this.#book.find(paymentId), this.#now());
    if (typeof amount !== 'bigint') {
      return { answer: this.#rules.settle(ask, this.#rules.refused(ask, amount)) };
    }
    const hold = { ask, captureId: this.#rules.captureIdOf(ask), amount, since: this.#now(), endless };
    // Once money has moved, the book has the word at once; only an open authorisation can be held.
    if (this.#hasMoved(paymentId)) return { answer: this.#finish(hold) };
    this.#holds.add(hold);
    return { hold };
  }

  /**
   * Executes a request that was stuck on its way. It had passed the check of its request id when it got stuck, so what was answered
   * under that id since then doesn't stop it; only a capture under way under another id, and the book, do.
   */
  #executeLate(ask: Ask): void {
    const entry = this.#book.find(ask.paymentId);
    const held = this.underWay(ask.paymentId).length > 0;
    const amount = amountOf(ask, entry, this.#now());
    const moved = entry?.movements.some(({ requestId }) => requestId === ask.requestId) ?? false;
    if (held || moved || typeof amount !== 'bigint') return;
    const movement = this.#move(ask, amount, true);
    if (movement !== null) this.#succeed(ask, movement);
  }

  #finish(hold: Hold<Ask>): Answer {
    const { ask, amount } = hold;
    this.#holds.end(hold, { at: this.#now(), failed: false });
    const movement = this.#move(ask, amount, false);
    return movement === null
      ? this.#rules.settle(ask, this.#rules.collided(ask))
      : this.#succeed(ask, movement);
  }

  #succeed(ask: Ask, { at, amount }: Movement): Answer {
    const answer = this.#rules.settle(ask, this.#rules.captured(ask, at));
    this.#rules.changed?.(ask, { is: 'captured', answer, amount, at });
    return answer;
  }

  #move(ask: Ask, amount: bigint, late: boolean): Movement | null {
    const { paymentId, requestId } = ask;
    const captureId = this.#rules.captureIdOf(ask);
    return this.#book.capture({ paymentId, requestId, captureId, amount, at: this.#now(), late });
  }

  #fail(hold: Hold<Ask>): void {
    const { ask, amount } = hold;
    this.#holds.end(hold, { at: this.#now(), failed: true });
    const answer = this.#rules.settle(ask, this.#rules.failed(ask));
    this.#rules.changed?.(ask, { is: 'failed', answer, amount, at: this.#now() });
  }

  #hasMoved(paymentId: string): boolean {
    return (this.#book.find(paymentId)?.movements.length ?? 0) > 0;
  }

  #countPutOff({ paymentId }: Ask, more: 1 | -1): void {
    this.#putOffs.set(paymentId, (this.#putOffs.get(paymentId) ?? 0) + more);
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
