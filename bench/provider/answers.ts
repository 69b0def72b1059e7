import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { rsaSign } from '../../src/providers/rsa.js';
import type { Merchant, Payment } from '../orders.js';
import { CURRENCY, paymentOf, requestIdFor } from '../orders.js';

/** An answer as it leaves: its time and signature, and the bytes that these are over. */
export interface SignedAnswer {
  readonly requestId: string;
  readonly time: string;
  readonly signature: string;
  readonly body: Buffer;
}

/**
 * The answers of the wallet that the benchmark captures at, one a payment.
 *
 * They are signed before anything is measured. A provider's processors aren't the worker's, and on the one machine that both run on here
 * its signing would take more than all the rest. Payments beyond those that were prepared are signed when they are asked for.
 */
export interface Answers {
  of(n: number): Promise<SignedAnswer> | SignedAnswer;
}

/** Whose payments the wallet holds, and who asks for them. */
type Client = Pick<Merchant, 'merchantId' | 'clientId'>;

/** How many are signed at once: enough to keep the threads busy. */
const AT_ONCE = 256;

export const CAPTURE_PATH = '/v1/payments/capture';

export async function prepareAnswers(
  count: number,
  merchant: Client,
  privateKey: KeyObject,
  now: Date,
  onProgress: (signed: number) => void,
): Promise<Answers> {
  const time = now.toISOString().replace('Z', '+00:00');
  const sign = (n: number): Promise<SignedAnswer> => signedAnswer(paymentOf(n), merchant, privateKey, time);
  const prepared: SignedAnswer[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i);
    prepared.push(...(await Promise.all(numbers.map(sign))));
    onProgress(prepared.length);
  }
  return { of: (n) => prepared[n] ?? sign(n) };
}

async function signedAnswer(
  payment: Payment,
  { merchantId, clientId }: Client,
  privateKey: KeyObject,
  time: string,
): Promise<SignedAnswer> {
  const requestId = requestIdFor(payment, merchantId);
  const body = Buffer.from(
    JSON.stringify({
      result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' },
      captureRequestId: requestId,
      paymentId: payment.paymentId,
      captureAmount: { value: payment.amount.toString(), currency: CURRENCY },
      captureId: createHash('sha256').update(payment.paymentId).digest('hex').slice(0, 24),
      captureTime: time,
    }),
  );
  const content = Buffer.concat([Buffer.from(`POST ${CAPTURE_PATH}\n${clientId}.${time}.`), body]);
  const signature = (await rsaSign(content, privateKey)).toString('base64');
  return { requestId, time, signature: `algorithm=RSA256, keyVersion=1, signature=${signature}`, body };
}
