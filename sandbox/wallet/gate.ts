import type { KeyObject } from 'node:crypto';
import { isJson } from '../incoming.js';
import type { ResultCode } from './codes.js';
import type { SignatureEncoding } from './signature.js';
import { parseSignatureHeader, verifies } from './signature.js';
import { parseWalletTime } from './time.js';

/** A merchant's client as the wallet knows it. */
export interface GateClient {
  readonly clientId: string;
  readonly publicKey: KeyObject;
  readonly keyVersion: string;
}

export interface Incoming {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

export interface Refusal {
  readonly refused: ResultCode;
  readonly why: string;
}

/**
 * What every call must get past before the wallet reads it: method, media type, client, time, signature. The order of the checks and
 * two codes aren't on the wallet's page and are chosen here: a `Request-Time` that isn't in form is PARAM_ILLEGAL; one too far from the
 * wallet's clock is SIGNATURE_INVALID, for an old signature proves nothing about who sends it now.
 */
export class Gate {
  readonly #clients: ReadonlyMap<string, GateClient>;
  readonly #clockSkewMs: number;
  readonly #encoding: SignatureEncoding;
  readonly #now: () => Date;

  constructor(parts: {
    readonly clients: readonly GateClient[];
    readonly clockSkewMs: number;
    readonly encoding: SignatureEncoding;
    readonly now: () => Date;
  }) {
    this.#clients = new Map(parts.clients.map((client) => [client.clientId, client]));
    this.#clockSkewMs = parts.clockSkewMs;
    this.#encoding = parts.encoding;
    this.#now = parts.now;
  }

  async admit(incoming: Incoming): Promise<Refusal | { readonly clientId: string }> {
    if (incoming.method !== 'POST')
      return { refused: 'METHOD_NOT_SUPPORTED', why: `Not ${incoming.method}.` };
    if (!isJson(header(incoming, 'content-type'))) {
      return { refused: 'MEDIA_TYPE_NOT_ACCEPTABLE', why: 'Content-Type must be application/json in UTF-8.' };
    }
    const client = this.#clients.get(header(incoming, 'client-id'));
    if (client === undefined) return { refused: 'CLIENT_INVALID', why: 'See the header Client-Id.' };
    const time = header(incoming, 'request-time');
    return this.#checkTime(time) ?? (await this.#checkSignature(incoming, client, time)) ?? client;
  }

  #checkTime(time: string): Refusal | null {
    const at = parseWalletTime(time);
    if (at === null) {
      return { refused: 'PARAM_ILLEGAL', why: 'Request-Time must be ISO 8601 with a numeric offset, not Z.' };
    }
    if (Math.abs(at.getTime() - this.#now().getTime()) <= this.#clockSkewMs) return null;
    return { refused: 'SIGNATURE_INVALID', why: "Request-Time is too far from the wallet's clock." };
  }

  async #checkSignature(incoming: Incoming, client: GateClient, time: string): Promise<Refusal | null> {
    const signature = parseSignatureHeader(header(incoming, 'signature'), this.#encoding);
    if (signature === null)
      return { refused: 'SIGNATURE_INVALID', why: 'The header Signature is not in form.' };
    if (signature.algorithm !== 'RSA256') {
      return { refused: 'SIGNATURE_INVALID', why: `The algorithm must be RSA256.` };
    }
    if (signature.keyVersion !== client.keyVersion) {
      return { refused: 'KEY_NOT_FOUND', why: `The key version in use is ${client.keyVersion}.` };
    }
    const { method, path, body } = incoming;
    const signed = { method, path, clientId: client.clientId, time, body };
    if (await verifies(signed, signature.signature, client.publicKey)) return null;
    return { refused: 'SIGNATURE_INVALID', why: 'It does not match the request and the key.' };
  }
}

/** A header's value; empty if it is missing or was sent twice. */
export function header(incoming: Pick<Incoming, 'headers'>, name: string): string {
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : '';
}
