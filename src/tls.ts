import type { ConnectionOptions } from 'node:tls';

/** What a client checks the other end by, and shows of itself. All as PEM. */
export interface TlsSettings {
  /** The only authorities that are trusted; null for those that Node trusts. */
  readonly authorities: string | null;
  readonly identity: TlsIdentity | null;
}

export interface TlsIdentity {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The settings as Node takes them: a fresh object each time, since clients write into theirs. */
export function tlsOptions({
  authorities,
  identity,
}: TlsSettings): Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'> {
  return {
    // Said here, since a variable of Node's could turn it off.
    rejectUnauthorized: true,
    ...(authorities !== null && { ca: authorities }),
    ...(identity !== null && { cert: identity.certificate, key: identity.privateKey }),
  };
}

/** What the codes of Node and OpenSSL mean for whoever must mend it. The first that matches counts. */
const FAULTS: readonly (readonly [code: RegExp, what: string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for other names'],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired'],
  [/^CERT_NOT_YET_VALID$/, 'its certificate is not valid yet'],
  [
    /SELF_SIGNED_CERT|^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)/,
    'its certificate comes from an authority that is not trusted',
  ],
  [/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/, 'it speaks no TLS on that port'],
  [
    /^ERR_SSL_\w*ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|HANDSHAKE_FAILURE)/,
    "it asks for a client certificate, or doesn't take the one it was shown",
  ],
  [/^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|INVALID_)/, 'TLS failed'],
];

const MAX_LINKS = 10;

/**
 * What kept TLS from being established, in words about the other end; null if the error, with all that caused it, is about something
 * else.
 */
export function tlsFault(error: unknown): string | null {
  let link = error;
  for (let depth = 0; depth < MAX_LINKS && link instanceof Error; depth += 1) {
    const code = 'code' in link ? String(link.code) : '';
    const found = FAULTS.find(([pattern]) => pattern.test(code));
    // OpenSSL's own texts are for those who work on it; Node's text about names says which they are.
    if (found !== undefined) return `${found[1]} (${code.includes('ALTNAME') ? link.message : code})`;
    link = link instanceof AggregateError ? link.errors[0] : link.cause;
  }
  return null;
}
