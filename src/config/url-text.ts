import { Refusal } from './reader.js';

/** What a kind of URL begins with and how an @ behind its host is mended, in words. */
export interface UrlKind {
  /** With `://`, in small letters. */
  readonly schemes: readonly string[];
  readonly strayAt: string;
}

/**
 * Reads a URL, stricter than `URL` is: where special characters of a password are not encoded, that reads another host out of the text, and
 * the password as part of the path. No text of the URL is repeated, since any of it could be the password.
 */
export function parseUrl(text: string, { schemes, strayAt }: UrlKind): URL | Refusal {
  if (/\p{Cc}/u.test(text))
    return new Refusal('has a line end, a tab or another control character in it: remove it');
  const scheme = schemes.find((candidate) => text.toLowerCase().startsWith(candidate));
  if (scheme === undefined) return new Refusal(`is not a URL that begins with ${schemes.join(' or ')}`);
  const [, authority = '', rest = ''] = /^([^/?#]*)(.*)$/s.exec(text.slice(scheme.length)) ?? [];
  if (rest.includes('@')) return new Refusal(strayAt);
  const problem = hostProblem(authority.slice(authority.lastIndexOf('@') + 1));
  if (problem !== null) return new Refusal(problem);
  if (URL.canParse(text)) return new URL(text);
  return new Refusal(
    'cannot be read as a URL (not shown, it may hold a password): write it as in .env.example',
  );
}

function hostProblem(host: string): string | null {
  if (host.includes(',')) return 'names several hosts, of which none would be found: write one';
  // The port of an IPv6 address is behind its bracket.
  const [, port] = /^(?:\[[^\]]*\]|[^:[]*):(.*)$/s.exec(host) ?? [];
  return port === undefined || port === '' || isPort(port)
    ? null
    : 'has a port that is not a number from 1 to 65535';
}

/** Whether a text is a port that can be connected to. */
export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** Scheme, host and port, the host if it is plain, and whether there is a user: what can be shown of any URL. */
export function shownOrigin(url: URL, redacted: string): string {
  const host = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]*)$/i.test(url.hostname) ? url.host : redacted;
  const user = url.username === '' && url.password === '' ? '' : `${redacted}@`;
  return `${url.protocol}//${user}${host}`;
}
