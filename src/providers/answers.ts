import type { Finding } from '../capture/evidence.js';
import { messageOf } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { Answer, Heard } from '../ports/provider.js';
import type { HttpOutcome } from './http-exchange.js';
import { HTTP_CALL_CODES } from './http-exchange.js';
import { SIGNING_FAILED } from './post.js';
import { retryAfterOf } from './retry-after.js';
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
 * at. `at` is when the call began, unless the reading knows better. When the provider wants the next call is read from any answer: it says
 * nothing of the capture.
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
    return { ...silent('unknown', 'ours', `the call broke off: ${messageOf(error)}`), at: began };
  }
}

function answerOf(outcome: HttpOutcome, span: CallSpan, read: ReadAnswer): Answer {
  const { began } = span;
  if (outcome.kind !== 'answered') {
    const is = outcome.kind === 'not_sent' ? 'not_sent' : 'unknown';
    const heard = OUR_OWN_REASONS.includes(outcome.code) ? 'ours' : 'nothing';
    return { ...silent(is, heard, `${outcome.code}: ${outcome.message}`), at: began };
  }
  const { status, headers } = outcome;
  const delivered = {
    at: began,
    raw: outcome.body,
    httpStatus: status,
    retryAfterMs: retryAfterOf(headers, span.ended),
  };
  if (status === 429) return { ...silent('not_processed', 'noise', 'HTTP 429'), ...delivered };
  if (status !== 200) return { ...silent('unknown', 'noise', `HTTP ${status}`), ...delivered };
  const reading = read(outcome, span);
  if ('because' in reading) return { ...silent('unknown', 'noise', reading.because), ...delivered };
  return {
    ...delivered,
    heard: 'word',
    finding: reading.finding,
    at: reading.at ?? began,
    providerCode: reading.code === null ? null : forPeople(reading.code),
    providerMessage: reading.message === null ? null : forPeople(reading.message),
  };
}

/** Why nothing was sent that has nothing to do with the provider. */
const OUR_OWN_REASONS: readonly string[] = [HTTP_CALL_CODES.withheld, HTTP_CALL_CODES.closed, SIGNING_FAILED];

function silent(
  is: 'unknown' | 'not_sent' | 'not_processed',
  heard: Heard,
  message: string,
): Omit<Answer, 'at'> {
  return {
    finding: { is },
    heard,
    providerCode: null,
    providerMessage: forPeople(message),
    raw: null,
    httpStatus: null,
    retryAfterMs: null,
  };
}
