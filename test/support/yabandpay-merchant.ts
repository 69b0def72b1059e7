import { createHmac, randomUUID } from 'node:crypto';
import { membersOf, objectIn, without } from './members.js';

/** What a merchant got back: the HTTP answer, and what it says if it is in YabandPay's form. */
export interface YabandPayReply {
  readonly httpStatus: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly status: unknown;
  readonly code: unknown;
  readonly message: unknown;
  readonly data: Readonly<Record<string, unknown>>;
  /** The state of the capture or of the trade, whichever was asked for. */
  readonly state: unknown;
}

/** What to send otherwise than an honest merchant would. */
export interface YabandPayDeviation {
  readonly user?: string;
  readonly secretKey?: string;
  /** Unix seconds, signed and sent. */
  readonly time?: number;
  readonly sign?: (hex: string) => string;
  /** Replaces or, with null, removes members of the envelope after signing. */
  readonly envelope?: Readonly<Record<string, unknown>>;
  /** Sent instead of the envelope. */
  readonly sentBody?: string | Uint8Array;
  /** Writes the body in another way, which the signature, made of its members, doesn't notice. */
  readonly rewritten?: (body: string) => string;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** A merchant's side of YabandPay's protocol, written for the tests alone: it shares no line with the client or with the sandbox. */
export class YabandPayMerchant {
  readonly #url: string;
  readonly user: string;
  readonly #secretKey: string;

  constructor(
    sandbox: { readonly url: string; readonly keys: { readonly yabandpay: Credentials } },
    as: Credentials = sandbox.keys.yabandpay,
  ) {
    this.#url = `${sandbox.url}/Payments`;
    this.user = as.user;
    this.#secretKey = as.secretKey;
  }

  /** Captures 24.99 EUR of a trade unless told otherwise. The request id is made up unless given; null leaves a field out. */
  capture(
    tradeId: string,
    fields: Readonly<Record<string, unknown>> = {},
    deviation: YabandPayDeviation = {},
  ): Promise<YabandPayReply> {
    const whole = {
      trade_id: tradeId,
      amount: '24.99',
      currency: 'EUR',
      description: 'two books & a pen = a gift',
      notify_url: '',
      request_id: requestId(),
      ...fields,
    };
    return this.call('v3.Capture', without(whole), deviation);
  }

  query(tradeId: string, deviation: YabandPayDeviation = {}): Promise<YabandPayReply> {
    return this.call('v3.QueryOrder', { trade_id: tradeId }, deviation);
  }

  /** Signs and posts a call. */
  async call(
    method: string,
    data: Readonly<Record<string, unknown>>,
    deviation: YabandPayDeviation = {},
  ): Promise<YabandPayReply> {
    const { user = this.user, secretKey = this.#secretKey, sign = (hex: string) => hex } = deviation;
    const time = deviation.time ?? Math.floor(Date.now() / 1000);
    const covered = new Map<string, unknown>([
      ['user', user],
      ['method', method],
      ['time', time],
    ]);
    for (const [name, value] of Object.entries(data)) covered.set(name, value);
    const names = [...covered.keys()].toSorted((a, b) => (a < b ? -1 : 1));
    const text = names.map((name) => `${name}=${String(covered.get(name))}`).join('&');
    const hex = createHmac('sha256', secretKey).update(text, 'utf8').digest('hex');
    const envelope = without({ user, sign: sign(hex), method, time, data, ...deviation.envelope });
    const { rewritten = (json: string) => json } = deviation;
    const body = deviation.sentBody ?? rewritten(JSON.stringify(envelope));
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'Content-Type': deviation.contentType ?? 'application/json' },
      body: typeof body === 'string' ? body : Buffer.from(body),
      ...(deviation.signal === undefined ? {} : { signal: deviation.signal }),
    });
    return replyOf(response);
  }
}

interface Credentials {
  readonly user: string;
  readonly secretKey: string;
}

/** A request id as YabandPay wants it. */
export function requestId(): string {
  return randomUUID().replaceAll('-', '');
}

async function replyOf(response: Response): Promise<YabandPayReply> {
  const text = await response.text();
  const body = objectIn(text);
  const data = membersOf(body['data']);
  return {
    httpStatus: response.status,
    headers: response.headers,
    text,
    body,
    status: body['status'],
    code: body['code'],
    message: body['message'],
    data,
    state: data['state'] ?? membersOf(data['transaction_info'])['state'],
  };
}
