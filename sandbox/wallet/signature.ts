import type { KeyObject } from 'node:crypto';
import { sign, verify } from 'node:crypto';

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
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Takes a signature header apart; `null` if it isn't exactly in form. base64 without padding or in the URL alphabet isn't. */
export function parseSignatureHeader(text: string, encoding: SignatureEncoding): SignatureHeader | null {
  const parts = HEADER.exec(text);
  if (parts === null) return null;
  const [, algorithm = '', keyVersion = '', value = ''] = parts;
  const base64 = encoding === 'url' ? percentDecoded(value) : value;
  if (base64 === null || base64 === '' || !BASE64.test(base64)) return null;
  return { algorithm, keyVersion, signature: Buffer.from(base64, 'base64') };
}

export function formatSignatureHeader(header: SignatureHeader, encoding: SignatureEncoding): string {
  const base64 = Buffer.from(header.signature).toString('base64');
  const value = encoding === 'url' ? encodeURIComponent(base64) : base64;
  return `algorithm=${header.algorithm}, keyVersion=${header.keyVersion}, signature=${value}`;
}

/** Runs on the crypto thread pool, as `verifies` does: a thousand signatures a second would starve the event loop. */
export function signatureOf(signed: Signed, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign('sha256', contentOf(signed), key, (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}

export function verifies(signed: Signed, signature: Uint8Array, key: KeyObject): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify('sha256', contentOf(signed), key, signature, (error, holds) => {
      if (error === null) resolve(holds);
      else reject(error);
    });
  });
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
