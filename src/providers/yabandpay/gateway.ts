import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { HttpOutcome } from '../http-exchange.js';
import { readBody } from '../json.js';
import type { Wire } from '../post.js';
import { post } from '../post.js';
import { signatureOf } from './signature.js';

/** Every method has the same path. */
export const PATH = '/Payments';

export interface YabandpayRequest {
  readonly method: 'v3.Capture' | 'v3.QueryOrder';
  /** The text of the `data` object. */
  readonly data: Uint8Array;
  readonly mayWrite: () => boolean;
}

export interface Sender {
  readonly user: string;
  readonly secretKey: KeyObject;
  readonly timeoutMs: number;
}

/** Signs a request with the time as it is now and sends it once. Never rejects. */
export function postSigned(
  { method, data, mayWrite }: YabandpayRequest,
  sender: Sender,
  wire: Wire,
): Promise<HttpOutcome> {
  const sign = (now: Date) => ({
    headers: { 'Content-Type': 'application/json; charset=UTF-8' },
    body: bodyAround(data, { method, now }, sender),
  });
  return post({ path: PATH, sign, mayWrite, timeoutMs: sender.timeoutMs }, wire);
}

const dataMembers = z.record(z.string(), z.string());

/** The body of a request: the envelope's members, then the data byte for byte as given. Throws if the data isn't an object of texts. */
export function bodyAround(
  data: Uint8Array,
  { method, now }: { readonly method: string; readonly now: Date },
  { user, secretKey }: Pick<Sender, 'user' | 'secretKey'>,
): Uint8Array {
  const members = readBody(data, dataMembers);
  if (members === null) throw new Error('the data of the request is no JSON object of texts');
  const time = Math.floor(now.getTime() / 1_000);
  const sign = signatureOf({ user, method, time, data: members }, secretKey);
  const envelope = JSON.stringify({ user, sign, method, time });
  return Buffer.concat([Buffer.from(`${envelope.slice(0, -1)},"data":`, 'utf8'), data, Buffer.from('}')]);
}
