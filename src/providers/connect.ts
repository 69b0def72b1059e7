import type { ConnectionConfig } from './connection.js';
import type { HttpClient } from './http-client.js';
import { createHttpClient } from './http-client.js';

/** The connections of an account. `maxAnswerBytes` is the longest answer body that its provider may send. */
export function connect(
  { baseUrl, maxInFlight, timeoutMs }: ConnectionConfig,
  { maxAnswerBytes }: { readonly maxAnswerBytes: number },
): HttpClient {
  const { origin } = new URL(baseUrl);
  return createHttpClient({ origin, connections: maxInFlight, maxAnswerBytes, connectTimeoutMs: timeoutMs });
}
