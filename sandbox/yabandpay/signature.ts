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
  return joined({ user, method, time: String(time), ...data });
}

/** What is signed of a notification: the members of its data, joined alike. */
export function dataSignatureOf(data: Readonly<Record<string, string>>, secretKey: string): string {
  return hmacOf(joined(data), secretKey);
}

function joined(members: Readonly<Record<string, string>>): string {
  return Object.entries(members)
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** HMAC-SHA256 in small hexadecimal letters. */
export function signatureOf(signed: Signed, secretKey: string): string {
  return hmacOf(signedText(signed), secretKey);
}

function hmacOf(text: string, secretKey: string): string {
  return createHmac('sha256', secretKey).update(text).digest('hex');
}
