import { createPublicKey, createSign, createVerify, randomUUID } from 'node:crypto';
import type { PayermaxKeys } from '../../sandbox/payermax/credentials.js';
import { membersOf, objectIn, without } from './members.js';

/** What a merchant got back: the HTTP answer, and what it says if it is in PayerMax's form. */
export interface PayermaxReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly code: string | null;
  readonly msg: string | null;
  /** Empty if there is none. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The code, and what became of a request that was accepted: `APPLY_SUCCESS PENDING`. */
  readonly outcome: string;
  /** Whether the answer's signature holds under PayerMax's key. */
  readonly signed: boolean;
}

/** What to send otherwise than an honest merchant would. */
export interface PayermaxDeviation {
  readonly method?: string;
  /** Replaces or, with null, removes headers after signing. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Replaces or, with null, removes members of the body beside its data, before signing. */
  readonly envelope?: Readonly<Record<string, unknown>>;
  /** How the amount is written in the body. */
  readonly amountText?: string;
  /** Sent instead of what was signed. */
  readonly sentBody?: string;
  readonly signature?: (base64: string) => string;
  readonly signal?: AbortSignal;
}

interface As {
  readonly merchantNo: string;
  readonly appId: string;
  readonly privateKeyPem: string;
}

/** A merchant's side of PayerMax's protocol, written for the tests alone: it shares no line with the client or with the sandbox. */
export class PayermaxMerchant {
  readonly #url: string;
  readonly #payermaxPublicKeyPem: string;
  readonly merchantNo: string;
  readonly appId: string;
  readonly #privateKeyPem: string;

  constructor(
    sandbox: { readonly url: string; readonly keys: { readonly payermax: PayermaxKeys } },
    as?: As,
  ) {
    const keys = sandbox.keys.payermax;
    this.#url = sandbox.url;
    this.#payermaxPublicKeyPem = keys.payermaxPublicKeyPem;
    this.merchantNo = as?.merchantNo ?? keys.merchantNo;
    this.appId = as?.appId ?? keys.appId;
    this.#privateKeyPem = as?.privateKeyPem ?? keys.merchantPrivateKeyPem ?? '';
  }

  /** Captures 100 SAR of an order unless told otherwise. The request id is made up; members that are null are left out. */
  capture(
    outTradeNo: string,
    fields: Readonly<Record<string, unknown>> = {},
    deviation: PayermaxDeviation = {},
  ): Promise<PayermaxReply> {
    const usual = { requestId: randomUUID(), outTradeNo, currency: 'SAR', amount: 100 };
    return this.call('capture', without({ ...usual, ...fields }), deviation);
  }

  queryOrder(outTradeNo: unknown, deviation: PayermaxDeviation = {}): Promise<PayermaxReply> {
    return this.call('orderQuery', { outTradeNo }, deviation);
  }

  call(
    api: string,
    data: Readonly<Record<string, unknown>>,
    deviation: PayermaxDeviation = {},
  ): Promise<PayermaxReply> {
    const { amountText } = deviation;
    const body = JSON.stringify(
      without({
        version: '1.5',
        keyVersion: '1',
        requestTime: requestTimeOf(new Date()),
        appId: this.appId,
        merchantNo: this.merchantNo,
        data: amountText === undefined ? data : { ...data, amount: '<amount>' },
        ...deviation.envelope,
      }),
    );
    return this.post(api, body.replace('"<amount>"', amountText ?? ''), deviation);
  }

  /** Signs and posts a body as it is. */
  async post(
    api: string,
    body: string | Uint8Array,
    deviation: PayermaxDeviation = {},
  ): Promise<PayermaxReply> {
    const { method = 'POST', signature = (base64: string) => base64, sentBody = body } = deviation;
    const sign = createSign('RSA-SHA256').update(body).sign(this.#privateKeyPem, 'base64');
    const headers = { 'Content-Type': 'application/json', sign: signature(sign), ...deviation.headers };
    const response = await fetch(`${this.#url}/aggregate-pay/api/gateway/${api}`, {
      method,
      headers: without<string>(headers),
      ...(deviation.signal === undefined ? {} : { signal: deviation.signal }),
      ...(method === 'GET' ? {} : { body: typeof sentBody === 'string' ? sentBody : Buffer.from(sentBody) }),
    });
    return this.#replyOf(response);
  }

  async #replyOf(response: Response): Promise<PayermaxReply> {
    const { status, headers } = response;
    const text = await response.text();
    const body = objectIn(text);
    const data = membersOf(body['data']);
    const code = typeof body['code'] === 'string' ? body['code'] : null;
    const msg = typeof body['msg'] === 'string' ? body['msg'] : null;
    const outcome = [code, data['status']].filter((part) => typeof part === 'string').join(' ');
    return { status, headers, text, code, msg, data, outcome, signed: this.#holds(headers, text) };
  }

  #holds(headers: Headers, text: string): boolean {
    const key = createPublicKey(this.#payermaxPublicKeyPem);
    return createVerify('RSA-SHA256')
      .update(text)
      .verify(key, headers.get('sign') ?? '', 'base64');
  }
}

/** A time as PayerMax wants it: to the millisecond, with an offset. */
export function requestTimeOf(at: Date): string {
  return at.toISOString().replace('Z', '+00:00');
}
