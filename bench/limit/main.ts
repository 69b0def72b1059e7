import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { wholeNumber } from '../../dev/whole-number.js';
import { createHttpClient } from '../../src/providers/http-client.js';
import { signatureHeader, walletTime } from '../../src/providers/wallet/signature.js';
import { CLIENT_ID, CURRENCY, paymentOf, requestIdFor } from '../orders.js';
import { CAPTURE_PATH } from '../provider/answers.js';

/**
 * The limit: what one process can ask of the provider if it does nothing else. It signs, posts and parses, through the HTTP client that the
 * worker uses; it reads no orders, writes nothing down, verifies nothing and tells nobody. Runs until it is stopped.
 */
const options = new Command('bench/limit')
  .requiredOption('--url <url>', 'the provider')
  .requiredOption('--key <file>', "the merchant's private key")
  .requiredOption('--in-flight <number>', 'how many calls are under way', wholeNumber)
  .parse()
  .opts<{ readonly url: string; readonly key: string; readonly inFlight: number }>();

const privateKey = createPrivateKey(await readFile(options.key));
const http = createHttpClient({
  origin: options.url,
  connections: options.inFlight,
  maxAnswerBytes: 65_536,
  connectTimeoutMs: 25_000,
});
let next = 0;

async function captureNext(): Promise<void> {
  const payment = paymentOf(next++);
  const body = Buffer.from(
    JSON.stringify({
      captureRequestId: requestIdFor(payment),
      paymentId: payment.paymentId,
      captureAmount: { value: payment.amount.toString(), currency: CURRENCY },
    }),
  );
  const time = walletTime(new Date());
  const signature = await signatureHeader(
    { method: 'POST', path: CAPTURE_PATH, clientId: CLIENT_ID, time, body },
    { privateKey, keyVersion: '1', urlEncoded: false },
  );
  const outcome = await http.call({
    method: 'POST',
    path: CAPTURE_PATH,
    headers: {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': CLIENT_ID,
      'Request-Time': time,
      Signature: signature,
    },
    body,
    timeoutMs: 25_000,
    mayWrite: () => true,
  });
  if (outcome.kind !== 'answered' || outcome.status !== 200)
    throw new Error(`the provider did not capture ${payment.paymentId}: ${JSON.stringify(outcome)}`);
  JSON.parse(Buffer.from(outcome.body).toString('utf8'));
}

async function keepAsking(): Promise<never> {
  for (;;) await captureNext();
}

await Promise.all(Array.from({ length: options.inFlight }, keepAsking));
