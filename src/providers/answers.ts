import type { Finding } from '../capture/evidence.js';
import { messageOf } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Answer } from '../ports/provider.js';
import type { HttpOutcome } from './http-exchange.js';
import { forPeople } from './text.js';

/** What a believable answer says. */
export interface Reading {
  readonly finding: Finding;
  readonly code: string | null;
  readonly message: string | null;
  /** The time that orders it among evidence of its rank, if the provider gave one. */
  readonly at?: Date | null;
}

/** Why an answer says nothing: it can't be read, or can't be believed. */
export interface Unbelievable {
  readonly because: string;
}

type Answered = Extract<HttpOutcome, { readonly kind: 'answered' }>;

/** When a call began and when its answer had arrived, by our clock. */
export interface CallSpan {
  readonly began: Date;
  readonly ended: Date;
}

/** Reads an answer, given when its call was made. */
export type ReadAnswer = (answered: Answered, span: CallSpan) => Reading | Unbelievable;

/**
 * Makes one call and turns whatever comes of it into an answer. An error of our own in the middle of it is an answer too, and an unknown
 * one: the request may have left, and what it brought may have been lost in here.
 *
 * Only an HTTP 200 is read at all. Any other status is unknown, save 429: a request turned away by the rate limit hasn't been looked
 * at. `at` is when the call began, unless the reading knows better.
 */
export async function ask(
  { clock }: { readonly clock: Clock },
  call: () => Promise<HttpOutcome>,
  read: ReadAnswer,
): Promise<Answer> {
  const began = clock.now();
  try {
    const outcome = await call();
    return answerOf(outcome, { began, ended: clock.now() }, read);
  } catch (error) {
    return { ...silent('unknown', `the call broke off: ${messageOf(error)}`), at: began };
  }
}

function answerOf(outcome: HttpOutcome, span: CallSpan, read: ReadAnswer): Answer {
  const { began } = span;
  if (outcome.kind !== 'answered') {
    const is = outcome.kind === 'not_sent' ? 'not_sent' : 'unknown';
    return { ...silent(is, `${outcome.code}: ${outcome.message}`), at: began };
  }
  const delivered = { at: began, raw: outcome.body, httpStatus: outcome.status };
  if (outcome.status === 429) return { ...silent('not_processed', 'HTTP 429'), ...delivered };
  if (outcome.status !== 200) return { ...silent('unknown', `HTTP ${outcome.status}`), ...delivered };
  const reading = read(outcome, span);
  if ('because' in reading) return { ...silent('unknown', reading.because), ...delivered };
  return {
    ...delivered,
    finding: reading.finding,
    at: reading.at ?? began,
    providerCode: reading.code === null ? null : forPeople(reading.code),
    providerMessage: reading.message === null ? null : forPeople(reading.message),
  };
}

function silent(is: 'unknown' | 'not_sent' | 'not_processed', message: string): Omit<Answer, 'at'> {
  return {
    finding: { is },
    providerCode: null,
    providerMessage: forPeople(message),
    raw: null,
    httpStatus: null,
  };
}
