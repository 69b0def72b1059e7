import type { Finding } from '../../capture/evidence.js';
import type { Answer } from '../../ports/provider.js';
import { forPeople } from '../text.js';
import type { WalletResponse } from './gateway.js';

/** What the body of a well-delivered answer says, before it is asked whether the answer can be believed. */
export interface Reading {
  readonly finding: Finding;
  readonly code: string | null;
  readonly message: string | null;
}

export interface ReadingContext {
  readonly began: Date;
  readonly requireSignedAnswers: boolean;
  /** Reads the body of an HTTP 200; null if it can't be read. */
  readonly read: (body: Uint8Array) => Reading | null;
}

/**
 * Turns what a call brought into an answer. Only an HTTP 200 is read at all; any other status is unknown, save 429: a request turned
 * away by the rate limit hasn't been looked at.
 *
 * `at` is when the call began; who knows better replaces it.
 */
export function answerOf(
  response: WalletResponse,
  { began, requireSignedAnswers, read }: ReadingContext,
): Answer {
  if (response.kind !== 'answered') {
    return {
      ...plain(
        response.kind === 'not_sent' ? 'not_sent' : 'unknown',
        `${response.code}: ${response.message}`,
      ),
      at: began,
      raw: null,
      httpStatus: null,
    };
  }
  const delivered = { at: began, raw: response.body, httpStatus: response.status };
  if (response.status === 429) return { ...plain('not_processed', 'HTTP 429'), ...delivered };
  if (response.status !== 200) return { ...plain('unknown', `HTTP ${response.status}`), ...delivered };
  if (response.authenticity === 'invalid') {
    return { ...plain('unknown', "the answer's signature isn't the wallet's"), ...delivered };
  }
  const reading = read(response.body);
  if (reading === null) return { ...plain('unknown', "the answer can't be read"), ...delivered };
  if (response.authenticity === 'unsigned' && requireSignedAnswers) {
    return { ...plain('unknown', "the answer isn't signed"), ...delivered };
  }
  return {
    finding: reading.finding,
    providerCode: reading.code === null ? null : forPeople(reading.code),
    providerMessage: reading.message === null ? null : forPeople(reading.message),
    ...delivered,
  };
}

function plain(
  is: 'unknown' | 'not_sent' | 'not_processed',
  message: string,
): Pick<Answer, 'finding' | 'providerCode' | 'providerMessage'> {
  return { finding: { is }, providerCode: null, providerMessage: forPeople(message) };
}
