import type { KeyObject } from 'node:crypto';
import { generateKeys, privateKeyOf, publicKeyOf } from '../keys.js';
import { MINUTE } from '../time-spans.js';
import type { GateClient } from './gate.js';
import type { SignatureEncoding } from './signature.js';

export interface WalletClient {
  readonly clientId: string;
  readonly merchantPublicKeyPem: string;
  /** The version that the merchant's signatures must name. */
  readonly keyVersion?: string;
}

export interface WalletOptions {
  /** The wallet's merchants. If left out, one is made, with its keys. */
  readonly clients?: readonly WalletClient[];
  /** What the wallet signs with. If left out, it is made. */
  readonly privateKeyPem?: string;
  /** How far a request's time may be from the wallet's clock; 5 min. */
  readonly clockSkewMs?: number;
  /** How signatures are written, both ways. */
  readonly signatureEncoding?: SignatureEncoding;
  /** Whether the wallet also notifies of captures themselves, as others of its family do; no. */
  readonly notifiesCaptures?: boolean;
}

/** What the wallet checks and signs with. */
export interface WalletCredentials {
  readonly clients: readonly GateClient[];
  readonly privateKey: KeyObject;
  readonly clockSkewMs: number;
  readonly encoding: SignatureEncoding;
  readonly notifiesCaptures: boolean;
}

/** What a merchant needs. */
export interface WalletKeys {
  /** The first client. */
  readonly clientId: string;
  /** The first client's key, if the sandbox made it. */
  readonly merchantPrivateKeyPem: string | null;
  readonly walletPublicKeyPem: string;
}

export const DEFAULT_CLIENT_ID = 'SANDBOX_MERCHANT';

/** Reads the keys, and makes what is left out. Throws if there is no client, or a key can't be read. */
export async function walletCredentials(
  options: WalletOptions,
): Promise<{ readonly credentials: WalletCredentials; readonly keys: WalletKeys }> {
  const walletPem = options.privateKeyPem ?? (await generateKeys()).privateKeyPem;
  const privateKey = privateKeyOf(walletPem, "the wallet's private key");
  const made = options.clients === undefined ? await generateKeys() : null;
  const clients: readonly WalletClient[] =
    options.clients ??
    (made === null ? [] : [{ clientId: DEFAULT_CLIENT_ID, merchantPublicKeyPem: made.publicKeyPem }]);
  const [first] = clients;
  if (first === undefined) throw new Error('wallet.clients: at least one is needed, or leave the option out');
  return {
    credentials: {
      privateKey,
      clients: clients.map(({ clientId, merchantPublicKeyPem, keyVersion = '1' }) => ({
        clientId,
        keyVersion,
        publicKey: publicKeyOf(merchantPublicKeyPem, `the public key of ${clientId}`),
      })),
      clockSkewMs: options.clockSkewMs ?? 5 * MINUTE,
      encoding: options.signatureEncoding ?? 'base64',
      notifiesCaptures: options.notifiesCaptures ?? false,
    },
    keys: {
      clientId: first.clientId,
      merchantPrivateKeyPem: made?.privateKeyPem ?? null,
      walletPublicKeyPem: publicKeyOf(walletPem, "the wallet's private key")
        .export({ type: 'spki', format: 'pem' })
        .toString(),
    },
  };
}
