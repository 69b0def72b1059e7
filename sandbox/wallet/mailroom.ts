import type { KeyObject } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { deliver, jsonParcel } from '../delivery.js';
import type { Parcel, Sealing } from '../delivery.js';
import type { Delivery } from '../plan.js';
import { spoilt } from '../rsa.js';
import type { SignatureEncoding } from './signature.js';
import { formatSignatureHeader, signatureOf } from './signature.js';
import { walletTime } from './time.js';

/** To whom and about what an answer goes: what its signature covers besides the body. */
export interface Envelope {
  readonly method: string;
  readonly path: string;
  readonly clientId: string;
}

/** Signs the wallet's answers and sends them, whole or spoilt as the script says. */
export class Mailroom {
  readonly #key: KeyObject;
  readonly #keyVersion: string;
  readonly #encoding: SignatureEncoding;
  readonly #now: () => Date;

  constructor(parts: {
    readonly privateKey: KeyObject;
    readonly keyVersion: string;
    readonly encoding: SignatureEncoding;
    readonly now: () => Date;
  }) {
    this.#key = parts.privateKey;
    this.#keyVersion = parts.keyVersion;
    this.#encoding = parts.encoding;
    this.#now = parts.now;
  }

  deliver(reply: FastifyReply, envelope: Envelope, body: Uint8Array, delivery: Delivery): Promise<void> {
    return deliver(reply, body, delivery, (bytes, how) => this.#seal(envelope, bytes, how));
  }

  async #seal(envelope: Envelope, body: Uint8Array, how: Sealing): Promise<Parcel> {
    const plain = jsonParcel(body);
    if (how === 'unsigned') return plain;
    const time = walletTime(this.#now());
    const signature = await signatureOf({ ...envelope, time, body }, this.#key);
    const header = {
      algorithm: 'RSA256',
      keyVersion: this.#keyVersion,
      signature: how === 'signed' ? signature : spoilt(signature),
    };
    return {
      ...plain,
      headers: {
        ...plain.headers,
        'client-id': envelope.clientId,
        'response-time': time,
        signature: formatSignatureHeader(header, this.#encoding),
      },
    };
  }
}
