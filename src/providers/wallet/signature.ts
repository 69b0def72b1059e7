import type { KeyObject } from 'node:crypto';
import type { HttpHeaders } from '../http-exchange.js';
import type { Authenticity } from '../rsa.js';
import { rsaSign, rsaVerifies } from '../rsa.js';
import { withNumericOffset } from '../times.js';

/**
 * The wallet's signature: RSASSA-PKCS1-v1_5 with SHA-256 over method, path, client id, time and the exact bytes of the body. A request
 * is signed with our key and its Request-Time, a response with the wallet's key and its Response-Time, both over the request's path.
 */
export interface SignedParts {
  readonly method: string;
  /** Path and query, without the host. */
  readonly path: string;
  readonly clientId: string;
  readonly time: string;
  readonly body: Uint8Array;
}

/** `<METHOD> <path>\n<client id>.<time>.<body>`: one blank, one line feed, two dots, nothing after the body. */
function contentOf({ method, path, clientId, time, body }: SignedParts): Buffer {
  return Buffer.concat([Buffer.from(`${method} ${path}\n${clientId}.${time}.`, 'utf8'), body]);
}

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly keyVersion: string;
  /** Whether the base64 is URL-encoded; some wallets of the family want it, most don't. */
  readonly urlEncoded: boolean;
}

/** The `Signature` header of a request. */
export async function signatureHeader(parts: SignedParts, key: SigningKey): Promise<string> {
  const bytes = await rsaSign(contentOf(parts), key.privateKey);
  const base64 = bytes.toString('base64');
  const signature = key.urlEncoded ? encodeURIComponent(base64) : base64;
  return `algorithm=RSA256, keyVersion=${key.keyVersion}, signature=${signature}`;
}

/** A time as the wallet reads it: ISO 8601 with a numeric offset, never `Z`. */
export const walletTime = withNumericOffset;

/** Authenticates the response to a request of `clientId` to `method` and `path`. */
export function authenticityOf(
  response: { readonly headers: HttpHeaders; readonly body: Uint8Array },
  request: { readonly method: string; readonly path: string; readonly clientId: string },
  walletPublicKey: KeyObject,
): Authenticity {
  const { headers, body } = response;
  const header = headers['signature'];
  if (header === undefined) return 'unsigned';
  const signature = signatureIn(header);
  const time = headers['response-time'];
  // The client id is part of what is signed; a response that leaves the header out can only have meant ours.
  const clientId = headers['client-id'] ?? request.clientId;
  if (signature === null || typeof time !== 'string' || clientId !== request.clientId) return 'invalid';
  const content = contentOf({ method: request.method, path: request.path, clientId, time, body });
  return rsaVerifies(content, signature, walletPublicKey) ? 'verified' : 'invalid';
}

/**
 * Why a request that was sent to us isn't the wallet's; null if it is. It is signed like a request of ours, with one of the wallet's keys,
 * its own time, and our client id.
 */
export function whyNotSigned(
  { method, path, headers, body }: Omit<SignedParts, 'clientId' | 'time'> & { readonly headers: HttpHeaders },
  clientId: string,
  walletPublicKeys: readonly KeyObject[],
): string | null {
  const { 'client-id': client, 'request-time': time, signature: header } = headers;
  if (header === undefined) return 'it has no Signature header';
  if (client !== clientId) return "its Client-Id isn't this account's";
  if (typeof time !== 'string') return 'it has no Request-Time header';
  const signature = signatureIn(header);
  if (signature === null) return 'its Signature header holds no signature';
  const content = contentOf({ method, path, clientId, time, body });
  const holds = walletPublicKeys.some((key) => rsaVerifies(content, signature, key));
  return holds ? null : "its signature isn't the wallet's over this method, path, time and body";
}

/**
 * The signature's bytes in a `Signature` header: what follows `signature=`, as base64, URL-encoded or not (decoding leaves plain base64
 * as it is, its `+` included). Null if there is none to be read.
 */
export function signatureIn(header: string | string[]): Buffer | null {
  if (typeof header !== 'string') return null;
  const value = /(?:^|[\s,])signature\s*=\s*([^\s,]+)/i.exec(header)?.[1];
  if (value === undefined) return null;
  try {
    return Buffer.from(decodeURIComponent(value), 'base64');
  } catch {
    return null;
  }
}
