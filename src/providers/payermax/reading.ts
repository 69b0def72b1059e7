import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import type { Reading, Unbelievable } from '../answers.js';
import type { HttpHeaders } from '../http-exchange.js';
import { readBody } from '../json.js';
import { meaningOf } from './codes.js';
import { authenticityOf } from './signature.js';

/** What an answer must have to be believed. */
export interface Trust {
  readonly payermaxPublicKey: KeyObject;
  readonly requireSignedAnswers: boolean;
  readonly requireSignedRefusals: boolean;
}

/**
 * Reads an answer of PayerMax if it can be believed. `read` is given the body as `schema` has it. A wrong signature is never believed; a
 * missing one may be, by what the code says.
 */
export function readSigned<T extends { readonly code: string }>(
  response: { readonly headers: HttpHeaders; readonly body: Uint8Array },
  trust: Trust,
  { schema, read }: { readonly schema: z.ZodType<T>; readonly read: (answer: T) => Reading },
): Reading | Unbelievable {
  const authenticity = authenticityOf(response, trust.payermaxPublicKey);
  if (authenticity === 'invalid') return { because: "the answer's signature isn't PayerMax's" };
  const answer = readBody(response.body, schema);
  if (answer === null) return { because: "the answer can't be read" };
  if (authenticity === 'unsigned' && mustBeSigned(answer, trust))
    return { because: "the answer isn't signed" };
  return read(answer);
}

function mustBeSigned({ code }: { readonly code: string }, trust: Trust): boolean {
  return meaningOf(code).is === 'accepted' ? trust.requireSignedAnswers : trust.requireSignedRefusals;
}
