import type { KeyObject } from 'node:crypto';
import type { Authorisation, Undone } from '../book.js';
import type { Letter, PostalRules, Reply, Sealed } from '../callbacks/letter.js';
import { readJson } from '../incoming.js';
import { rsaSignature } from '../rsa.js';
import { MINUTE } from '../time-spans.js';
import type { Word } from '../word.js';
import { z } from 'zod';
import { messageOf } from './codes.js';
import type { GateApp } from './gate.js';
import { writeJson } from './json.js';
import { payermaxTime } from './time.js';

const HOUR = 60 * MINUTE;

/** Six times in all. */
export const PAYERMAX_POST: PostalRules = {
  waitsMs: [0, MINUTE / 2, 5 * MINUTE, 10 * MINUTE, HOUR, 12 * HOUR],
  isTaken,
  canBeAsked: false,
};

const reply = z.object({ code: z.literal('SUCCESS') });

function isTaken({ status, body }: Reply): boolean {
  return status === 200 && 'request' in readJson(reply, Buffer.from(body));
}

type Data = Readonly<Record<string, unknown>>;

/** Writes PayerMax's callbacks: a header `sign` over the body as it leaves. A merchant of several apps is called under its first. */
export class PayermaxLetters {
  readonly #key: KeyObject;
  readonly #apps: ReadonlyMap<string, GateApp>;
  readonly #now: () => Date;

  constructor(parts: {
    readonly privateKey: KeyObject;
    readonly apps: readonly GateApp[];
    readonly now: () => Date;
  }) {
    this.#key = parts.privateKey;
    this.#apps = new Map(parts.apps.toReversed().map((app) => [app.merchantNo, app]));
    this.#now = parts.now;
  }

  /** The callback of a capture. Its data are those of an answer. */
  ofCapture(merchantNo: string, data: Data, says: Word): Letter {
    return {
      about: 'CAPTURE',
      says,
      decides: says === 'captured' || says === 'failed',
      seal: () => this.#seal(merchantNo, 'CAPTURE', data),
    };
  }

  /** The callback of what came after a capture: it says nothing of the capture itself. */
  ofUndoing({ merchant, paymentId, reference }: Authorisation, is: Undone): Letter {
    const notifyType = is === 'refunded' ? 'REFUND' : 'CANCEL';
    const data = { outTradeNo: reference ?? paymentId, status: 'SUCCESS' };
    return {
      about: notifyType,
      says: 'nothing',
      decides: false,
      seal: () => this.#seal(merchant, notifyType, data),
    };
  }

  async #seal(merchantNo: string, notifyType: string, data: Data): Promise<Sealed> {
    const app = this.#apps.get(merchantNo);
    const errorCode = data['errorCode'];
    const code = typeof errorCode === 'string' ? errorCode : 'APPLY_SUCCESS';
    const body = Buffer.from(
      writeJson({
        code,
        msg: messageOf(code),
        keyVersion: app?.keyVersion ?? '1',
        appId: app?.appId ?? '',
        merchantNo,
        notifyTime: payermaxTime(this.#now()),
        notifyType,
        data,
      }),
    );
    const sign = (await rsaSignature(body, this.#key)).toString('base64');
    return { headers: { 'content-type': 'application/json', sign }, body };
  }
}
