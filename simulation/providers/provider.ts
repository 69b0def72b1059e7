import type { ProviderName } from '../../src/capture/capture.js';
import type { Finding } from '../../src/capture/evidence.js';
import type { Money } from '../../src/capture/money.js';
import type { Draws } from '../draw.js';
import type { ProviderPlan, Step } from '../plan.js';
import { SCALE } from '../plan.js';
import type { Timeline } from '../timeline.js';
import type { Book } from './book.js';

/**
 * A provider, as its contract has it: it executes requests, now or later, remembers request ids or doesn't, and shows a payment as it was a
 * while ago. Its book moves money whenever a request is executed.
 *
 * It shows honestly what is under way: a payment whose capture was accepted, and isn't decided, is shown as in process.
 */
export interface Provider {
  /** Whether the next request for the payment never leaves its sender. */
  isUnreachable(paymentId: string): boolean;
  /** A request has arrived: what the provider answers, or null if no answer ever leaves. */
  receive(request: Request): Finding | null;
  /** What an inquiry that arrives now is told. */
  show(paymentId: string): Finding;
  /** Whether any request for the payment may still move money. */
  isOpen(paymentId: string): boolean;
}

export interface Request {
  readonly paymentId: string;
  readonly requestId: string;
  readonly money: Money;
  /** The latest moment at which it can be executed, in ms. */
  readonly untilMs: number;
}

export interface ProviderOptions {
  readonly name: ProviderName;
  readonly rules: ProviderPlan;
  readonly book: Book;
  readonly timeline: Timeline;
  readonly draws: Draws;
  readonly epochMs: number;
  /** What becomes of the first, the second, … request for a payment. */
  readonly stepsOf: (paymentId: string) => readonly Step[];
  /** Hears what each request was told, or null if it was told nothing. */
  readonly answered: (paymentId: string, finding: Finding | null) => void;
  /** Hears how a request ended that was accepted or executed. */
  readonly ended: (paymentId: string, requestId: string, is: 'captured' | 'failed') => void;
}

/** How a payment looks from outside. */
type Look = 'authorised' | 'in_process' | 'captured' | 'declined';

interface Standing {
  /** Each change of how it looks, and when. */
  readonly looks: { readonly atMs: number; readonly look: Look }[];
  readonly results: Map<string, 'captured' | 'failed' | 'accepted' | 'burnt'>;
  requests: number;
  /** Requests that will be executed later. */
  waiting: number;
}

const ACCEPTED_MS = 40_000;

