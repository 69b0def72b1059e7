import type { Message } from './message.js';

const TIMEOUT_MS = 5_000;

/**
 * Hands a message to the gateway, which writes to the customer. The gateway must take each Idempotency-Key once and answer a repeat with
 * success too. Rejects unless it says within five seconds that it has the message; it may have it all the same.
 */
export async function deliver(url: string, message: Message, timeoutMs = TIMEOUT_MS): Promise<void> {
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
  if (!response.ok) throw new Error(`the gateway answered ${String(response.status)}`);
}
