/**
 * Keeps secrets out of logs and of whatever else is shown. Two nets: values are dropped by the name of their key, at any depth; and texts,
 * into which secrets get by way of URLs and other people's error messages, are searched for what looks like one.
 */
export const REDACTED = '[redacted]';

/** Keys whose value is never shown, in lower case and without `-` and `_`: `private-key`, `privateKey` and `PRIVATE_KEY` are one. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'accesstoken',
  'apikey',
  'authorization',
  'connectionstring',
  'cookie',
  'credentials',
  'databaseurl',
  'passphrase',
  'password',
  'pgpassword',
  'privatekey',
  'proxyauthorization',
  'secret',
  'setcookie',
  'sign',
  'signature',
  'token',
  // What is exchanged with a provider holds customers' data and signatures. It is kept as evidence, and has no place in a log.
  'body',
  'headers',
  'rawbody',
]);

/** How names of secrets end: `clientSecret`, `KAFKA_SASL_PASSWORD`, `refresh_token`. */
const SECRET_ENDINGS = /(password|passphrase|secret|secretkey|token|privatekey)$/;

const MAX_DEPTH = 8;
const MAX_ITEMS = 100;

/** A copy of a value that can be shown: secrets dropped by key, errors described, bytes counted, bigints and dates as text. */
export function redact(value: unknown): unknown {
  return redactWithin(value, []);
}

/** Like `redact`, for an object's own keys. */
export function redactKeys(object: object): Record<string, unknown> {
  return redactEntries(Object.entries(object), [object]);
}

function redactWithin(value: unknown, parents: readonly object[]): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value, parents.length);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  if (parents.includes(value)) return '[circular]';
  if (parents.length >= MAX_DEPTH) return '[too deep]';
  const path = [...parents, value];
  if (Array.isArray(value) || value instanceof Set)
    return [...value].slice(0, MAX_ITEMS).map((item) => redactWithin(item, path));
  if (value instanceof Map)
    return redactEntries(
      [...value].map(([key, item]) => [String(key), item]),
      path,
    );
  return redactEntries(Object.entries(value), path);
}

function redactEntries(
  entries: readonly (readonly [string, unknown])[],
  path: readonly object[],
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, item] of entries.slice(0, MAX_ITEMS)) {
    const value = isSecret(key) ? hidden(item) : redactWithin(item, path);
    // Assigned, a key of this name would be the object's prototype.
    if (key === '__proto__')
      Object.defineProperty(shown, key, { value, enumerable: true, configurable: true, writable: true });
    else shown[key] = value;
  }
  return shown;
}

/** Verdicts on keys, which are few and come with every line. Bounded in number and size, since keys can come from outside. */
const VERDICTS = new Map<string, boolean>();
const MAX_VERDICTS = 1_000;
const MAX_VERDICT_LENGTH = 64;

function isSecret(key: string): boolean {
  const known = VERDICTS.get(key);
  if (known !== undefined) return known;
  const verdict = namesSecret(key);
  if (VERDICTS.size < MAX_VERDICTS && key.length <= MAX_VERDICT_LENGTH) VERDICTS.set(key, verdict);
  return verdict;
}

function namesSecret(key: string): boolean {
  const plain = key.toLowerCase().replaceAll(/[-_]/g, '');
  return SECRET_KEYS.has(plain) || SECRET_ENDINGS.test(plain);
}

/** That something is absent is worth knowing, and no secret. */
function hidden(value: unknown): unknown {
  return value === undefined || value === null ? value : REDACTED;
}

const MAX_CAUSES = 6;

/**
 * An error for the log: what it is, its code, message and stack, and what caused it. Other fields are left out unless they are known to be
 * harmless: PostgreSQL puts the offending row in `detail`, HTTP clients put headers and bodies in theirs.
 */
