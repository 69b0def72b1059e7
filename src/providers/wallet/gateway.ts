import type { Clock } from '../../ports/clock.js';
import { messageOf } from '../../errors.js';
import type { HttpClient } from '../http-client.js';
import type { HttpOutcome } from '../http-exchange.js';
import { HTTP_CALL_CODES } from '../http-exchange.js';
import type { WalletAccountConfig } from './config.js';
import type { Authenticity } from './signature.js';
import { authenticityOf, signatureHeader, walletTime } from './signature.js';
import { readTime } from './wire.js';

export interface WalletRequest {
  readonly path: string;
  readonly body: Uint8Array;
  readonly mayWrite: () => boolean;
}

/** What a signed request brought: an HTTP outcome, and for an answer whose it is and when its sender says that it gave it. */
export type WalletResponse =
  | Exclude<HttpOutcome, { readonly kind: 'answered' }>
  | (Extract<HttpOutcome, { readonly kind: 'answered' }> & {
      readonly authenticity: Authenticity;
      /** Null unless the answer is verified and names a readable time. */
      readonly respondedAt: Date | null;
    });

/** Signs a request with the time as it is now, sends it once and authenticates the answer. Never rejects. */
export async function post(
  request: WalletRequest,
  config: WalletAccountConfig,
  { clock, http }: { readonly clock: Clock; readonly http: HttpClient },
): Promise<WalletResponse> {
  const method = 'POST';
  const { path, body, mayWrite } = request;
  const { clientId } = config;
  const began = clock.monotonic();
  const time = walletTime(clock.now());
  let signature: string;
  try {
    signature = await signatureHeader(
      { method, path, clientId, time, body },
      {
        privateKey: config.privateKey,
        keyVersion: config.keyVersion,
        urlEncoded: config.signatureUrlEncoded,
      },
    );
  } catch (error) {
    return { kind: 'not_sent', code: 'SIGNING_FAILED', message: messageOf(error) };
  }
  // The thread pool that signs also resolves host names, and can be held up by that.
  const timeoutMs = Math.floor(config.timeoutMs - (clock.monotonic() - began));
  if (timeoutMs <= 0) {
    return { kind: 'not_sent', code: HTTP_CALL_CODES.deadline, message: 'signing used up the time' };
  }
  const outcome = await http.call({
    method,
    path,
    headers: {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: signature,
    },
    body,
    timeoutMs,
    mayWrite,
  });
  if (outcome.kind !== 'answered') return outcome;
  const authenticity = authenticityOf(outcome, { method, path, clientId }, config.walletPublicKey);
  const named = outcome.headers['response-time'];
  const respondedAt = authenticity === 'verified' && typeof named === 'string' ? readTime(named) : null;
  return { ...outcome, authenticity, respondedAt };
}
