import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { registrySettings } from '../../../../src/config/registry.js';
import type { RegistryConnection } from '../../../../src/kafka/registry/http.js';
import type { SettingsFolder } from '../../../support/configuration.js';
import { readFamily, settingsFolder } from '../../../support/configuration.js';

type Variables = Readonly<Record<string, string>>;

describe('registrySettings', () => {
  let folder: SettingsFolder;
  before(async () => {
    folder = await settingsFolder({ token: 'ey.to.ken\n' });
  });
  after(() => {
    folder.remove();
  });

  const read = (change: Variables): ReturnType<typeof readFamily<RegistryConnection>> =>
    readFamily({ SCHEMA_REGISTRY_URL: 'https://registry', ...change }, (reading) =>
      registrySettings(reading, folder.path),
    );

  const BASIC = { SCHEMA_REGISTRY_USERNAME: 'me', SCHEMA_REGISTRY_PASSWORD: 'hunter2' };
  const HTTP = { SCHEMA_REGISTRY_URL: 'http://registry:8081' };

  it('reads credentials of each kind', () => {
    for (const [change, credentials] of [
      [{}, null],
      [BASIC, { username: 'me', password: 'hunter2' }],
      [
        { SCHEMA_REGISTRY_USERNAME: 'me', SCHEMA_REGISTRY_PASSWORD_FILE: 'secret' },
        { username: 'me', password: 'hunter2 ' },
      ],
      [{ SCHEMA_REGISTRY_TOKEN: 'abc=' }, { token: 'abc=' }],
      [{ SCHEMA_REGISTRY_TOKEN_FILE: 'token' }, { tokenFile: join(folder.path, 'token') }],
    ] as const) {
      const { settings, problems } = read(change);
      assert.deepEqual(problems, []);
      assert.deepEqual(settings.credentials, credentials);
    }
    assert.match(
      read({ SCHEMA_REGISTRY_CA_FILE: 'ca.pem' }).settings.tls?.authorities ?? '',
      /BEGIN CERTIFICATE/,
    );
  });

  it('names each setting that lacks a partner, contradicts another or is not what it should be', () => {
    for (const [change, expected] of [
      [{ SCHEMA_REGISTRY_USERNAME: 'me' }, ['SCHEMA_REGISTRY_PASSWORD']],
      [{ SCHEMA_REGISTRY_PASSWORD: 'hunter2' }, ['SCHEMA_REGISTRY_USERNAME']],
      [{ ...BASIC, SCHEMA_REGISTRY_TOKEN: 'abc' }, ['SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_PASSWORD']],
      [{ SCHEMA_REGISTRY_TOKEN: 'abc', SCHEMA_REGISTRY_TOKEN_FILE: 'token' }, ['SCHEMA_REGISTRY_TOKEN_FILE']],
      [
        { ...BASIC, SCHEMA_REGISTRY_TOKEN_FILE: 'none' },
        ['SCHEMA_REGISTRY_USERNAME', 'SCHEMA_REGISTRY_PASSWORD', 'SCHEMA_REGISTRY_TOKEN_FILE'],
      ],
      [{ SCHEMA_REGISTRY_TOKEN_FILE: 'secret' }, ['SCHEMA_REGISTRY_TOKEN_FILE']],
      [{ SCHEMA_REGISTRY_TOKEN_FILE: 'none' }, ['SCHEMA_REGISTRY_TOKEN_FILE']],
      [{ SCHEMA_REGISTRY_CA_FILE: 'secret' }, ['SCHEMA_REGISTRY_CA_FILE']],
      [{ ...HTTP, SCHEMA_REGISTRY_CA_FILE: 'ca.pem' }, ['SCHEMA_REGISTRY_CA_FILE']],
      [{ SCHEMA_REGISTRY_ALLOW_PLAINTEXT: 'true' }, ['SCHEMA_REGISTRY_ALLOW_PLAINTEXT']],
    ] as const) {
      const { problems } = read(change);
      assert.deepEqual(
        problems.map((problem) => problem.slice(0, problem.indexOf(':'))),
        expected,
      );
      assert.doesNotMatch(problems.join(), /hunter|abc/);
    }
  });

  it('sends no secret without TLS to another machine, unless told that something else encrypts the way', () => {
    for (const login of [BASIC, { SCHEMA_REGISTRY_TOKEN: 'abc' }, { SCHEMA_REGISTRY_TOKEN_FILE: 'token' }]) {
      assert.match(read({ ...HTTP, ...login }).problems.join(), /^SCHEMA_REGISTRY_URL: is not encrypted/);
      assert.deepEqual(read({ ...HTTP, ...login, SCHEMA_REGISTRY_ALLOW_PLAINTEXT: 'true' }).problems, []);
      assert.deepEqual(read({ ...login, SCHEMA_REGISTRY_URL: 'http://[::1]:8081' }).problems, []);
    }
    assert.deepEqual(read(HTTP).problems, []);
  });
});
