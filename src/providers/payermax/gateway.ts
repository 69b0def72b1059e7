import type { HttpOutcome } from '../http-exchange.js';
import type { Wire } from '../post.js';
import { post } from '../post.js';
import { withNumericOffset } from '../times.js';
import type { PayermaxAccountConfig } from './config.js';
import { signatureOf } from './signature.js';

export interface PayermaxRequest {
  readonly path: string;
  /** The text of the `data` object. */
  readonly data: Uint8Array;
  readonly mayWrite: () => boolean;
}

/** Wraps the data, signs the whole with the time as it is now, and sends it once. Never rejects. */
export function postSigned(
  { path, data, mayWrite }: PayermaxRequest,
  config: PayermaxAccountConfig,
  wire: Wire,
): Promise<HttpOutcome> {
  const sign = async (now: Date) => {
    const body = bodyAround(data, config, now);
    const signature = await signatureOf(body, config.privateKey);
    return { headers: { 'Content-Type': 'application/json', sign: signature }, body };
  };
  return post({ path, sign, mayWrite, timeoutMs: config.timeoutMs }, wire);
}

/** The body of a request: the envelope's members, then the data byte for byte as given. */
export function bodyAround(
  data: Uint8Array,
  { version, keyVersion, appId, merchantNo }: PayermaxAccountConfig,
  now: Date,
): Uint8Array {
  const requestTime = withNumericOffset(now);
  const members = JSON.stringify({ version, keyVersion, requestTime, appId, merchantNo });
  return Buffer.concat([Buffer.from(`${members.slice(0, -1)},"data":`, 'utf8'), data, Buffer.from('}')]);
}
