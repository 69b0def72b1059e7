import type { KeyObject } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { z } from 'zod';
import { rsaVerifies } from '../../src/providers/rsa.js';
import { signatureIn } from '../../src/providers/wallet/signature.js';
import { CURRENCY, numberOf, paymentOf } from '../orders.js';
import type { Answers, SignedAnswer } from './answers.js';
import { CAPTURE_PATH } from './answers.js';
import type { Book } from './book.js';
import { createBook } from './book.js';
import type { Latency } from './latency.js';
import { drawn, fixed, latency } from './latency.js';

export interface ProviderOptions {
  readonly answers: Answers;
  /** Who may ask it. */
  readonly clientId: string;
  readonly merchantPublicKey: KeyObject;
  readonly random: () => number;
}

/**
 * A wallet that does as little as a wallet can: it verifies each request's signature, holds it against the payment, counts the money,
 * waits, and answers with what was signed before. `POST /round` with a latency begins a new round with an empty book; `GET /counts` tells
 * what the book holds.
 */
export function createProvider({ answers, clientId, merchantPublicKey, random }: ProviderOptions): Server {
  let book = createBook();
  let wait: Latency = fixed(0);

  function answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    switch (request.url) {
      case CAPTURE_PATH:
        capture(request, body, response);
        return;
      case '/round':
        wait = latency.parse(JSON.parse(body.toString()));
        book = createBook();
        response.end('{}');
        return;
      case '/counts':
        response.end(JSON.stringify({ ...book.counts(), amount: book.counts().amount.toString() }));
        return;
      case undefined:
      default:
        refuse(response, 404, 'no such path', book);
    }
  }

  function capture(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    // Of this round: the next may have begun when the answer is due.
    const current = book;
    const arrived = performance.now();
    if (!isSigned(request, body, clientId, merchantPublicKey)) {
      refuse(response, 401, 'the signature is wrong', current);
      return;
    }
    const asked = captureRequest.parse(JSON.parse(body.toString()));
    const n = numberOf(asked.paymentId);
    if (n === null || !isWhole(asked, n)) {
      refuse(response, 400, 'this is not the payment', current);
      return;
    }
    const entry = current.capture(n, asked.captureRequestId);
    const send = (signed: SignedAnswer): void => {
      if (entry === 'double' || asked.captureRequestId !== signed.requestId) {
        refuse(response, 409, 'another request has captured this payment, or should', current);
        return;
      }
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Content-Length': signed.body.length,
        'Client-Id': clientId,
        'Response-Time': signed.time,
        Signature: signed.signature,
      });
      response.end(signed.body);
    };
    const ms = Math.max(0, drawn(wait, random()) - (performance.now() - arrived));
    // What wasn't prepared is signed while the answer waits, so that this adds nothing to it.
    const signed = answers.of(n);
    setTimeout(() => {
      if (signed instanceof Promise) void signed.then(send);
      else send(signed);
    }, ms);
  }

  return createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        answer(
          request,
          chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks),
          response,
        );
      } catch (error) {
        refuse(response, 400, String(error), book);
      }
    });
  });
}

const captureRequest = z.object({
  captureRequestId: z.string(),
  paymentId: z.string(),
  captureAmount: z.object({ value: z.string(), currency: z.string() }),
});

function isWhole({ captureAmount: { value, currency } }: z.infer<typeof captureRequest>, n: number): boolean {
  return currency === CURRENCY && value === paymentOf(n).amount.toString();
}

function isSigned({ headers }: IncomingMessage, body: Buffer, clientId: string, key: KeyObject): boolean {
  const { 'client-id': client, 'request-time': time, signature: header } = headers;
  if (client !== clientId || typeof time !== 'string' || header === undefined) return false;
  const signature = signatureIn(header);
  const content = Buffer.concat([Buffer.from(`POST ${CAPTURE_PATH}\n${clientId}.${time}.`), body]);
  return signature !== null && rsaVerifies(content, signature, key);
}

function refuse(response: ServerResponse, status: number, why: string, book: Book): void {
  book.refuse();
  response.writeHead(status, { 'Content-Type': 'text/plain' });
  response.end(why);
}
