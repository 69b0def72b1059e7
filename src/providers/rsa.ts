import type { KeyObject } from 'node:crypto';
import { sign, verify } from 'node:crypto';

/** RSASSA-PKCS1-v1_5 with SHA-256, which the wallet and PayerMax both sign with; what they sign differs. */
const ALGORITHM = 'RSA-SHA256';

/** Signs on the crypto thread pool: it takes about a millisecond, which would otherwise stop everything else. */
export function rsaSign(content: Uint8Array, key: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(ALGORITHM, content, key, (error, signature) => {
      if (error === null) resolve(signature);
      else reject(error);
    });
  });
}

/** Verifying is some thirty times cheaper than signing, and is done in place. */
export function rsaVerifies(content: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  return verify(ALGORITHM, content, key, signature);
}

/**
 * Who a response is from. `verified`: the provider, by its signature. `unsigned`: it carries no signature. `invalid`: it carries one
 * that isn't the provider's over these bytes.
 */
export type Authenticity = 'verified' | 'unsigned' | 'invalid';
