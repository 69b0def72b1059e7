import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { isJson, NO_JSON, readAs } from '../incoming.js';
import { bytesInBase64, rsaVerifies } from '../rsa.js';
import { readDocument } from './json.js';
import type { Admitted, Refusal } from './requests.js';
import { parseRequestTime } from './time.js';

/** A merchant's app as PayerMax knows it. */
export interface GateApp {
  readonly appId: string;
  readonly merchantNo: string;
  readonly publicKey: KeyObject;
  readonly keyVersion: string;
}

export interface Incoming {
  readonly method: string;
  readonly contentType: string;
  /** The header `sign`. */
  readonly sign: string;
  readonly body: Uint8Array;
}

/**
 * What every call must get past before PayerMax reads its data. The app is named in the body, so of an unsigned body as much is read as
 * names the app; nothing else of it counts before the signature holds. The order of the checks isn't on PayerMax's pages, nor are the
 * codes of a wrong method, media type or key version: here they are PARAMS_INVALID.
 */
export class Gate {
  readonly #apps: ReadonlyMap<string, GateApp>;
  readonly #clockSkewMs: number;
  readonly #now: () => Date;

  constructor(parts: {
    readonly apps: readonly GateApp[];
    readonly clockSkewMs: number;
    readonly now: () => Date;
  }) {
    this.#apps = new Map(parts.apps.map((app) => [app.appId, app]));
    this.#clockSkewMs = parts.clockSkewMs;
    this.#now = parts.now;
  }

  async admit({ method, contentType, sign, body }: Incoming): Promise<Refusal | Admitted> {
    if (method !== 'POST') return { refused: 'PARAMS_INVALID', why: `Not by ${method}.` };
    if (!isJson(contentType)) {
      return { refused: 'PARAMS_INVALID', why: 'Content-Type must be application/json in UTF-8.' };
    }
    const document = readDocument(body);
    if (document === null) return { refused: 'PARAMS_INVALID', why: NO_JSON };
    const named = readAs(appSchema, document.value);
    if ('problem' in named) return { refused: 'PARAMS_INVALID', why: named.problem };
    const app = this.#apps.get(named.request.appId);
    if (app === undefined) return { refused: 'MERCHANT_APP_INVALID', why: 'See appId.' };
    const signature = bytesInBase64(sign);
    if (signature === null || !(await rsaVerifies(body, signature, app.publicKey))) {
      return { refused: 'SIGN_VERIFY_FAILED', why: 'See the header sign, in base64 with padding.' };
    }
    return this.#checkEnvelope(document.value, app) ?? { merchant: app.merchantNo, document };
  }

  #checkEnvelope(body: unknown, app: GateApp): Refusal | null {
    const read = readAs(envelopeSchema, body);
    if ('problem' in read) return { refused: 'PARAMS_INVALID', why: read.problem };
    const { keyVersion, requestTime, merchantNo = app.merchantNo } = read.request;
    if (keyVersion !== app.keyVersion) {
      return { refused: 'PARAMS_INVALID', why: `The key version in use is ${app.keyVersion}.` };
    }
    if (Math.abs(requestTime.getTime() - this.#now().getTime()) > this.#clockSkewMs) {
      return { refused: 'REQ_TIME_OVER_TIME', why: 'See requestTime.' };
    }
    if (merchantNo !== app.merchantNo) return { refused: 'MERCHANT_INVALID', why: 'See merchantNo.' };
    return null;
  }
}

const appSchema = z.object({ appId: z.string() });

const envelopeSchema = z.object({
  version: z.enum(['1.4', '1.5']),
  keyVersion: z.string(),
  requestTime: z.string().transform((text, context) => {
    const at = parseRequestTime(text);
    if (at !== null) return at;
    context.addIssue({ code: 'custom', message: "must be in the form yyyy-MM-dd'T'HH:mm:ss.SSSXXX" });
    return z.NEVER;
  }),
  merchantNo: z.string().max(32).optional(),
  data: z.object({}),
});
