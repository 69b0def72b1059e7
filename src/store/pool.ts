import pg from 'pg';
import type { DatabaseTls } from './connection.js';
import { sslOptions } from './connection.js';

export interface PoolOptions {
  /** Without parameters about TLS. */
  readonly url: string;
  /** No encryption unless given. */
  readonly tls?: DatabaseTls | null;
  /** The most connections that this process opens. */
  readonly max: number;
  /** How this process is named in pg_stat_activity. */
  readonly applicationName: string;
  /** Told of a connection that broke while nobody used it; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
}

const SECOND = 1000;
/** How long a connection may take, or the wait for one that is free. */
const CONNECT_TIMEOUT_MS = 5 * SECOND;
/** Above the database's own statement timeout: it fires only when the database can't answer at all, as on a dead network path. */
const ANSWER_TIMEOUT_MS = 15 * SECOND;

/**
 * Every session is set up alike, whatever the server's, the database's or the role's defaults.
 *
 * Timeouts: a batch that takes seconds is in trouble, and giving up (retryable) keeps one lock from stopping everything; a worker that
 * hangs inside a transaction loses it, so that its row locks don't outlive it by much. A worker whose machine vanished never says
 * goodbye: the keepalives let the server notice within half a minute and give up its locks.
 *
 * Planning: hot statements join a short list of keys with tables that may be empty when the plan is cached and huge a minute later.
 * Only walking an index by key, or in its order until there is enough, is right for both, so the alternatives are taken away. JIT costs
 * more than any of these statements.
 */
const SESSION_SETTINGS = `
  set statement_timeout = '10s';
  set lock_timeout = '5s';
  set idle_in_transaction_session_timeout = '10s';
  set tcp_keepalives_idle = 10;
  set tcp_keepalives_interval = 5;
  set tcp_keepalives_count = 3;
  set default_transaction_isolation = 'read committed';
  set timezone = 'UTC';
  set enable_seqscan = off;
  set enable_bitmapscan = off;
  set enable_hashjoin = off;
  set enable_mergejoin = off;
  set jit = off;
`;

/** A pool of connections for everything in `src/store`. In its results int8 is `bigint`. Close it with `end()`. */
export function createPool({ url, tls = null, max, applicationName, onIdleError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    ssl: sslOptions(tls),
    max,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idleTimeoutMillis: 60 * SECOND,
    keepAlive: true,
    types: resultTypes(),
    verify: (client, done) => {
      client.query(SESSION_SETTINGS, (error: Error | undefined) => {
        done(error);
      });
    },
  });
  // Without a listener a connection lost while idle would end the process.
  pool.on('error', (error) => onIdleError?.(error));
  return pool;
}

/** The driver's own parsers, but int8 as `bigint`: as a number it would lose digits. For these pools only, not for the process. */
function resultTypes(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, BigInt);
  return types;
}
