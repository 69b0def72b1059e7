import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { KafkaSettings } from '../../../../src/config/kafka.js';
import { kafkaSettings } from '../../../../src/config/kafka.js';
import type { SettingsFolder } from '../../../support/configuration.js';
import { readFamily, settingsFolder } from '../../../support/configuration.js';

type Variables = Readonly<Record<string, string>>;

describe('kafkaSettings', () => {
  let folder: SettingsFolder;
  before(async () => {
    folder = await settingsFolder({ token: 'ey.to.ken\n' });
  });
  after(() => {
    folder.remove();
  });

  const read = (change: Variables): ReturnType<typeof readFamily<KafkaSettings>> =>
    readFamily({ KAFKA_BROKERS: 'kafka:9093', ...change }, (reading) => kafkaSettings(reading, folder.path));

  /** The settings, if nothing is wrong with them. */
  function settingsOf(change: Variables): KafkaSettings {
    const { settings, problems } = read(change);
    assert.deepEqual(problems, []);
    return settings;
  }

  /** What is told of the variables, without what belongs to no variable of these. */
  function problemsOf(change: Variables): readonly string[] {
    const { problems } = read(change);
    assert.doesNotMatch(problems.join('\n'), folder.secret);
    return problems;
  }

  const TLS = { KAFKA_TLS: 'true' };
  const PLAIN = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'hunter2' };
  const CLIENT = {
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_SASL_OAUTH_TOKEN_URL: 'https://id.example.com/token',
    KAFKA_SASL_OAUTH_CLIENT_ID: 'me',
    KAFKA_SASL_OAUTH_CLIENT_SECRET: 'hunter2',
  };

  it('is without encryption and login unless asked otherwise', () => {
    const { tls, sasl, loopbackOnly } = settingsOf({});
    assert.deepEqual({ tls, sasl, loopbackOnly }, { tls: null, sasl: null, loopbackOnly: false });
  });

  it('reads the files of TLS, without what stands around the certificates', () => {
    assert.deepEqual(settingsOf(TLS).tls, { authorities: null, identity: null });
    const { tls } = settingsOf({
      ...TLS,
      KAFKA_TLS_CA_FILE: 'ca.pem',
      KAFKA_TLS_CERT_FILE: 'client.pem',
      KAFKA_TLS_KEY_FILE: join(folder.path, 'client.key'),
    });
    assert.match(tls?.authorities ?? '', /^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n$/);
    assert.equal(tls?.identity?.certificate.match(/BEGIN CERTIFICATE/g)?.length, 2);
    assert.match(tls.identity.privateKey, /BEGIN PRIVATE KEY/);
  });

  it('names each file that is not what it should be', () => {
    for (const [change, expected] of [
      [
        { KAFKA_TLS_CA_FILE: './none.pem' },
        /^KAFKA_TLS_CA_FILE: the file \/.*none\.pem can't be read: there is no/,
      ],
      [{ KAFKA_TLS_CA_FILE: 'empty' }, /^KAFKA_TLS_CA_FILE: the file \S+ is empty$/],
      [{ KAFKA_TLS_CA_FILE: 'client.key' }, /^KAFKA_TLS_CA_FILE: names a file that holds no certificate/],
      [
        { KAFKA_TLS_CA_FILE: 'damaged.pem' },
        /^KAFKA_TLS_CA_FILE: names a file that holds a certificate that is dam/,
      ],
      [{ KAFKA_TLS_CERT_FILE: 'client.pem' }, /^KAFKA_TLS_KEY_FILE: is not set, and KAFKA_TLS_CERT_FILE is/],
      [{ KAFKA_TLS_KEY_FILE: 'client.key' }, /^KAFKA_TLS_CERT_FILE: is not set, and KAFKA_TLS_KEY_FILE is/],
      [
        { KAFKA_TLS_CERT_FILE: 'client.pem', KAFKA_TLS_KEY_FILE: 'other.key' },
        /^KAFKA_TLS_KEY_FILE: names a file that holds a key that the certificate is not of$/,
      ],
      [
        { KAFKA_TLS_CERT_FILE: 'client.pem', KAFKA_TLS_KEY_FILE: 'encrypted.key' },
        /^KAFKA_TLS_KEY_FILE: names a file that holds a key under a passphrase/,
      ],
      [
        { KAFKA_TLS_CERT_FILE: 'client.pem', KAFKA_TLS_KEY_FILE: 'ca.pem' },
        /^KAFKA_TLS_KEY_FILE: names a file that holds no private key/,
      ],
    ] as const) {
      const problems = problemsOf({ ...TLS, ...change });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', expected);
    }
  });

  it('reads a user with a password, from the variable or from a file without its line end', () => {
    const { sasl, loopbackOnly } = settingsOf({ ...TLS, ...PLAIN });
    assert.deepEqual(sasl, { mechanism: 'plain', username: 'me', password: 'hunter2' });
    assert.equal(loopbackOnly, false);
    const scram = {
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD_FILE: 'secret',
    };
    assert.deepEqual(settingsOf({ ...TLS, ...scram }).sasl, {
      mechanism: 'scram-sha-512',
      username: 'me',
      password: 'hunter2 ',
    });
  });

  it('reads where tokens come from', () => {
    assert.deepEqual(
      settingsOf({ ...TLS, KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_OAUTH_TOKEN_FILE: 'token' }).sasl,
      { mechanism: 'oauthbearer', token: { file: join(folder.path, 'token') } },
    );
    const client = { url: 'https://id.example.com/token', clientId: 'me', clientSecret: 'hunter2' };
    assert.deepEqual(settingsOf({ ...TLS, ...CLIENT }).sasl, {
      mechanism: 'oauthbearer',
      token: { ...client, scope: null },
    });
    assert.deepEqual(settingsOf({ ...TLS, ...CLIENT, KAFKA_SASL_OAUTH_SCOPE: 'a b' }).sasl, {
      mechanism: 'oauthbearer',
      token: { ...client, scope: 'a b' },
    });
  });

  it('names each setting that lacks a partner or contradicts another', () => {
    const places = (change: Variables): string[] =>
      problemsOf(change).map((problem) => problem.slice(0, problem.indexOf(':')));
    for (const [change, expected] of [
      [{ KAFKA_TLS_CA_FILE: 'ca.pem', KAFKA_TLS_KEY_FILE: 'x' }, ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_KEY_FILE']],
      [
        { KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_OAUTH_SCOPE: 'x', KAFKA_SASL_ALLOW_PLAINTEXT: 'true' },
        ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_OAUTH_SCOPE', 'KAFKA_SASL_ALLOW_PLAINTEXT'],
      ],
      [{ ...TLS, KAFKA_SASL_MECHANISM: 'plain' }, ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']],
      [{ ...TLS, ...PLAIN, KAFKA_SASL_PASSWORD_FILE: 'secret' }, ['KAFKA_SASL_PASSWORD_FILE']],
      [
        { ...TLS, ...PLAIN, KAFKA_SASL_PASSWORD: '', KAFKA_SASL_PASSWORD_FILE: 'lines' },
        ['KAFKA_SASL_PASSWORD_FILE'],
      ],
      [{ ...TLS, ...PLAIN, KAFKA_SASL_OAUTH_TOKEN_FILE: 'token' }, ['KAFKA_SASL_OAUTH_TOKEN_FILE']],
      [{ ...TLS, KAFKA_SASL_MECHANISM: 'oauthbearer' }, ['KAFKA_SASL_OAUTH_TOKEN_FILE']],
      [
        { ...TLS, KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_OAUTH_SCOPE: 'x' },
        ['KAFKA_SASL_OAUTH_TOKEN_URL', 'KAFKA_SASL_OAUTH_CLIENT_ID', 'KAFKA_SASL_OAUTH_CLIENT_SECRET'],
      ],
      [
        { ...TLS, ...CLIENT, KAFKA_SASL_OAUTH_TOKEN_FILE: 'token' },
        ['KAFKA_SASL_OAUTH_TOKEN_URL', 'KAFKA_SASL_OAUTH_CLIENT_ID', 'KAFKA_SASL_OAUTH_CLIENT_SECRET'],
      ],
      [{ ...TLS, ...CLIENT, KAFKA_SASL_USERNAME: 'me' }, ['KAFKA_SASL_USERNAME']],
      [
        { ...TLS, ...CLIENT, KAFKA_SASL_OAUTH_TOKEN_URL: 'http://id.example.com' },
        ['KAFKA_SASL_OAUTH_TOKEN_URL'],
      ],
      [{ ...TLS, ...PLAIN, KAFKA_SASL_ALLOW_PLAINTEXT: 'true' }, ['KAFKA_SASL_ALLOW_PLAINTEXT']],
      // Nothing is said of what follows from a value that is wrong, and everything of what doesn't.
      [{ KAFKA_TLS: 'yes', KAFKA_TLS_CA_FILE: 'ca.pem', ...PLAIN }, ['KAFKA_TLS']],
      [{ KAFKA_SASL_MECHANISM: 'SCRAM', KAFKA_SASL_USERNAME: 'me' }, ['KAFKA_SASL_MECHANISM']],
      [
        {
          KAFKA_TLS: 'yes',
          KAFKA_TLS_CA_FILE: 'none',
          KAFKA_TLS_CERT_FILE: 'none',
          KAFKA_TLS_KEY_FILE: 'none',
        },
        ['KAFKA_TLS', 'KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'],
      ],
      [
        { ...TLS, KAFKA_TLS_CERT_FILE: 'none', KAFKA_TLS_KEY_FILE: 'ca.pem' },
        ['KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'],
      ],
      [
        { ...TLS, KAFKA_TLS_CERT_FILE: 'client.key', KAFKA_TLS_KEY_FILE: 'encrypted.key' },
        ['KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE'],
      ],
      [
        {
          KAFKA_SASL_MECHANISM: 'SCRAM',
          KAFKA_SASL_PASSWORD_FILE: 'lines',
          KAFKA_SASL_OAUTH_TOKEN_FILE: 'none',
          KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE: 'empty',
        },
        [
          'KAFKA_SASL_MECHANISM',
          'KAFKA_SASL_PASSWORD_FILE',
          'KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE',
          'KAFKA_SASL_OAUTH_TOKEN_FILE',
        ],
      ],
    ] as const)
      assert.deepEqual(places(change), expected);
  });

  it('sends no secret without TLS to another machine, unless told that something else encrypts the way', () => {
    for (const login of [PLAIN, CLIENT]) {
      const brokers = { KAFKA_BROKERS: 'localhost:9092,kafka:9092' };
      assert.match(
        problemsOf({ ...login, ...brokers }).join(),
        /^KAFKA_SASL_MECHANISM: .* a secret to another machine, address \d of KAFKA_BROKERS, without/,
      );
      assert.equal(
        settingsOf({ ...login, ...brokers, KAFKA_SASL_ALLOW_PLAINTEXT: 'true' }).loopbackOnly,
        false,
      );
      assert.equal(
        settingsOf({ ...login, KAFKA_BROKERS: '127.0.0.1:9092,localhost:9093' }).loopbackOnly,
        true,
      );
    }
    assert.equal(settingsOf({ ...PLAIN, KAFKA_SASL_MECHANISM: 'scram-sha-256' }).loopbackOnly, false);
  });
});
