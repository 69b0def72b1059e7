import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { CaptureWorkerError } from '../errors.js';

const MIN_BITS = 2048;
const PEM_LABEL = /-----BEGIN ([A-Z0-9 ]+)-----/;

/**
 * Reads an RSA private key: PEM (PKCS#8 or PKCS#1), or the same DER as base64 on one line, which is how providers' consoles hand keys
 * out. `name` says in errors where the key was configured.
 * Throws CONFIG_INVALID; the message never holds any part of the key.
 */
export function readPrivateKey(text: string, name: string): KeyObject {
  const label = PEM_LABEL.exec(text)?.[1];
  if (label?.includes('PUBLIC KEY') === true) {
    throw invalid(name, 'is a public key', 'give the private key that belongs to it');
  }
  if (label === 'CERTIFICATE') {
    throw invalid(name, 'is a certificate', 'give the private key that belongs to it');
  }
  if (label === 'ENCRYPTED PRIVATE KEY' || text.includes('Proc-Type: 4,ENCRYPTED')) {
    throw invalid(
      name,
      'is protected by a passphrase',
      'give it without one, in a file that only the worker can read',
    );
  }
  const key =
    label === undefined
      ? firstThatReads(
          () => createPrivateKey({ key: derOf(text, name), format: 'der', type: 'pkcs8' }),
          () => createPrivateKey({ key: derOf(text, name), format: 'der', type: 'pkcs1' }),
        )
      : firstThatReads(() => createPrivateKey({ key: text, format: 'pem' }));
  if (key === null) {
    throw invalid(
      name,
      'is no readable private key',
      'give PKCS#8 or PKCS#1, as PEM or as base64 on one line',
    );
  }
  return strongRsa(key, name);
}

/**
 * Reads an RSA public key: PEM, or SPKI DER as base64 on one line. A private key or a certificate is refused although Node could derive
 * the public key from it: whoever configures one has mixed something up.
 * Throws CONFIG_INVALID; the message never holds any part of the key.
 */
export function readPublicKey(text: string, name: string): KeyObject {
  const label = PEM_LABEL.exec(text)?.[1];
  if (label?.includes('PRIVATE KEY') === true) {
    throw invalid(name, 'is a private key', "give the other party's public key");
  }
  if (label === 'CERTIFICATE') {
    throw invalid(name, 'is a certificate', 'give the public key in it (openssl x509 -pubkey -noout)');
  }
  const key =
    label === undefined
      ? firstThatReads(() => createPublicKey({ key: derOf(text, name), format: 'der', type: 'spki' }))
      : firstThatReads(() => createPublicKey({ key: text, format: 'pem' }));
  if (key === null) {
    throw invalid(name, 'is no readable public key', 'give SPKI, as PEM or as base64 on one line');
  }
  return strongRsa(key, name);
}

function derOf(text: string, name: string): Buffer {
  const base64 = text.replaceAll(/\s/g, '');
  if (base64 === '') throw invalid(name, 'is empty', 'give the key as PEM or as base64 on one line');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw invalid(name, 'is neither PEM nor base64', 'give the key as PEM or as base64 on one line');
  }
  return Buffer.from(base64, 'base64');
}

/** The result of the first reader that doesn't fail. OpenSSL's own errors say nothing that helps, and are dropped with what they hold. */
function firstThatReads(...readers: (() => KeyObject)[]): KeyObject | null {
  for (const read of readers) {
    try {
      return read();
    } catch (error) {
      if (error instanceof CaptureWorkerError) throw error;
    }
  }
  return null;
}

function strongRsa(key: KeyObject, name: string): KeyObject {
  const type = key.asymmetricKeyType ?? 'unknown';
  if (type !== 'rsa') throw invalid(name, `is a key of type ${type}`, 'give an RSA key');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_BITS) {
    throw invalid(name, `has ${bits} bits`, `give an RSA key of at least ${MIN_BITS} bits`);
  }
  return key;
}

function invalid(name: string, problem: string, remedy: string): CaptureWorkerError {
  return new CaptureWorkerError('CONFIG_INVALID', `${name} ${problem}: ${remedy}`);
}
