import type { KeyObject } from 'node:crypto';
import type { CallSpan, Reading, Unbelievable } from '../answers.js';
import type { HttpHeaders } from '../http-exchange.js';
import { readTime } from '../times.js';
import { authenticityOf } from './signature.js';
import type { Stamp } from './stamp.js';
import { stampOf } from './stamp.js';

export interface ReadingContext {
  /** The path and client of the request that is answered: the signature covers them. */
  readonly path: string;
  readonly clientId: string;
  readonly walletPublicKey: KeyObject;
  readonly requireSignedAnswers: boolean;
  /** When the call was made that is answered. */
  readonly span: CallSpan;
}

/** Reads a body, given when it was made; null if it can't be read. */
export type ReadStamped = (body: Uint8Array, stamp: Stamp) => Reading | Unbelievable | null;

/** Reads an answer of the wallet by `read` if it can be believed. */
export function readSigned(
  response: { readonly headers: HttpHeaders; readonly body: Uint8Array },
  { path, clientId, walletPublicKey, requireSignedAnswers, span }: ReadingContext,
  read: ReadStamped,
): Reading | Unbelievable {
  const authenticity = authenticityOf(response, { method: 'POST', path, clientId }, walletPublicKey);
  if (authenticity === 'invalid') return { because: "the answer's signature isn't the wallet's" };
  const named = response.headers['response-time'];
  const time = typeof named === 'string' ? readTime(named) : null;
  const reading = read(response.body, stampOf(authenticity, time, span));
  if (reading === null) return { because: "the answer can't be read" };
  if (authenticity === 'unsigned' && requireSignedAnswers) return { because: "the answer isn't signed" };
  return reading;
}
