import { messageOf } from '../errors.js';
import { isLoopback } from '../loopback.js';
import type { DatabaseTls } from '../store/connection.js';
import { hostOf, parameter } from './database-url.js';
import type { Reading } from './environment.js';
import { readSecret } from './secret.js';
import { secretFileOf } from './secret-variable.js';
import { readCertificates, readKeyOf } from './tls-files.js';

export interface DatabaseSettings {
  /** With its password, and without the parameters about TLS. Not for logs. */
  readonly url: string;
  /** Null for no encryption. */
  readonly tls: DatabaseTls | null;
  readonly poolSize: number;
}

const MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof MODES)[number];
const FILES = ['sslrootcert', 'sslcert', 'sslkey'] as const;
/** What else libpq and the driver have parameters for. */
const OTHERS: readonly string[] = [
  'gssdelegation',
  'gssencmode',
  'gsslib',
  'requiressl',
  'ssl',
  'ssl_max_protocol_version',
  'ssl_min_protocol_version',
  'sslcertmode',
  'sslcompression',
  'sslcrl',
  'sslcrldir',
  'sslkeylogfile',
  'sslnegotiation',
  'sslpassword',
  'sslsni',
  'uselibpqcompat',
];
/** In sslrootcert it stands for the authorities that the system, here Node, trusts. */
const SYSTEM = 'system';

/** How to reach PostgreSQL, files read. What is wrong is told; then what is returned is not to be used. */
export function databaseSettings(reading: Reading, cwd: string): DatabaseSettings {
  const { DATABASE_URL: text, CAPTURE_WORKER_DATABASE_POOL: poolSize } = reading.values;
  const password = secretFileOf(reading, 'DATABASE_PASSWORD_FILE', cwd);
  if (text === undefined) return { url: '', tls: null, poolSize };
  const url = new URL(text);
  if (reading.isSet('DATABASE_PASSWORD_FILE') && holdsPassword(url))
    reading.complain(
      'DATABASE_PASSWORD_FILE',
      'is set, and DATABASE_URL holds a password: give it in one place',
    );
  const complain = (problem: string): void => {
    reading.complain('DATABASE_URL', problem);
  };
  const tls = tlsOf(url, cwd, complain);
  return { url: urlOf(url, text, password), tls, poolSize };
}

function holdsPassword(url: URL): boolean {
  return url.password !== '' || url.searchParams.has('password');
}

type Complain = (problem: string) => void;

/**
 * `sslmode` as libpq means it, but for two: those that fall back to a connection in clear are not taken, and without one it is
 * `verify-full`, unless the server is on this machine. The files are looked at also when the mode is wrong, so that all is told at once.
 */
function tlsOf(url: URL, cwd: string, complain: Complain): DatabaseTls | null {
  for (const name of new Set(url.searchParams.keys())) {
    if (!isAboutTls(name) || name === 'sslmode' || FILES.some((file) => file === name)) continue;
    // Only a name that is known can't be something else in the wrong place.
    const which = OTHERS.includes(name) ? `the parameter ${name}` : 'an unknown parameter about TLS';
    complain(`has ${which}, which is not taken: sslmode says all that there is to say`);
  }
  const mode = modeOf(url, complain);
  if (mode === 'disable') {
    for (const file of FILES)
      if (url.searchParams.has(file))
        complain(`has ${file}, which has no effect without TLS: give an sslmode`);
    return null;
  }
  if (mode !== null && hostOf(url).startsWith('/')) {
    complain(`asks for sslmode=${mode} on a Unix socket, which has no TLS: leave it out`);
    return null;
  }
  const root = parameter(url, 'sslrootcert');
  if (mode === 'verify-ca' && (root === null || root === SYSTEM))
    complain(
      'has sslmode=verify-ca and no sslrootcert of its own: any certificate of any public authority would do',
    );
  if (mode === 'require' && root === SYSTEM)
    complain('has sslrootcert=system, which only says something with sslmode=verify-full');
  const authorities = root === null || root === SYSTEM ? null : pemIn(url, 'sslrootcert', cwd, complain);
  const identity = identityOf(url, cwd, complain);
  if (mode === null) return null;
  // As libpq does: who gives an authority wants it asked.
  const checks =
    mode === 'verify-full' ? 'name' : mode === 'verify-ca' || root !== null ? 'authority' : 'nothing';
  return { checks, authorities: authorities?.pem ?? null, identity };
}

/** Whatever else speaks of TLS would go to the driver and undo what is decided here. */
function isAboutTls(name: string): boolean {
  return /^(ssl|gss|requiressl|uselibpqcompat)/i.test(name);
}

function modeOf(url: URL, complain: Complain): Mode | null {
  const written = parameter(url, 'sslmode');
  if (written === null) {
    const host = hostOf(url);
    return host.startsWith('/') || isLoopback(host) ? 'disable' : 'verify-full';
  }
  const mode = MODES.find((candidate) => candidate === written);
  if (mode !== undefined) return mode;
  complain(
    written === 'prefer' || written === 'allow'
      ? `has sslmode=${written}, which goes on without encryption when the server, or somebody on the way, says it has none: ` +
          'write verify-full, or disable if that is meant'
      : `has an sslmode that is not one of ${MODES.join(', ')}`,
  );
  return null;
}

function identityOf(url: URL, cwd: string, complain: Complain): DatabaseTls['identity'] {
  const [hasCertificate, hasKey] = [url.searchParams.has('sslcert'), url.searchParams.has('sslkey')];
  if (!hasCertificate && !hasKey) return null;
  if (!hasCertificate || !hasKey) {
    complain(`has ${hasKey ? 'sslkey' : 'sslcert'} alone: sslcert and sslkey go together`);
    return null;
  }
  const certificates = pemIn(url, 'sslcert', cwd, complain);
  const keyText = fileIn(url, 'sslkey', cwd, complain);
  const privateKey =
    keyText === null
      ? null
      : orComplain('sslkey', complain, () => readKeyOf(certificates?.first ?? null, keyText));
  return certificates === null || privateKey === null ? null : { certificate: certificates.pem, privateKey };
}

type FileParameter = (typeof FILES)[number];

function pemIn(
  url: URL,
  name: FileParameter,
  cwd: string,
  complain: Complain,
): ReturnType<typeof readCertificates> | null {
  const text = fileIn(url, name, cwd, complain);
  return text === null ? null : orComplain(name, complain, () => readCertificates(text));
}

function fileIn(url: URL, name: FileParameter, cwd: string, complain: Complain): string | null {
  const file = parameter(url, name) ?? '';
  if (file === '') {
    complain(`has ${name} without a value: give the path of a file, or leave it out`);
    return null;
  }
  const read = readSecret({ file }, { env: {}, folder: cwd });
  if ('secret' in read) return read.secret;
  complain(`${name}: ${read.unreadable}`);
  return null;
}

function orComplain<Result>(name: FileParameter, complain: Complain, read: () => Result): Result | null {
  try {
    return read();
  } catch (error) {
    complain(`${name}: the file ${messageOf(error)}`);
    return null;
  }
}

/** The URL that the driver is given. As it was written, unless something must change. */
function urlOf(url: URL, written: string, password: string | null): string {
  const ours = [...new Set(url.searchParams.keys())].filter(isAboutTls);
  if (ours.length === 0 && password === null) return written;
  const changed = new URL(url);
  for (const name of ours) changed.searchParams.delete(name);
  // As a parameter, since a URL without a host, such as one for a Unix socket, has no place for it before the host.
  if (password !== null) changed.searchParams.set('password', password);
  return changed.href;
}
