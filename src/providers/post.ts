import type { Clock } from '../ports/clock.js';
import { messageOf } from '../errors.js';
import type { HttpClient } from './http-client.js';
import type { HttpOutcome } from './http-exchange.js';
import { HTTP_CALL_CODES } from './http-exchange.js';

/** A request as it will leave: signed, and byte for byte what was signed. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Posting {
  readonly path: string;
  /** Signs the request with the time as it is when it is called. */
  readonly sign: (now: Date) => SignedRequest | Promise<SignedRequest>;
  readonly mayWrite: () => boolean;
  /** The deadline of the whole call in ms, signing included. */
  readonly timeoutMs: number;
}

/** What a provider's call goes through. */
export interface Wire {
  readonly clock: Clock;
  readonly http: HttpClient;
}

/** The code of a call whose request couldn't be signed. */
export const SIGNING_FAILED = 'SIGNING_FAILED';

/** Signs a request and sends it, once. Never rejects: what can't be signed was not sent. */
export async function post(
  { path, sign, mayWrite, timeoutMs }: Posting,
  { clock, http }: Wire,
): Promise<HttpOutcome> {
  const began = clock.monotonic();
  let request: SignedRequest;
  try {
    request = await sign(clock.now());
  } catch (error) {
    return { kind: 'not_sent', code: SIGNING_FAILED, message: messageOf(error) };
  }
  // The thread pool that signs also resolves host names, and can be held up by that.
  const left = Math.floor(timeoutMs - (clock.monotonic() - began));
  if (left <= 0) {
    return { kind: 'not_sent', code: HTTP_CALL_CODES.deadline, message: 'signing used up the time' };
  }
  return http.call({ method: 'POST', path, ...request, timeoutMs: left, mayWrite });
}
