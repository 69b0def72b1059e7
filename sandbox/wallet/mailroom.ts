import type { KeyObject } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { errorPage, resetConnection, send, sendTruncated } from '../delivery.js';
import type { Parcel } from '../delivery.js';
import type { Delivery } from '../plan.js';
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

  async deliver(
    reply: FastifyReply,
    envelope: Envelope,
    body: Uint8Array,
    delivery: Delivery,
  ): Promise<void> {
    switch (delivery.is) {
      case 'signed':
        await send(reply, await this.#parcel(envelope, body));
        return;
      case 'unsigned':
        await send(reply, unsigned(body));
        return;
      case 'wrong_signature':
        await send(reply, await this.#parcel(envelope, body, spoilt));
        return;
      case 'garbage':
        await send(reply, await this.#parcel(envelope, Buffer.from('{"result": {"resultCode": SUCC')));
        return;
      case 'truncated':
        sendTruncated(reply, await this.#parcel(envelope, body));
        return;
      case 'reset':
        resetConnection(reply);
        return;
      case 'http':
        await send(reply, errorPage(delivery.status));
        return;
    }
  }

  async #parcel(
    envelope: Envelope,
    body: Uint8Array,
    change: (signature: Buffer) => Buffer = (signature) => signature,
  ): Promise<Parcel> {
    const time = walletTime(this.#now());
    const signature = change(await signatureOf({ ...envelope, time, body }, this.#key));
    const header = { algorithm: 'RSA256', keyVersion: this.#keyVersion, signature };
    const plain = unsigned(body);
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

function unsigned(body: Uint8Array): Parcel {
  return { status: 200, headers: { 'content-type': 'application/json; charset=UTF-8' }, body };
}

/** A signature in form that doesn't hold. */
function spoilt(signature: Buffer): Buffer {
  return Buffer.from(signature.map((byte, index) => (index === 0 ? byte ^ 1 : byte)));
}
