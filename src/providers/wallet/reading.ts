import type { KeyObject } from 'node:crypto';
import type { Reading, Unbelievable } from '../answers.js';
import type { HttpHeaders } from '../http-exchange.js';
import { readTime } from '../times.js';
import { authenticityOf } from './signature.js';

export interface ReadingContext {
  /** The path and client of the request that is answered: the signature covers them. */
  readonly path: string;
  readonly clientId: string;
  readonly walletPublicKey: KeyObject;
  readonly requireSignedAnswers: boolean;
}

/**
 * Reads an answer of the wallet if it can be believed. `read` reads its body, given the time of the answer by the wallet's clock (null
 * unless a verified answer names one), and gives null if it can't.
 */
export function readSigned(
  response: { readonly headers: HttpHeaders; readonly body: Uint8Array },
  { path, clientId, walletPublicKey, requireSignedAnswers }: ReadingContext,
  read: (body: Uint8Array, respondedAt: Date | null) => Reading | null,
): Reading | Unbelievable {
  const authenticity = authenticityOf(response, { method: 'POST', path, clientId }, walletPublicKey);
  if (authenticity === 'invalid') return { because: "the answer's signature isn't the wallet's" };
  const named = response.headers['response-time'];
  const respondedAt = authenticity === 'verified' && typeof named === 'string' ? readTime(named) : null;
  const reading = read(response.body, respondedAt);
  if (reading === null) return { because: "the answer can't be read" };
  if (authenticity === 'unsigned' && requireSignedAnswers) return { because: "the answer isn't signed" };
  return reading;
}
