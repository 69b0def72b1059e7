import type { KeyObject } from 'node:crypto';
import { generateKeys, privateKeyOf, publicKeyOf } from '../keys.js';
import { MINUTE } from '../time-spans.js';
import type { RepeatMode } from './captures.js';
import type { GateApp } from './gate.js';

/** A merchant with one of its apps. A merchant of several apps is listed once for each. */
export interface PayermaxMerchant {
  readonly merchantNo: string;
  readonly appId: string;
  readonly publicKeyPem: string;
  /** The version that the app's requests must name. */
  readonly keyVersion?: string;
}

export interface PayermaxOptions {
  /** If left out, one is made, with its keys. */
  readonly merchants?: readonly PayermaxMerchant[];
  /** What PayerMax signs with. If left out, it is made. */
  readonly privateKeyPem?: string;
  /** How far a request's time may be from PayerMax's clock; 2 min. */
  readonly clockSkewMs?: number;
  /** What a repeated requestId gets; `repeats`. */
  readonly repeatMode?: RepeatMode;
  /** Whether answers that accept nothing are signed too; no. */
  readonly signsRefusals?: boolean;
}

/** What PayerMax checks and signs with. */
export interface PayermaxCredentials {
  readonly apps: readonly GateApp[];
  readonly privateKey: KeyObject;
  readonly clockSkewMs: number;
  readonly repeatMode: RepeatMode;
  readonly signsRefusals: boolean;
}

/** What a merchant needs. */
export interface PayermaxKeys {
  /** The first merchant and its app. */
  readonly merchantNo: string;
  readonly appId: string;
  /** The first app's key, if the sandbox made it. */
  readonly merchantPrivateKeyPem: string | null;
  readonly payermaxPublicKeyPem: string;
}

export const DEFAULT_MERCHANT = { merchantNo: 'P01000000000001', appId: '0123456789abcdef0123456789abcdef' };

/** Reads the keys, and makes what is left out. Throws if there is no merchant, or a key can't be read. */
export async function payermaxCredentials(
  options: PayermaxOptions,
): Promise<{ readonly credentials: PayermaxCredentials; readonly keys: PayermaxKeys }> {
  const payermaxPem = options.privateKeyPem ?? (await generateKeys()).privateKeyPem;
  const { merchants, madeKeyPem } = await merchantsOf(options);
  const [first] = merchants;
  if (first === undefined)
    throw new Error('payermax.merchants: at least one is needed, or leave the option out');
  const { clockSkewMs = 2 * MINUTE, repeatMode = 'repeats', signsRefusals = false } = options;
  const credentials = {
    apps: merchants.map(appOf),
    privateKey: privateKeyOf(payermaxPem, "PayerMax's private key"),
    ...{ clockSkewMs, repeatMode, signsRefusals },
  };
  const { merchantNo, appId } = first;
  const publicKey = publicKeyOf(payermaxPem, "PayerMax's private key");
  const payermaxPublicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    credentials,
    keys: { merchantNo, appId, merchantPrivateKeyPem: madeKeyPem, payermaxPublicKeyPem },
  };
}

async function merchantsOf({
  merchants,
}: PayermaxOptions): Promise<{ merchants: readonly PayermaxMerchant[]; madeKeyPem: string | null }> {
  if (merchants !== undefined) return { merchants, madeKeyPem: null };
  const { publicKeyPem, privateKeyPem } = await generateKeys();
  return { merchants: [{ ...DEFAULT_MERCHANT, publicKeyPem }], madeKeyPem: privateKeyPem };
}

function appOf({ merchantNo, appId, publicKeyPem, keyVersion = '1' }: PayermaxMerchant): GateApp {
  return {
    merchantNo,
    appId,
    keyVersion,
    publicKey: publicKeyOf(publicKeyPem, `the public key of app ${appId}`),
  };
}
