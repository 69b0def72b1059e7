import { isLoopback } from '../loopback.js';
import type { Reader } from './reader.js';
import { reader, Refusal } from './reader.js';

/**
 * Readers of http and https URLs. What is wrong with one is told by its scheme, host and port at most: user, password, path and query can
 * hold a secret.
 */

/** An http or https URL without credentials, query or fragment, and without a slash at its end. */
export const registryUrl: Reader<string> = reader((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && hasCredentials(url))
    return new Refusal(
      'holds a user or password: give them in SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD instead',
    );
  return plainHttpUrl(text);
});

/** Scheme, host and port; plain http only to this machine: what goes there is signed, not encrypted. */
export const secureOrigin: Reader<string> = reader((text) => {
  const href = secureHref(text);
  if (href instanceof Refusal) return href;
  const { origin } = new URL(href);
  return href === origin
    ? origin
    : new Refusal(`has a path behind ${origin}: write scheme, host and port alone`);
});

/** A URL that others call us at, or that is sent a secret; https, or plain http only on this machine. */
export const secureUrl: Reader<string> = reader(secureHref);

function secureHref(text: string): string | Refusal {
  const href = plainHttpUrl(text);
  if (href instanceof Refusal) return href;
  const { protocol, hostname, origin } = new URL(href);
  return protocol === 'http:' && !isLoopback(hostname)
    ? new Refusal(`${origin} is not encrypted: write https (http is taken for this machine only)`)
    : href;
}

function plainHttpUrl(text: string): string | Refusal {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return new Refusal('is not a URL that begins with https:// or http://');
  if (hasCredentials(url)) return new Refusal('holds a user or password; a URL here must hold none');
  if (/[?#]/.test(text))
    return new Refusal(
      'must end with its path (no ? or #; what follows is not shown, in case it is a secret)',
    );
  return url.href.replace(/\/+$/, '');
}

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}
