import type { KeyObject } from 'node:crypto';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

/** A notification as its provider posts it. Written for the tests alone: it shares no line with what reads it. */
export interface Posted {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Members = Readonly<Record<string, unknown>>;

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function keyPair(): KeyPair {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** The wallet's family signs its requests to merchants like those that merchants make. */
export class WalletSender {
  constructor(
    readonly path: string,
    readonly clientId: string,
    readonly key: KeyObject,
  ) {}

  /** Members that are undefined are left out. */
  post(body: Members | string, at: Date, time = at.toISOString().replace('Z', '+00:00')): Posted {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const content = `POST ${this.path}\n${this.clientId}.${time}.${text}`;
    const signature = sign('sha256', Buffer.from(content), this.key).toString('base64');
    return {
      path: this.path,
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'client-id': this.clientId,
        'request-time': time,
        signature: `algorithm=RSA256, keyVersion=1, signature=${signature}`,
      },
      body: text,
    };
  }
}

/** YabandPay signs the members of `data`, sorted, as bare text. */
export class YabandpaySender {
  constructor(
    readonly path: string,
    readonly secret: string,
  ) {}

  signOf(data: Members, { dropEmpty = false } = {}): string {
    const text = Object.entries(data)
      .filter(([, value]) => value !== undefined)
      .map(
        ([name, value]) =>
          [name, typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)] as const,
      )
      .filter(([, value]) => !dropEmpty || value !== '')
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    return createHmac('sha256', this.secret).update(text).digest('hex');
  }

  post(data: Members, how: { readonly dropEmpty?: boolean; readonly asForm?: boolean } = {}): Posted {
    const json = JSON.stringify({ sign: this.signOf(data, how), data });
    return this.raw(how.asForm === true ? `resultData=${encodeURIComponent(json)}` : json);
  }

  raw(body: string): Posted {
    return { path: this.path, headers: { 'content-type': 'application/json' }, body };
  }
}

/** PayerMax signs the body. */
export class PayermaxSender {
  constructor(
    readonly path: string,
    readonly merchantNo: string,
    readonly appId: string,
    readonly key: KeyObject,
  ) {}

  /** A callback of a capture; members of the envelope that are given replace the usual ones. */
  post(data: Members, at: Date, envelope: Members = {}): Posted {
    return this.raw(
      JSON.stringify({
        code: 'APPLY_SUCCESS',
        msg: 'Success.',
        keyVersion: '1',
        appId: this.appId,
        merchantNo: this.merchantNo,
        notifyTime: at.toISOString().replace('Z', '+00:00'),
        notifyType: 'CAPTURE',
        data,
        ...envelope,
      }),
    );
  }

  raw(body: string): Posted {
    const signature = sign('sha256', Buffer.from(body), this.key).toString('base64');
    return { path: this.path, headers: { 'content-type': 'application/json', sign: signature }, body };
  }
}
