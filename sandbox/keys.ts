import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A pair of RSA keys as PEM: PKCS#8 and SPKI. */
export interface KeyPair {
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
}

export function generateKeys(): Promise<KeyPair> {
  return new Promise((resolve, reject) => {
    const options = {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    } as const;
    generateKeyPair('rsa', options, (error, publicKeyPem, privateKeyPem) => {
      if (error === null) resolve({ publicKeyPem, privateKeyPem });
      else reject(error);
    });
  });
}

/** Reads an RSA private key from PEM. Throws an error that names it. */
export function privateKeyOf(pem: string, name: string): KeyObject {
  return rsa(() => createPrivateKey(pem), name);
}

/** Reads an RSA public key from PEM. Throws an error that names it. */
export function publicKeyOf(pem: string, name: string): KeyObject {
  return rsa(() => createPublicKey(pem), name);
}

/**
 * The pair `<name>-private.pem` and `<name>-public.pem` in a folder: read if the private key is there, made and written if not. The public
 * key is always derived from the private one, so the two can't disagree.
 */
export async function keysIn(folder: string, name: string): Promise<KeyPair> {
  await mkdir(folder, { recursive: true });
  const privateFile = join(folder, `${name}-private.pem`);
  const found = await readIfThere(privateFile);
  const privateKeyPem = found ?? (await generateKeys()).privateKeyPem;
  const publicKey = createPublicKey(privateKeyOf(privateKeyPem, privateFile));
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  if (found === null) await writeFile(privateFile, privateKeyPem, { mode: 0o600 });
  await writeFile(join(folder, `${name}-public.pem`), publicKeyPem);
  return { privateKeyPem, publicKeyPem };
}

/** A secret that both sides know, as text. */
export function makeSecret(): string {
  return randomBytes(16).toString('hex');
}

/** The secret in `<name>.txt` of a folder: read if it is there, made and written if not. */
export async function secretIn(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.txt`);
  const found = await readIfThere(file);
  if (found !== null) return found.trim();
  const secret = makeSecret();
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

function rsa(read: () => KeyObject, name: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new Error(`${name}: not a key in PEM`, { cause });
  }
  if (key.asymmetricKeyType === 'rsa') return key;
  throw new Error(`${name}: must be an RSA key, not ${key.asymmetricKeyType ?? 'a secret'}`);
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
