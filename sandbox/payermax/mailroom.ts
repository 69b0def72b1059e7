import type { KeyObject } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { deliver, jsonParcel } from '../delivery.js';
import type { Parcel, Sealing } from '../delivery.js';
import type { Delivery } from '../plan.js';
import { rsaSignature, spoilt } from '../rsa.js';

/** Signs PayerMax's answers, in a header `sign` over the body, and sends them, whole or spoilt as the script says. */
export class Mailroom {
  readonly #key: KeyObject;
  readonly #signsRefusals: boolean;

  constructor(parts: { readonly privateKey: KeyObject; readonly signsRefusals: boolean }) {
    this.#key = parts.privateKey;
    this.#signsRefusals = parts.signsRefusals;
  }

  /** The official client reads no signature of a refusal, so there may be none: they are signed only if the sandbox is told so. */
  deliver(
    reply: FastifyReply,
    { body, isRefusal }: { readonly body: Uint8Array; readonly isRefusal: boolean },
    delivery: Delivery,
  ): Promise<void> {
    const signs = this.#signsRefusals || !isRefusal;
    return deliver(reply, body, delivery, (bytes, how) =>
      this.#seal(bytes, how === 'signed' && !signs ? 'unsigned' : how),
    );
  }

  async #seal(body: Uint8Array, how: Sealing): Promise<Parcel> {
    const plain = jsonParcel(body);
    if (how === 'unsigned') return plain;
    const signature = await rsaSignature(body, this.#key);
    const sign = (how === 'signed' ? signature : spoilt(signature)).toString('base64');
    return { ...plain, headers: { ...plain.headers, sign } };
  }
}
