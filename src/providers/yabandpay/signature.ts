import type { KeyObject } from 'node:crypto';
import { createHmac } from 'node:crypto';

/** What a request is signed over: the members of its envelope and those of its data, as text. */
export interface SignedParts {
  readonly user: string;
  readonly method: string;
  /** Unix seconds. */
  readonly time: number;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * YabandPay's signature: HMAC-SHA256 in lower-case hexadecimal over all members as one flat list, sorted by the bytes of their names,
 * written `name=value` and joined by `&`. Values are bare: no quotes, no URL-encoding. A member of the data replaces one of the envelope
 * that has its name.
 */
export function signatureOf(parts: SignedParts, secretKey: KeyObject): string {
  return createHmac('sha256', secretKey).update(signedText(parts), 'utf8').digest('hex');
}

/** The text that is signed. */
export function signedText({ user, method, time, data }: SignedParts): string {
  const members = new Map([
    ['user', user],
    ['method', method],
    ['time', time.toString()],
    ...Object.entries(data),
  ]);
  return [...members]
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
