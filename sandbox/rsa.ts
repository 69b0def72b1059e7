import type { KeyObject } from 'node:crypto';
import { sign, verify } from 'node:crypto';

/** SHA256withRSA: RSASSA-PKCS1-v1_5 with SHA-256, as base64 with padding. */

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The bytes of base64; `null` if there are none or it isn't exactly in form. Without padding or in the URL alphabet it isn't. */
export function bytesInBase64(text: string): Buffer | null {
  return text !== '' && BASE64.test(text) ? Buffer.from(text, 'base64') : null;
}

/** Runs on the crypto thread pool, as `rsaVerifies` does: a thousand signatures a second would starve the event loop. */
export function rsaSignature(content: Uint8Array, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign('sha256', content, key, (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}

export function rsaVerifies(content: Uint8Array, signature: Uint8Array, key: KeyObject): Promise<boolean> {
  return new Promise((resolve, reject) => {
    verify('sha256', content, key, signature, (error, holds) => {
      if (error === null) resolve(holds);
      else reject(error);
    });
  });
}

/** A signature in form that doesn't hold. */
export function spoilt(signature: Buffer): Buffer {
  return Buffer.from(signature.map((byte, index) => (index === 0 ? byte ^ 1 : byte)));
}
