import { isLoopback } from '../loopback.js';
import type { Reader } from './reader.js';
import { reader, Refusal } from './reader.js';
import type { UrlKind } from './url-text.js';
import { parseUrl } from './url-text.js';

/** Readers of http and https URLs. Of a wrong one nothing is repeated: all parts of it can hold a secret. */

/** An http or https URL without credentials, query or fragment, and without a slash at its end. */
export const registryUrl: Reader<string> = reader((text) =>
  plainHref(text, 'give them in SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD instead'),
);

/** Scheme, host and port; plain http only to this machine: what goes there is signed, not encrypted. */
export const secureOrigin: Reader<string> = reader((text) => {
  const href = secureHref(text);
  if (href instanceof Refusal) return href;
  const { origin } = new URL(href);
  return href === origin ? origin : new Refusal('has a path: write scheme, host and port alone');
});

/** A URL that others call us at, or that is sent a secret; https, or plain http only on this machine. */
export const secureUrl: Reader<string> = reader(secureHref);

function secureHref(text: string): string | Refusal {
  const href = plainHref(text, 'a URL here must hold none');
  if (href instanceof Refusal) return href;
  const { protocol, hostname } = new URL(href);
  return protocol === 'http:' && !isLoopback(hostname)
    ? new Refusal(
        'begins with http://, which is not encrypted: write https (http is taken for this machine only)',
      )
    : href;
}

/** `credentials` says what to do with a user and a password, behind a colon. */
function plainHref(written: string, credentials: string): string | Refusal {
  const text = written.trim();
  const url = parseUrl(text, HTTP);
  if (url instanceof Refusal) return url;
  if (url.username !== '' || url.password !== '')
    return new Refusal(`holds a user or password: ${credentials}`);
  if (/[?#]/.test(text))
    return new Refusal(
      'must end with its path (no ? or #; what follows is not shown, in case it is a secret)',
    );
  return url.href.replace(/\/+$/, '');
}

const HTTP: UrlKind = {
  schemes: ['https://', 'http://'],
  strayAt:
    'has an @ behind its host: a URL here holds no user and no password; write an @ that belongs to the path as %40',
};
