import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import type { DatabaseSettings } from '../../../../src/config/database.js';
import { databaseSettings } from '../../../../src/config/database.js';
import type { SettingsFolder } from '../../../support/configuration.js';
import { readFamily, settingsFolder } from '../../../support/configuration.js';

describe('databaseSettings', () => {
  let folder: SettingsFolder;
  before(async () => {
    folder = await settingsFolder();
  });
  after(() => {
    folder.remove();
  });

  const read = (
    url: string,
    change: Readonly<Record<string, string>> = {},
  ): ReturnType<typeof readFamily<DatabaseSettings>> =>
    readFamily({ DATABASE_URL: url, ...change }, (reading) => databaseSettings(reading, folder.path));

  /** What a URL says of TLS, if nothing is wrong with it. */
  function tlsOf(url: string): Readonly<Record<string, unknown>> | null {
    const { settings, problems } = read(url);
    assert.deepEqual(problems, []);
    if (settings.tls === null) return null;
    const { checks, authorities, identity } = settings.tls;
    return { checks, own: authorities !== null, identity: identity !== null };
  }

  it('means by sslmode what libpq means, and checks in full without one unless the server is on this machine', () => {
    const db = 'postgresql://me@db/x';
    for (const [url, expected] of [
      [db, { checks: 'name', own: false, identity: false }],
      ['postgresql://me@localhost/x', null],
      ['postgresql://me@127.0.0.1:5432/x', null],
      ['postgresql://me@[::1]/x', null],
      ['postgresql:///x?host=/run/postgresql', null],
      ['postgresql://%2Frun%2Fpostgresql/x', null],
      // Where the driver goes is what counts.
      ['postgresql://localhost/x?host=db', { checks: 'name', own: false, identity: false }],
      [`${db}?sslmode=disable`, null],
      [`${db}?sslmode=require`, { checks: 'nothing', own: false, identity: false }],
      [`${db}?sslmode=require&sslrootcert=ca.pem`, { checks: 'authority', own: true, identity: false }],
      [`${db}?sslmode=verify-ca&sslrootcert=ca.pem`, { checks: 'authority', own: true, identity: false }],
      [`${db}?sslmode=verify-full&sslrootcert=ca.pem`, { checks: 'name', own: true, identity: false }],
      [`${db}?sslmode=verify-full&sslrootcert=system`, { checks: 'name', own: false, identity: false }],
      [`${db}?sslrootcert=ca.pem`, { checks: 'name', own: true, identity: false }],
      [`${db}?sslcert=client.pem&sslkey=client.key`, { checks: 'name', own: false, identity: true }],
      ['postgresql://me@localhost/x?sslmode=verify-full', { checks: 'name', own: false, identity: false }],
    ] as const)
      assert.deepEqual(tlsOf(url), expected, url);
  });

  it('refuses what could go on without encryption, and what has no effect or no sense, without repeating the URL', () => {
    for (const [parameters, expected] of [
      ['sslmode=prefer', /sslmode=prefer, which goes on without encryption .*write verify-full, or disable/],
      ['sslmode=allow', /sslmode=allow, which goes on without/],
      ['sslmode=on', /sslmode that is not one of disable, require, verify-ca, verify-full/],
      ['ssl=true', /the parameter ssl, which is not taken/],
      ['sslmode=verify-full&uselibpqcompat=true', /the parameter uselibpqcompat,/],
      ['sslmode=require&sslnegotiation=direct', /the parameter sslnegotiation,/],
      ['sslgeheim', /has an unknown parameter about TLS, which is not taken/],
      ['sslmode=verify-full&sslrootcert=', /has sslrootcert without a value: give the path of a file/],
      ['sslmode=disable&sslrootcert=ca.pem', /has sslrootcert, which has no effect without TLS/],
      ['sslmode=verify-ca', /sslmode=verify-ca and no sslrootcert/],
      ['sslmode=verify-ca&sslrootcert=system', /sslmode=verify-ca and no sslrootcert/],
      ['sslmode=require&sslrootcert=system', /only says something with sslmode=verify-full/],
      ['sslcert=client.pem', /sslcert alone/],
      ['sslkey=client.key', /sslkey alone/],
      ['sslcert=client.pem&sslkey=other.key', /sslkey: the file holds a key that the certificate is not of/],
      ['sslrootcert=./none.pem', /sslrootcert: the file \S+none\.pem can't be read/],
      ['sslcert=client.pem&sslkey=geheim', /sslkey: names no file that exists \(not shown/],
      ['sslrootcert=secret', /sslrootcert: the file holds no certificate/],
      ['host=/tmp&sslmode=require', /sslmode=require on a Unix socket/],
    ] as const) {
      const { problems } = read(`postgresql://me:geheim@db/x?${parameters}`);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', /^DATABASE_URL: /);
      assert.match(problems[0] ?? '', expected);
      assert.doesNotMatch(problems.join(), /geheim|hunter|MII/);
    }
  });

  it('tells what is wrong with every file, whatever else is wrong', () => {
    const files = 'sslrootcert=secret&sslcert=secret&sslkey=ca.pem';
    for (const mode of ['prefer', 'verify-full']) {
      const text = read(`postgresql://db/x?sslmode=${mode}&${files}`).problems.join('\n');
      for (const file of ['sslrootcert', 'sslcert', 'sslkey'])
        assert.match(text, new RegExp(`DATABASE_URL: ${file}: the file holds no`));
    }
    for (const url of ['postgresql://u:%DB@db/x', 'postgresql://u@db/x?sslmode=on']) {
      const { problems } = read(url, { DATABASE_PASSWORD_FILE: 'none' });
      assert.deepEqual(problems.map((problem) => problem.slice(0, problem.indexOf(':'))).toSorted(), [
        'DATABASE_PASSWORD_FILE',
        'DATABASE_URL',
      ]);
    }
  });

  it('hands the driver the URL as it was written, but without what it must not decide', () => {
    const written = 'postgresql://me:a%2Fb@db:5433/x?connect_timeout=3';
    assert.equal(read(written).settings.url, written);
    const { settings } = read(`${written}&sslmode=verify-full&sslrootcert=ca.pem`);
    assert.equal(settings.url, written);
    assert.equal(new pg.Client({ connectionString: settings.url }).password, 'a/b');
  });

  it('takes the password from its file, whatever is in it', () => {
    const secrets = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[\0\r\n]/.test(text) && text.trim() !== '');
    const connectionOf = (url: string, text: string): unknown => {
      folder.write('password', `${text}\n`);
      const { settings, problems } = read(url, { DATABASE_PASSWORD_FILE: 'password' });
      assert.deepEqual(problems, []);
      const { user, password, host, port, database } = new pg.Client({ connectionString: settings.url });
      return { user, password, host, port, database };
    };
    const urls = fc.constantFrom(
      'postgresql://me%40x@db:5433/x',
      'postgresql:///x?host=db&port=5433&user=me%40x',
      'postgresql://db/x?user=me%40x&port=5433&sslmode=require',
    );
    fc.assert(
      fc.property(secrets, urls, (password, url) => {
        const expected = { user: 'me@x', password, host: 'db', port: 5433, database: 'x' };
        assert.deepEqual(connectionOf(url, password), expected);
      }),
    );
    assert.deepEqual(connectionOf('postgresql:///x?host=/run/postgresql&user=me', 'a b'), {
      user: 'me',
      password: 'a b',
      host: '/run/postgresql',
      port: 5432,
      database: 'x',
    });
  });

  it('refuses a password in two places, and a file that holds more', () => {
    const file = { DATABASE_PASSWORD_FILE: 'secret' };
    for (const url of ['postgresql://me:geheim@db/x', 'postgresql://me@db/x?password=geheim'])
      assert.match(
        read(url, file).problems.join(),
        /^DATABASE_PASSWORD_FILE: is set, and DATABASE_URL holds/,
      );
    const { problems } = read('postgresql://me@db/x', { DATABASE_PASSWORD_FILE: 'lines' });
    assert.match(problems.join(), /^DATABASE_PASSWORD_FILE: names a file of several lines/);
    assert.doesNotMatch(problems.join(), /hunter/);
  });
});