export function describeError(error: Error, depth = 0): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [];
  const deeper = depth < MAX_CAUSES;
  return {
    type: name,
    ...harmlessFields(error),
    message: redactText(message),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...(deeper && cause !== undefined ? { cause: describeCause(cause, depth + 1) } : {}),
    ...(deeper && errors.length > 0
      ? { errors: errors.slice(0, MAX_CAUSES).map((one) => describeCause(one, depth + 1)) }
      : {}),
  };
}

function describeCause(cause: unknown, depth: number): unknown {
  return cause instanceof Error ? describeError(cause, depth) : redactText(String(cause));
}

/** Codes of ours and Node's; PostgreSQL's names of what refused a row; where a connection was tried. */
const HARMLESS_FIELDS = ['code', 'severity', 'schema', 'table', 'constraint', 'syscall', 'address', 'port'];

function harmlessFields(error: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(error).filter(
      ([key, value]) =>
        HARMLESS_FIELDS.includes(key) && (typeof value === 'string' || typeof value === 'number'),
    ),
  );
}

/**
 * What secrets look like in texts. Each pattern also holds inside a line of JSON, where quotes and line ends are escaped, and never eats
 * an unescaped quote there: a redacted line is still JSON.
 */
const SECRET_TEXTS: readonly { readonly pattern: RegExp; readonly shown: string }[] = [
  // scheme://user:password@host, up to the last @ before a space, a quote or another URL: an unescaped password may hold an @.
  { pattern: /(:\/\/[^\s:/@"'\\]*):(?:(?!:\/\/)[^\s"\\]|\\[^nrt])+@/g, shown: `$1:${REDACTED}@` },
  // "password":"…", in JSON and in JSON quoted within JSON.
  { pattern: jsonMember(String.raw`"`, String.raw`(?:[^"\\]|\\.)*`), shown: `$1${REDACTED}"` },
  {
    pattern: jsonMember(String.raw`\\"`, String.raw`(?:[^"\\]|\\\\(?:\\["\\]|[^"\\])|\\[^"\\])*`),
    shown: `$1${REDACTED}\\"`,
  },
  // password=…, signature=…, as in connection strings and signature headers; CLIENT_SECRET=…, as in environments and forms.
  {
    pattern:
      /\b((?:\w+[-_])?(?:password|passwd|passphrase|secret|token|signature|sign|api[-_]?key))=(\\?["'])?[^\s"'\\&;,]+/gi,
    shown: `$1=$2${REDACTED}`,
  },
  // Authorization: Bearer …
  { pattern: /\b(Bearer|Basic) [A-Za-z0-9+/=._~-]{8,}/gi, shown: `$1 ${REDACTED}` },
  {
    pattern:
      /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^"\\]|\\.)*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=")|$)/g,
    shown: REDACTED,
  },
  // Keys as base64 on one line: DER of that length begins so.
  { pattern: /\bMII[A-Za-z0-9+/]{125,}={0,2}/g, shown: REDACTED },
];

function jsonMember(quote: string, value: string): RegExp {
  const keys =
    '(?:\\w+_)?(?:password|passphrase|secret|token)|accessToken|clientSecret|refreshToken|signature|sign|authorization|(?:private|secret)_?key|api_?key|set-cookie|cookie';
  return new RegExp(`(${quote}(?:${keys})${quote}\\s*:\\s*${quote})${value}${quote}`, 'gi');
}

/** What every text has that one of the patterns finds something in: most lines have none of it, and needn't be searched seven times. */
const SUSPICIOUS = /:\/\/|pass|secret|token|sign|key|auth|cookie|bearer|basic|BEGIN|MII/i;

/** A text without the secrets that can be recognised in it. */
export function redactText(text: string): string {
  return SUSPICIOUS.test(text) ? searchText(text) : text;
}

/** The same, without a look at whether there is anything to search for. */
export function searchText(text: string): string {
  return SECRET_TEXTS.reduce((redacted, { pattern, shown }) => redacted.replace(pattern, shown), text);
}
