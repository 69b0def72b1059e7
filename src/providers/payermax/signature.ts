import type { KeyObject } from 'node:crypto';
import type { HttpHeaders } from '../http-exchange.js';
import type { Authenticity } from '../rsa.js';
import { rsaSign, rsaVerifies } from '../rsa.js';

/**
 * PayerMax's signature: RSASSA-PKCS1-v1_5 with SHA-256 over the exact bytes of the body and nothing else, as base64 in the header `sign`.
 * The path and the request aren't in it, so an answer must name the request that it answers.
 */
export async function signatureOf(body: Uint8Array, privateKey: KeyObject): Promise<string> {
  return (await rsaSign(body, privateKey)).toString('base64');
}

/** Authenticates a body that came from PayerMax. An empty header is none. */
export function authenticityOf(
  { headers, body }: { readonly headers: HttpHeaders; readonly body: Uint8Array },
  payermaxPublicKey: KeyObject,
): Authenticity {
  const { sign = '' } = headers;
  if (sign === '') return 'unsigned';
  // Two signatures are one too many.
  if (typeof sign !== 'string') return 'invalid';
  return rsaVerifies(body, Buffer.from(sign, 'base64'), payermaxPublicKey) ? 'verified' : 'invalid';
}
