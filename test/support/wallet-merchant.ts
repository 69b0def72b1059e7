import { createPublicKey, createSign, createVerify, randomUUID } from 'node:crypto';
import type { WalletKeys } from '../../sandbox/wallet/credentials.js';
import { membersOf, objectIn, without } from './members.js';

/** What a merchant got back: the HTTP answer, and what it says if it is in the wallet's form. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly resultCode: string | null;
  readonly resultStatus: string | null;
  readonly resultMessage: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the answer's signature holds under the wallet's key. */
  readonly signed: boolean;
}

/** What to send otherwise than an honest merchant would. */
export interface Deviation {
  readonly method?: string;
  readonly path?: string;
  /** Replaces or, with null, removes headers after signing. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** What is signed as the request's time, and sent as it. */
  readonly time?: string;
  readonly clientId?: string;
  /** Sent instead of what was signed. */
  readonly sentBody?: string | Uint8Array;
  readonly signature?: (base64: string) => string;
  readonly algorithm?: string;
  readonly keyVersion?: string;
  readonly signal?: AbortSignal;
}

/** A merchant's side of the wallet's protocol, written for the tests alone: it shares no line with the client or with the sandbox. */
export class WalletMerchant {
  readonly #url: string;
  readonly #walletPublicKeyPem: string;
  readonly clientId: string;
  readonly #privateKeyPem: string;

  constructor(
    sandbox: { readonly url: string; readonly keys: { readonly wallet: WalletKeys } },
    as?: { clientId: string; privateKeyPem: string },
  ) {
    const keys = sandbox.keys.wallet;
    this.#url = sandbox.url;
    this.#walletPublicKeyPem = keys.walletPublicKeyPem;
    this.clientId = as?.clientId ?? keys.clientId;
    this.#privateKeyPem = as?.privateKeyPem ?? keys.merchantPrivateKeyPem ?? '';
  }

  /** Captures a payment. Amount and request id are made up unless given; `captureAmount: null` leaves it out. */
  capture(
    paymentId: string,
    fields: Readonly<Record<string, unknown>> = {},
    deviation: Deviation = {},
  ): Promise<Reply> {
    const whole = { captureRequestId: randomUUID(), paymentId, ...fields };
    return this.post('/v1/payments/capture', without(whole), deviation);
  }

  inquire(fields: Readonly<Record<string, unknown>>, deviation: Deviation = {}): Promise<Reply> {
    return this.post('/v1/payments/inquiryPayment', fields, deviation);
  }

  /** Signs and posts a body: an object as JSON, text and bytes as they are. */
  async post(path: string, content: object | string | Uint8Array, deviation: Deviation = {}): Promise<Reply> {
    const body =
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
    const { method = 'POST', time = timeOf(new Date()), clientId = this.clientId } = deviation;
    const { algorithm = 'RSA256', keyVersion = '1' } = deviation;
    const signature = createSign('RSA-SHA256')
      .update(`${method} ${path}\n${clientId}.${time}.`)
      .update(body)
      .sign(this.#privateKeyPem, 'base64');
    const written = deviation.signature?.(signature) ?? signature;
    const headers = without({
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: `algorithm=${algorithm}, keyVersion=${keyVersion}, signature=${written}`,
      ...deviation.headers,
    });
    const sent = deviation.sentBody ?? body;
    const response = await fetch(this.#url + (deviation.path ?? path), {
      method,
      headers,
      ...(deviation.signal === undefined ? {} : { signal: deviation.signal }),
      ...(method === 'GET' ? {} : { body: typeof sent === 'string' ? sent : Buffer.from(sent) }),
    });
    return this.#replyOf(response, method, path);
  }

  async #replyOf(response: Response, method: string, path: string): Promise<Reply> {
    const text = await response.text();
    const body = objectIn(text);
    return {
      status: response.status,
      headers: response.headers,
      text,
      ...{ resultCode: null, resultStatus: null, resultMessage: null },
      ...membersOf(body['result']),
      body,
      signed: this.#holds(response.headers, `${method} ${path}`, text),
    };
  }

  #holds(headers: Headers, what: string, text: string): boolean {
    const value = /^algorithm=RSA256, keyVersion=1, signature=(.+)$/.exec(
      headers.get('signature') ?? '',
    )?.[1];
    if (value === undefined) return false;
    return createVerify('RSA-SHA256')
      .update(`${what}\n${headers.get('client-id') ?? ''}.${headers.get('response-time') ?? ''}.${text}`)
      .verify(createPublicKey(this.#walletPublicKeyPem), decodeURIComponent(value), 'base64');
  }
}

/** A time as the wallet wants it: ISO 8601 with a numeric offset. */
export function timeOf(at: Date): string {
  return at.toISOString().replace('Z', '+00:00');
}
