import { createHmac } from 'node:crypto';

/** What a request's signature covers. */
export interface Signed {
  readonly user: string;
  readonly method: string;
  /** Unix seconds. */
  readonly time: number;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * What is signed: user, method, time and the members of data as `name=value`, in the order of their names as bytes, joined by `&`. The
 * values are raw, and empty ones are kept. A member of data goes before one of the envelope of the same name.
 */
export function signedText({ user, method, time, data }: Signed): string {
  const members = { user, method, time: String(time), ...data };
  return Object.entries(members)
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** HMAC-SHA256 in small hexadecimal letters. */
export function signatureOf(signed: Signed, secretKey: string): string {
  return createHmac('sha256', secretKey).update(signedText(signed)).digest('hex');
}
