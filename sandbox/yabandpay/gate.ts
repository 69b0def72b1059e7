import { z } from 'zod';
import { isJson, readJson } from '../incoming.js';
import type { Code } from './codes.js';
import type { YabandPayCredentials } from './credentials.js';
import type { Members } from './requests.js';
import { signatureOf } from './signature.js';

/** A request that has passed the gate. */
export interface Admitted {
  readonly user: string;
  readonly method: string;
  readonly data: Members;
}

export interface Refusal {
  readonly refused: Code;
  readonly why: string;
}

const envelopeSchema = z.object({
  user: z.string().min(1),
  sign: z.string().min(1),
  method: z.string().min(1),
  time: z.int(),
  // Everything in a signed request is text: a number could be written in more than one way.
  data: z.record(z.string(), z.string()),
});

/**
 * What every call must get past before it is read: its envelope, its user, its signature, its time. The page doesn't say how far the time
 * may be off, nor with which code that is refused; both are chosen here. An old signature proves nothing about who sends it now.
 */
export class Gate {
  readonly #secretKeys: ReadonlyMap<string, string>;
  readonly #clockSkewMs: number;
  readonly #now: () => Date;

  constructor({ merchants, clockSkewMs, now }: YabandPayCredentials & { readonly now: () => Date }) {
    this.#secretKeys = new Map(merchants.map(({ user, secretKey }) => [user, secretKey]));
    this.#clockSkewMs = clockSkewMs;
    this.#now = now;
  }

  admit(contentType: string, body: Uint8Array): Refusal | Admitted {
    if (!isJson(contentType))
      return { refused: '-3001', why: 'Content-Type must be application/json in UTF-8.' };
    const read = readJson(envelopeSchema, body);
    if ('problem' in read) return { refused: '-3001', why: read.problem };
    const { sign, ...signed } = read.request;
    const secretKey = this.#secretKeys.get(signed.user);
    if (secretKey === undefined) return { refused: '-2001', why: `The user is ${signed.user}.` };
    if (signatureOf(signed, secretKey) !== sign) {
      return { refused: '-403', why: 'It does not match the request and the key.' };
    }
    if (Math.abs(signed.time * 1000 - this.#now().getTime()) > this.#clockSkewMs) {
      return { refused: '-403', why: "The time is too far from the provider's clock." };
    }
    return signed;
  }
}
