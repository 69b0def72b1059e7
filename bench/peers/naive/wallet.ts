import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { authenticityOf, signatureHeader, walletTime } from '../../../src/providers/wallet/signature.js';
import { CAPTURE_PATH } from '../../provider/answers.js';
import type { Order, Outcome } from './order.js';

export interface WalletOptions {
  readonly url: string;
  readonly clientId: string;
  readonly privateKey: KeyObject;
  readonly providerKey: KeyObject;
}

const TIMEOUT_MS = 25_000;

const answer = z.object({
  result: z.object({ resultStatus: z.literal('S') }),
  captureRequestId: z.string(),
  paymentId: z.string(),
  captureAmount: z.object({ value: z.string(), currency: z.string() }),
  captureId: z.string(),
  captureTime: z.string(),
});

/** Captures at the wallet. Rejects unless the answer is the wallet's and says that all that was asked for was captured. */
export async function captureAtWallet(order: Order, options: WalletOptions): Promise<Outcome> {
  const { url, clientId, privateKey, providerKey } = options;
  const captureAmount = { value: order.amount.toString(), currency: order.currency };
  const body = Buffer.from(
    JSON.stringify({ captureRequestId: order.requestId, paymentId: order.paymentId, captureAmount }),
  );
  const request = { method: 'POST', path: CAPTURE_PATH, clientId };
  const time = walletTime(new Date());
  const response = await fetch(`${url}${CAPTURE_PATH}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: await signatureHeader(
        { ...request, time, body },
        { privateKey, keyVersion: '1', urlEncoded: false },
      ),
    },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const said = { headers: Object.fromEntries(response.headers), body: bytes };
  if (!response.ok || authenticityOf(said, request, providerKey) !== 'verified')
    throw new Error(`${order.paymentId}: ${String(response.status)}, and no answer that is the wallet's`);
  const captured = answer.parse(JSON.parse(bytes.toString('utf8')));
  if (
    captured.captureRequestId !== order.requestId ||
    captured.paymentId !== order.paymentId ||
    captured.captureAmount.value !== captureAmount.value ||
    captured.captureAmount.currency !== captureAmount.currency
  )
    throw new Error(`${order.paymentId}: the answer is about something else`);
  return {
    providerCaptureId: captured.captureId,
    capturedAt: new Date(captured.captureTime),
    settledAt: new Date(),
  };
}
