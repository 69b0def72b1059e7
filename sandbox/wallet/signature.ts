import type { KeyObject } from 'node:crypto';
import { bytesInBase64, rsaSignature, rsaVerifies } from '../rsa.js';

/**
 * The wallet's signatures: RSASSA-PKCS1-v1_5 with SHA-256 over
 * `<METHOD> <path with query>\n<client id>.<time>.<exact body bytes>`, in a header `algorithm=RSA256, keyVersion=1, signature=<base64>`.
 * Answers are signed the same way, over the request's method and path and the answer's own time and body.
 */
export interface Signed {
  readonly method: string;
  readonly path: string;
  readonly clientId: string;
  readonly time: string;
  readonly body: Uint8Array;
}

/** `base64`: as is, with padding. `url`: base64, then percent-encoded. */
export type SignatureEncoding = 'base64' | 'url';

export interface SignatureHeader {
  readonly algorithm: string;
  readonly keyVersion: string;
  readonly signature: Uint8Array;
}

const HEADER = /^algorithm=([^,\s]+),\s*keyVersion=([^,\s]+),\s*signature=([^,\s]+)$/;

/** Takes a signature header apart; `null` if it isn't exactly in form. base64 without padding or in the URL alphabet isn't. */
export function parseSignatureHeader(text: string, encoding: SignatureEncoding): SignatureHeader | null {
  const parts = HEADER.exec(text);
  if (parts === null) return null;
  const [, algorithm = '', keyVersion = '', value = ''] = parts;
  const base64 = encoding === 'url' ? percentDecoded(value) : value;
  const signature = base64 === null ? null : bytesInBase64(base64);
  return signature === null ? null : { algorithm, keyVersion, signature };
}

export function formatSignatureHeader(header: SignatureHeader, encoding: SignatureEncoding): string {
  const base64 = Buffer.from(header.signature).toString('base64');
  const value = encoding === 'url' ? encodeURIComponent(base64) : base64;
  return `algorithm=${header.algorithm}, keyVersion=${header.keyVersion}, signature=${value}`;
}

export function signatureOf(signed: Signed, key: KeyObject): Promise<Buffer> {
  return rsaSignature(contentOf(signed), key);
}

export function verifies(signed: Signed, signature: Uint8Array, key: KeyObject): Promise<boolean> {
  return rsaVerifies(contentOf(signed), signature, key);
}

function contentOf({ method, path, clientId, time, body }: Signed): Buffer {
  return Buffer.concat([Buffer.from(`${method} ${path}\n${clientId}.${time}.`), body]);
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
