import Connection from 'kafkajs/src/network/connection.js';

/** How long before the end of a session to sign in anew, in ms: time enough for a request to arrive. */
const MARGIN_MS = 10_000;
/** Brokers take a second login within a second for a breach of the protocol. */
const NOT_BEFORE_MS = 1_200;

/**
 * Mends when kafkajs 2.2.4 signs in anew on a connection whose session ends, as with OAUTHBEARER it does when the token expires. It wants
 * to do so 10 s before the end, and so with each request if the whole session is shorter, which the brokers refuse: the client then gives
 * up for good.
 *
 * The mended connection signs in when a quarter of the session is left, but at most 10 s. May be called more than once.
 */
export function mendReauthentication(): void {
  Connection.prototype.isAuthenticated = function (this: Connection): boolean {
    if (this.authenticatedAt === null) return false;
    const lifeMs = Number(this.sessionLifetime.toString());
    const [seconds, nanoseconds] = process.hrtime(this.authenticatedAt);
    return lifeMs === 0 || seconds * 1_000 + nanoseconds / 1e6 < renewalOf(lifeMs);
  };
}

/** When in its life (ms) a session is renewed. */
export function renewalOf(lifeMs: number): number {
  return Math.max(lifeMs - Math.min(MARGIN_MS, lifeMs / 4), NOT_BEFORE_MS);
}
