import type { KeyObject } from 'node:crypto';
import { createHmac, timingSafeEqual } from 'node:crypto';

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
  return hmac(signedText(parts), secretKey).toString('hex');
}

/** Whether these members were signed with the key: in hexadecimal, compared in constant time. */
export function isSignedBy(
  members: readonly (readonly [name: string, value: string])[],
  sign: string,
  secretKey: KeyObject,
): boolean {
  const expected = hmac(joinedText(members), secretKey);
  const given = Buffer.from(sign, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function hmac(text: string, secretKey: KeyObject): Buffer {
  return createHmac('sha256', secretKey).update(text, 'utf8').digest();
}

/** The text that is signed. */
export function signedText({ user, method, time, data }: SignedParts): string {
  const members = new Map([
    ['user', user],
    ['method', method],
    ['time', time.toString()],
    ...Object.entries(data),
  ]);
  return joinedText([...members]);
}

/** Members as the text that a signature covers. */
export function joinedText(members: readonly (readonly [name: string, value: string])[]): string {
  return members
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
