import type { ConnectionOptions } from 'node:tls';
import type { TlsSettings } from '../tls.js';
import { tlsOptions } from '../tls.js';

/** How a connection to PostgreSQL is encrypted, and what of the server's certificate is checked. */
export interface DatabaseTls extends TlsSettings {
  /** Its name, and that a trusted authority vouches for it; the authority alone; or nothing: then anybody could be the server. */
  readonly checks: 'name' | 'authority' | 'nothing';
}

/**
 * The settings as the driver takes them. Never undefined, which would let the driver look into PGSSLMODE; and a fresh object each time,
 * since the driver writes into it.
 */
export function sslOptions(tls: DatabaseTls | null): ConnectionOptions | false {
  if (tls === null) return false;
  const options = tlsOptions(tls);
  switch (tls.checks) {
    case 'name':
      return options;
    case 'authority':
      return { ...options, checkServerIdentity: () => undefined };
    case 'nothing':
      return { ...options, rejectUnauthorized: false };
  }
}
