import type { Message } from './message.js';

/** The gateway has answered that it did not take the message: `forGood`, or because it can't just now. */
export class Refused extends Error {
  readonly forGood: boolean;
  constructor(status: number) {
    super(`the gateway answered ${String(status)}`);
    this.forGood = !NOT_NOW.has(status);
  }
}

/** It waited in vain for the request, it is too early, there are too many. */
const NOT_NOW: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Hands a message to the gateway, which writes to the customer. The gateway must take each Idempotency-Key once and answer a repeat with
 * success too. Rejects unless it says within the timeout that it has the message: with `Refused` if it says by a 4xx that it did not take
 * it this time, with any other error if it may have it all the same.
 */
export async function deliver(url: string, message: Message, timeoutMs: number): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': message.messageId },
    body: JSON.stringify(message),
    // A redirected POST can arrive as a GET, whose success says nothing.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  // Read to its end, so that the connection can be used again.
  await response.arrayBuffer();
  if (response.status >= 400 && response.status < 500) throw new Refused(response.status);
  if (!response.ok) throw new Error(`the gateway answered ${String(response.status)}`);
}
