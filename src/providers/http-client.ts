import { Pool } from 'undici';
import type { HttpOutcome } from './http-exchange.js';
import { HTTP_CALL_CODES, HttpExchange } from './http-exchange.js';

export interface HttpClientOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The most connections, and so the most calls under way; further calls wait for one within their own deadline. */
  readonly connections: number;
  /** The longest answer body taken, in bytes. */
  readonly maxAnswerBytes: number;
  /** How long an idle connection is kept, in ms, unless the server asks for less (or for more, up to a minute). Default 4000. */
  readonly keepAliveMs?: number;
  /** The longest that connecting may take, in ms. A call's own deadline ends its wait earlier, not the connecting. */
  readonly connectTimeoutMs: number;
}

export interface HttpCall {
  readonly method: 'POST';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The deadline of the whole call, in ms from now. */
  readonly timeoutMs: number;
  /** Asked when a connection is ready, right before the first byte is written; on false nothing is written. */
  readonly mayWrite: () => boolean;
}

/** HTTP to one host over kept connections. No retry and no redirect: every call is at most one request. */
export interface HttpClient {
  /** Never rejects. */
  call(call: HttpCall): Promise<HttpOutcome>;
  /** Takes no more calls, waits for those under way (each has its deadline), then closes all connections. */
  close(): Promise<void>;
}

const LONGEST_KEEP_ALIVE_MS = 60_000;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const pool = new Pool(options.origin, {
    connections: options.connections,
    // One request at a time on a connection: behind a second one, a lost connection would leave more than one call in doubt.
    pipelining: 1,
    keepAliveTimeout: options.keepAliveMs ?? 4_000,
    keepAliveMaxTimeout: LONGEST_KEEP_ALIVE_MS,
    maxResponseSize: options.maxAnswerBytes,
    connect: { timeout: options.connectTimeoutMs },
    // The exchange keeps one deadline for the whole call; undici's own timers start anew with each phase, the body's with each chunk.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const underWay = new Set<Promise<HttpOutcome>>();
  let closing: Promise<void> | null = null;

  const close = async (): Promise<void> => {
    await Promise.all(underWay);
    // Not `close`: requests whose calls ended may still wait for a connection that never comes.
    await pool.destroy();
  };

  return {
    call: ({ method, path, headers, body, timeoutMs, mayWrite }) => {
      if (closing !== null) {
        return Promise.resolve({
          kind: 'not_sent',
          code: HTTP_CALL_CODES.closed,
          message: 'the client is closed',
        });
      }
      const exchange = new HttpExchange(timeoutMs, mayWrite);
      const { outcome } = exchange;
      underWay.add(outcome);
      void outcome.then(() => underWay.delete(outcome));
      pool.dispatch({ method, path, headers, body }, exchange);
      return outcome;
    },
    close: () => (closing ??= close()),
  };
}
