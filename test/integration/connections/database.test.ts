import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadDatabaseSettings } from '../../../src/config/config.js';
import { createPool } from '../../../src/store/pool.js';
import { createAuthority } from '../../support/certificates.js';
import type { Told } from '../../support/cli.js';
import { runCli } from '../../support/cli.js';
import type { SecurePostgres } from '../../support/secure-postgres.js';
import { CERTIFIED, SECRETIVE, startSecurePostgres } from '../../support/secure-postgres.js';

describe('PostgreSQL with TLS', () => {
  let folder: string;
  let postgres: SecurePostgres;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secure postgres test-'));
    const [ours, others] = await Promise.all([createAuthority('ours'), createAuthority('others')]);
    const client = await ours.issue();
    const files = {
      'ca.pem': ours.certificate,
      'other-ca.pem': others.certificate,
      'client.pem': client.certificate,
      'client.key': client.key,
      password: `${SECRETIVE.password}\n`,
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    postgres = await startSecurePostgres(ours);
  });
  after(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true });
  });

  /** The environment for a connection with these parameters in its URL. */
  function variables(
    parameters: string,
    { host = 'localhost', user = SECRETIVE.name }: { readonly host?: string; readonly user?: string } = {},
  ): Readonly<Record<string, string>> {
    const { port, database } = postgres;
    return {
      DATABASE_URL: `postgresql://${user}@${host}:${String(port)}/${database}?${parameters}`,
      ...(user === SECRETIVE.name && { DATABASE_PASSWORD_FILE: 'password' }),
    };
  }

  async function isEncrypted(env: Readonly<Record<string, string>>): Promise<boolean> {
    const { database } = loadDatabaseSettings(env, { cwd: folder });
    const pool = createPool({ ...database, max: 1, applicationName: 'test' });
    try {
      const { rows } = await pool.query<{ ssl: boolean }>(
        'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
      );
      return rows[0]?.ssl ?? assert.fail('no row');
    } finally {
      await pool.end();
    }
  }

  function cli(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Told> {
    return runCli(args, env, folder);
  }

  it('is migrated and asked with a certificate checked in full', async () => {
    const env = variables('sslmode=verify-full&sslrootcert=ca.pem');
    const migrated = await cli(env, 'migrate');
    assert.deepEqual([migrated.code, migrated.err], [0, '']);
    const listed = await cli(env, 'captures', 'list');
    assert.deepEqual([listed.code, listed.out, listed.err], [0, '0 shown of 0\n', '']);
    assert.equal(await isEncrypted(env), true);
  });

  it('is spoken to as sslmode says, whatever PGSSLMODE says', async () => {
    process.env['PGSSLMODE'] = 'disable';
    assert.equal(await isEncrypted(variables('sslmode=require')), true);
    assert.equal(
      await isEncrypted(variables('sslmode=verify-ca&sslrootcert=ca.pem', { host: '127.0.0.1' })),
      true,
    );
    process.env['PGSSLMODE'] = 'require';
    const admin = {
      DATABASE_URL: `postgres://postgres:admin@localhost:${String(postgres.port)}/${postgres.database}`,
    };
    assert.equal(await isEncrypted(admin), false);
    delete process.env['PGSSLMODE'];
  });

  it('is signed in to with the password of a file, also by a URL without a host before its parameters', async () => {
    const { port, database } = postgres;
    const DATABASE_URL = `postgresql:///${database}?host=localhost&port=${String(port)}&user=${SECRETIVE.name}&sslmode=require`;
    assert.equal(await isEncrypted({ DATABASE_URL, DATABASE_PASSWORD_FILE: 'password' }), true);
  });

  it('is signed in to with a certificate', async () => {
    const parameters = 'sslmode=verify-full&sslrootcert=ca.pem&sslcert=client.pem&sslkey=client.key';
    assert.equal(await isEncrypted(variables(parameters, { user: CERTIFIED })), true);
  });

  it('is refused with 4 and what to look at, at once', async () => {
    const cases: readonly (readonly [env: Readonly<Record<string, string>>, expected: RegExp])[] = [
      [
        variables('sslmode=verify-full&sslrootcert=other-ca.pem'),
        /authority that is not trusted .*sslrootcert/,
      ],
      [variables('sslmode=verify-ca&sslrootcert=other-ca.pem'), /authority that is not trusted/],
      // As libpq has it, an authority that is given is asked.
      [variables('sslmode=require&sslrootcert=other-ca.pem'), /authority that is not trusted/],
      [variables('sslmode=verify-full'), /authority that is not trusted/],
      [
        variables('sslmode=verify-full&sslrootcert=ca.pem', { host: '127.0.0.1' }),
        /certificate is for other names .*check host/,
      ],
      [variables('sslmode=disable'), /no encryption.*mend DATABASE_URL/],
      [
        { DATABASE_URL: variables('sslmode=require')['DATABASE_URL'] ?? '' },
        /asks for a password and there is none, .*DATABASE_URL, .*DATABASE_PASSWORD_FILE/,
      ],
      [
        { DATABASE_URL: `${process.env['DATABASE_URL'] ?? ''}?sslmode=require` },
        /offers no TLS.*sslmode=disable/,
      ],
    ];
    for (const [env, expected] of cases)
      for (const command of [['migrate'], ['captures', 'list']]) {
        const { code, out, err } = await cli(env, ...command);
        assert.deepEqual([code, out], [4, ''], err);
        assert.match(err, expected);
        assert.doesNotMatch(err, /4711/);
      }
  });
});
