import { CaptureWorkerError } from '../errors.js';

/** What the client of every account needs, whatever its provider. */
export interface ConnectionConfig {
  /** The provider's host: scheme, name and port, no path. */
  readonly baseUrl: string;
  /** The deadline of one call, in ms. */
  readonly timeoutMs: number;
  /** How many calls may be under way at once: the size of the connection pool. */
  readonly maxInFlight: number;
}

const LONGEST_TIMEOUT_MS = 600_000;

/** What is wrong with the connection of an account. */
export function* connectionProblems(config: ConnectionConfig): Generator<string> {
  if (!isOrigin(config.baseUrl)) {
    yield 'baseUrl must be http(s)://host[:port] and nothing more: the paths of the API are fixed';
  }
  if (!isWhole(config.timeoutMs, LONGEST_TIMEOUT_MS)) {
    yield `timeoutMs must be a whole number of milliseconds from 1 to ${LONGEST_TIMEOUT_MS}`;
  }
  if (!isWhole(config.maxInFlight, 10_000)) yield 'maxInFlight must be a whole number from 1 to 10000';
}

/** Throws CONFIG_INVALID, naming all problems at once; returns if there are none. */
export function refuseProblems(problems: Iterable<string>): void {
  const all = [...problems];
  if (all.length > 0) throw new CaptureWorkerError('CONFIG_INVALID', all.join('; '));
}

/** Whether a text can stand in a header or in what is signed: printable ASCII without blanks. */
export function isPlain(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}

function isWhole(value: number, largest: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= largest;
}
