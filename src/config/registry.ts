import { resolve } from 'node:path';
import type { RegistryConnection, RegistryCredentials } from '../kafka/registry/http.js';
import { isLoopback } from '../loopback.js';
import type { Reading } from './environment.js';
import { isSecretSet, refuse, secretOf } from './secret-variable.js';
import { BEARER_TOKEN } from './values.js';
import { authoritiesOf } from './tls-variables.js';

/** How to reach the schema registry, files read. What is wrong is told; then what is returned is not to be used. */
export function registrySettings(reading: Reading, cwd: string): RegistryConnection {
  const url = reading.values.SCHEMA_REGISTRY_URL ?? '';
  const credentials = credentialsOf(reading, cwd);
  const isReadable = url.startsWith('http:');
  if (isReadable)
    refuse(reading, ['SCHEMA_REGISTRY_CA_FILE'], 'has no effect with a SCHEMA_REGISTRY_URL of http');
  checkPlaintext(reading, { url, isReadable, credentials });
  const authorities = isReadable ? null : authoritiesOf(reading, 'SCHEMA_REGISTRY_CA_FILE', cwd);
  return { url, credentials, tls: { authorities, identity: null } };
}

function credentialsOf(reading: Reading, cwd: string): RegistryCredentials | null {
  const hasUser = reading.isSet('SCHEMA_REGISTRY_USERNAME');
  const hasPassword = isSecretSet(reading, 'SCHEMA_REGISTRY_PASSWORD');
  const hasToken = isSecretSet(reading, 'SCHEMA_REGISTRY_TOKEN');
  if (hasToken && (hasUser || hasPassword)) {
    refuse(
      reading,
      ['SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_PASSWORD', 'SCHEMA_REGISTRY_PASSWORD_FILE'],
      'has no effect with a token: set a user and password, or a token',
    );
  }
  if (hasToken) return tokenOf(reading, cwd);
  if (!hasUser && !hasPassword) return null;
  if (!hasUser)
    reading.complain('SCHEMA_REGISTRY_USERNAME', 'is not set, and a password is: they go together');
  if (!hasPassword)
    reading.complain(
      'SCHEMA_REGISTRY_PASSWORD',
      'is not set, and SCHEMA_REGISTRY_USERNAME is: set it, or SCHEMA_REGISTRY_PASSWORD_FILE',
    );
  const username = reading.values.SCHEMA_REGISTRY_USERNAME ?? '';
  return { username, password: secretOf(reading, 'SCHEMA_REGISTRY_PASSWORD', cwd) ?? '' };
}

/** A token in a file is read anew with each call, since whoever put it there may replace it; here only for what is wrong with it. */
function tokenOf(reading: Reading, cwd: string): RegistryCredentials | null {
  const token = secretOf(reading, 'SCHEMA_REGISTRY_TOKEN', cwd);
  if (token === null) return null;
  const file = reading.values.SCHEMA_REGISTRY_TOKEN_FILE;
  if (file === undefined) return { token };
  if (!BEARER_TOKEN.test(token))
    reading.complain('SCHEMA_REGISTRY_TOKEN_FILE', 'names a file that holds something else than a token');
  return { tokenFile: resolve(cwd, file) };
}

/** Basic and bearer both send the secret itself: without TLS anyone on the way could read it. */
function checkPlaintext(
  reading: Reading,
  {
    url,
    isReadable,
    credentials,
  }: {
    readonly url: string;
    readonly isReadable: boolean;
    readonly credentials: RegistryCredentials | null;
  },
): void {
  const allowed = reading.values.SCHEMA_REGISTRY_ALLOW_PLAINTEXT;
  if (allowed && url !== '' && !isReadable)
    reading.complain(
      'SCHEMA_REGISTRY_ALLOW_PLAINTEXT',
      'contradicts a SCHEMA_REGISTRY_URL of https: remove it',
    );
  if (!isReadable || credentials === null || allowed || isLoopback(new URL(url).hostname)) return;
  reading.complain(
    'SCHEMA_REGISTRY_URL',
    'is not encrypted, so that the password or token could be read on the way: write https, or set ' +
      'SCHEMA_REGISTRY_ALLOW_PLAINTEXT=true if something else encrypts it',
  );
}
