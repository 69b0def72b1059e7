import type { HttpOutcome } from '../http-exchange.js';
import type { Wire } from '../post.js';
import { post } from '../post.js';
import type { WalletAccountConfig } from './config.js';
import { signatureHeader, walletTime } from './signature.js';

export interface WalletRequest {
  readonly path: string;
  readonly body: Uint8Array;
  readonly mayWrite: () => boolean;
}

/** Signs a request with the time as it is now and sends it once. Never rejects. */
export function postSigned(
  { path, body, mayWrite }: WalletRequest,
  config: WalletAccountConfig,
  wire: Wire,
): Promise<HttpOutcome> {
  const { clientId, timeoutMs } = config;
  const sign = async (now: Date) => {
    const time = walletTime(now);
    const signature = await signatureHeader(
      { method: 'POST', path, clientId, time, body },
      {
        privateKey: config.privateKey,
        keyVersion: config.keyVersion,
        urlEncoded: config.signatureUrlEncoded,
      },
    );
    const headers = {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: signature,
    };
    return { headers, body };
  };
  return post({ path, sign, mayWrite, timeoutMs }, wire);
}