export function createProvider(options: ProviderOptions): Provider {
  const { name, rules, book, timeline, draws, epochMs, stepsOf, answered, ended } = options;
  const standings = new Map<string, Standing>();
  const remembers = rules.remembers || name === 'payermax';

  function standingOf(paymentId: string): Standing {
    let standing = standings.get(paymentId);
    if (standing === undefined) {
      const before = book.payments.get(paymentId)?.capturedBefore === true;
      const look = before ? 'captured' : 'authorised';
      standing = { looks: [{ atMs: -Infinity, look }], results: new Map(), requests: 0, waiting: 0 };
      standings.set(paymentId, standing);
    }
    return standing;
  }

  function captured({ money, requestId }: Request): Finding {
    return {
      is: 'captured',
      money,
      requestId,
      providerCaptureId: `capture of ${requestId}`,
      capturedAt: new Date(epochMs + Math.floor(timeline.now)),
    };
  }

  function execute(request: Request, standing: Standing): Finding {
    const { paymentId, requestId, money } = request;
    book.move(paymentId, { requestId, money, atMs: timeline.now });
    standing.looks.push({ atMs: timeline.now, look: 'captured' });
    standing.results.set(requestId, 'captured');
    ended(paymentId, requestId, 'captured');
    return captured(request);
  }

  function accept(request: Request, standing: Standing, succeeds: boolean, isSeen = true): Finding {
    const { paymentId, requestId } = request;
    if (isSeen) standing.looks.push({ atMs: timeline.now, look: 'in_process' });
    standing.results.set(requestId, 'accepted');
    standing.waiting += 1;
    timeline.after(ACCEPTED_MS * draws.number(`${name} accepted`), () => {
      standing.waiting -= 1;
      if (succeeds) {
        execute(request, standing);
        return;
      }
      standing.looks.push({ atMs: timeline.now, look: 'declined' });
      standing.results.set(requestId, 'failed');
      ended(paymentId, requestId, 'failed');
    });
    return { is: 'in_process' };
  }

  function executeLate(request: Request, standing: Standing): Finding {
    standing.waiting += 1;
    const waitMs = Math.max(0, request.untilMs - timeline.now) * draws.number(`${name} late`);
    timeline.after(waitMs, () => {
      standing.waiting -= 1;
      execute(request, standing);
    });
    return { is: 'unknown' };
  }

  /** What a request id that is known is told; null if it isn't. */
  function recalled(request: Request, standing: Standing): Finding | null {
    const known = remembers ? standing.results.get(request.requestId) : undefined;
    if (known === undefined) return null;
    if (known === 'burnt' || name === 'yabandpay') return { is: 'id_taken' };
    if (name === 'payermax' && rules.repeats !== 'result')
      return rules.repeats === 'failed' ? { is: 'declined', category: 'other' } : { is: 'unknown' };
    switch (known) {
      case 'captured':
        return captured(request);
      case 'failed':
        return { is: 'declined', category: 'other' };
      case 'accepted':
        return { is: 'in_process' };
    }
  }

  function decide(request: Request): Finding | null {
    const { paymentId, requestId } = request;
    const standing = standingOf(paymentId);
    const step = stepsOf(paymentId)[standing.requests] ?? 'capture';
    standing.requests += 1;
    if (step === 'vanish') return null;
    const known = recalled(request, standing);
    if (known !== null) return step === 'mute' || step === 'accept_mute' ? null : known;
    if (book.payments.get(paymentId)?.capturedBefore === true)
      return { is: 'declined', category: 'conflict' };
    switch (step) {
      case 'capture':
        return execute(request, standing);
      case 'mute':
        execute(request, standing);
        return null;
      case 'garble':
        execute(request, standing);
        return { is: 'unknown' };
      case 'late':
        return executeLate(request, standing);
      case 'flicker':
        standing.looks.push({ atMs: timeline.now, look: 'declined' });
        return executeLate(request, standing);
      case 'mislead':
        execute(request, standing);
        return { is: 'declined', category: 'risk' };
      case 'accept_unseen':
        return accept(request, standing, true, false);
      case 'accept':
        return accept(request, standing, true);
      case 'accept_fail':
        return accept(request, standing, false);
      case 'accept_mute':
        accept(request, standing, true);
        return null;
      case 'decline':
        standing.results.set(requestId, 'failed');
        ended(paymentId, requestId, 'failed');
        return { is: 'declined', category: 'risk' };
      case 'burn':
        if (name === 'payermax') return { is: 'unknown' };
        standing.results.set(requestId, 'burnt');
        return { is: 'id_taken' };
      case 'busy':
        return { is: 'busy' };
      case 'turn_away':
        return { is: 'not_processed' };
      case 'refuse_account':
        return { is: 'account_fault' };
      case 'unreachable':
        // Another one left while it was on its way.
        return null;
    }
  }

  return {
    receive: (request) => {
      const finding = decide(request);
      answered(request.paymentId, finding);
      return finding;
    },
    show: (paymentId) => {
      if (draws.chance(`${name} inquiry trouble`, rules.inquiryTrouble)) return { is: 'unknown' };
      const asOf = timeline.now - Math.min(rules.staleMs, SCALE.stale) * draws.number(`${name} stale`);
      const look = standingOf(paymentId).looks.findLast(({ atMs }) => atMs <= asOf)?.look ?? 'authorised';
      const money = book.payments.get(paymentId)?.movements.at(-1)?.money ?? null;
      switch (look) {
        case 'authorised':
          return { is: 'authorised' };
        case 'in_process':
          return { is: 'in_process' };
        case 'declined':
          return { is: 'declined', category: 'other' };
        case 'captured':
          return { is: 'captured', money, requestId: null, providerCaptureId: null, capturedAt: null };
      }
    },
    isUnreachable: (paymentId) => {
      const standing = standingOf(paymentId);
      if (stepsOf(paymentId)[standing.requests] !== 'unreachable') return false;
      standing.requests += 1;
      return true;
    },
    isOpen: (paymentId) => (standings.get(paymentId)?.waiting ?? 0) > 0,
  };
}
