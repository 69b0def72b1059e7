import type { HttpCall, HttpClient, HttpClientOptions } from '../../src/providers/http-client.js';
import { createHttpClient } from '../../src/providers/http-client.js';
import type { HttpOutcome } from '../../src/providers/http-exchange.js';
import type { OnRequest, RawServer } from './raw-server.js';
import { startRawServer } from './raw-server.js';

export const BODY = '{"a":"é"}';

/** Servers and clients of one test file; `close` ends what a test opened. */
export class HttpRig {
  #cleanUps: (() => Promise<void>)[] = [];

  async server(onRequest?: OnRequest): Promise<RawServer> {
    const started = await startRawServer(onRequest);
    this.#cleanUps.push(() => started.close());
    return started;
  }

  client(origin: string, options: Partial<HttpClientOptions> = {}): HttpClient {
    const created = createHttpClient({
      origin,
      connections: 4,
      maxAnswerBytes: 1_000,
      connectTimeoutMs: 2_000,
      ...options,
    });
    this.#cleanUps.push(() => created.close());
    return created;
  }

  /** Clients first: they wait for their calls, which the end of the servers would break. */
  async close(): Promise<void> {
    for (const cleanUp of this.#cleanUps.toReversed()) await cleanUp();
    this.#cleanUps = [];
  }
}

/** A call with a deadline that is far away, unless the test is about the deadline. */
export function aCall(call: Partial<HttpCall> = {}): HttpCall {
  return {
    method: 'POST',
    path: '/v1/thing?x=1',
    headers: { 'Content-Type': 'application/json', 'X-Name': 'value' },
    body: Buffer.from(BODY, 'utf8'),
    timeoutMs: 10_000,
    mayWrite: () => true,
    ...call,
  };
}

export function codeOf(outcome: HttpOutcome): string {
  return outcome.kind === 'answered' ? `HTTP ${String(outcome.status)}` : outcome.code;
}

export function textOf(outcome: HttpOutcome): string {
  return outcome.kind === 'answered' ? Buffer.from(outcome.body).toString('utf8') : outcome.message;
}

/** What the server saw of all connections, once all of them have ended. */
export async function bytesSeen({ connections }: RawServer): Promise<number> {
  await Promise.all(connections.map(({ closed }) => closed));
  return connections.reduce((sum, connection) => sum + connection.received().length, 0);
}
