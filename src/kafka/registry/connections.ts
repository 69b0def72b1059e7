import { Agent, request, type Dispatcher } from 'undici';
import type { TlsSettings } from '../../tls.js';
import { tlsOptions } from '../../tls.js';

/** Connections to a registry, kept for the next request for a few seconds. */
export interface RegistryConnections {
  /** Resolves when an answer begins. The request must be one that may be repeated: see below. */
  request(url: URL, options: RequestOptions): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

export type RequestOptions = Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body' | 'signal'>;

/** Servers and proxies close idle connections after five seconds at the soonest. */
const KEPT_FOR_MS = 4_000;

/**
 * A server may close a kept connection in the moment in which the next request is sent, or drop it without a word when it is started anew.
 * That says nothing about the request: one whose connection ends before any of the answer came is sent again, once, on a new connection.
 */
export function registryConnections(tls: TlsSettings): RegistryConnections {
  // Each with options of its own, since the agents write into them.
  const kept = new Agent({
    keepAliveTimeout: KEPT_FOR_MS,
    keepAliveMaxTimeout: KEPT_FOR_MS,
    connect: tlsOptions(tls),
  });
  const single = new Agent({ pipelining: 0, connect: tlsOptions(tls) });
  return {
    request: async (url, options) => {
      try {
        return await request(url, { ...options, dispatcher: kept });
      } catch (error) {
        if (!isCutOff(error)) throw error;
        return await request(url, { ...options, dispatcher: single });
      }
    },
    close: async () => {
      await Promise.all([kept.close(), single.close()]);
    },
  };
}

const CUT_OFF: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CUT_OFF.has(error.code);
}
