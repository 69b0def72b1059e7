import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { databaseUrl } from '../../../../src/config/database-url.js';

/** What is wrong with a URL, or null. */
function problemOf(url: string): string | null {
  return (
    databaseUrl
      .safeParse(url)
      .error?.issues.map(({ message }) => message)
      .join('\n') ?? null
  );
}

/** What the driver makes of a URL that was taken. */
function connectionOf(url: string): Pick<pg.Client, 'user' | 'password' | 'host' | 'database'> {
  const { user, password, host, database } = new pg.Client({ connectionString: databaseUrl.parse(url) });
  return { user, password, host, database };
}

describe('databaseUrl', () => {
  it('refuses a % that encodes nothing, naming the part and repeating nothing of it', () => {
    for (const [url, part] of [
      ['postgresql://geheim:100%DBpw@db/x', 'password'],
      ['postgresql://geheim:100%pw@db/x', 'password'],
      ['postgresql://geheim:100%@db/x', 'password'],
      ['postgresql://geheim%FF:pw@db/x', 'user'],
      ['postgresql://geheim:pw@%DB_HOST%/x', 'host'],
      ['postgresql://geheim:pw@db/x%C3', 'name of the database'],
      ['postgresql://geheim@db/x?password=100%DBpw', 'parameters'],
      ['postgresql://geheim@db/x?application_name=100%', 'parameters'],
      ['postgresql://geheim:%DB@%DB/x', 'password and its host'],
    ] as const) {
      const problem = problemOf(url) ?? '';
      assert.ok(problem.startsWith(`has a % in its ${part} that begins no`), `${url}: ${problem}`);
      assert.match(problem, /percent-encode it, as %25$/);
      assert.doesNotMatch(problem, /geheim|100|DB/);
    }
  });

  it('refuses what is read as something else than was meant: special characters of a password, and several hosts', () => {
    for (const [url, expected] of [
      [
        'postgresql://geheim:9/Kx+4711==@db.example.com:5432/captures?sslmode=disable',
        /^has an @ behind a \/, \? or #/,
      ],
      ['postgresql://geheim:4711/4711@db/x', /^has an @ behind a \/, .*%2F.*%3F.*%23.*%40$/],
      ['postgresql://geheim:4711?4711@db/x', /^has an @ behind/],
      ['postgresql://geheim:4711#4711@db/x', /^has an @ behind/],
      ['postgresql://db/x?application_name=geheim@4711', /^has an @ behind/],
      [
        'postgresql://geheim:4711@db/x#geheim',
        /^has a #, behind which nothing is read: percent-encode it, as %23$/,
      ],
      ['postgresql://geheim:47\n11@db/x', /^has a line end, a tab or another control character/],
      ['postgresql://geheim:4711@db,geheim/x', /^names several hosts, .*: write one$/],
      ['postgresql://geheim:4711@db:5432,geheim:5432/x', /^names several hosts/],
      ['postgresql://geheim:4711@db/x?host=db,geheim', /^has a parameter host with several hosts/],
      ['postgresql://geheim:4711@db:0/x', /^has a port that is not a number from 1 to 65535$/],
      ['postgresql://geheim:4711@db:99999/x', /^has a port that is not/],
      ['postgresql://geheim:4711', /^names no database/],
      ['postgresql://db:geheim/x', /^has a port that is not/],
      ['postgresql://geheim@/x?host=/run', /^cannot be read as a URL \(not shown, it may hold a password\)/],
    ] as const) {
      const problem = problemOf(url) ?? '';
      assert.match(problem, expected, url);
      assert.doesNotMatch(problem, /geheim|4711|Kx/);
    }
    for (const url of [
      'postgresql://me:a@b@db/x',
      'postgresql://db/x?user=me%40tenant',
      'postgresql://me@[::1]:5432/x',
      'postgresql://me@[::1]/x',
      'postgresql:///x?host=/run/a,b',
    ])
      assert.equal(problemOf(url), null, url);
  });

  it('tells all that is wrong at once', () => {
    assert.match(
      problemOf('postgresql://u:%DB@db?port=abc') ?? '',
      /in its password .*; and it names no database: .*; and it has a parameter port/,
    );
  });

  it('refuses what the driver or the server would stumble over with every connection', () => {
    const db = 'postgresql://geheim@db/x';
    for (const [parameters, expected] of [
      ['port=abc', /port that is not a number from 1 to 65535/],
      ['port=99999', /port that is not/],
      ['query_timeout=geheim', /query_timeout that is not a whole number/],
      ['options=-c%20geheim', /options with a setting that lacks its value: write -c name=value/],
      ['options=-c', /lacks its value/],
      ['options=-c%20a%3Db%20-cgeheim', /lacks its value/],
      ['options=--geheim', /lacks its value/],
    ] as const) {
      assert.match(problemOf(`${db}?${parameters}`) ?? '', expected);
      assert.doesNotMatch(problemOf(`${db}?${parameters}`) ?? '', /geheim/);
    }
    for (const parameters of [
      'port=5433',
      'statement_timeout=0',
      'options=-c%20search_path%3Da%5C%20b%20--work_mem%3D4MB%20-cjit%3Doff',
    ])
      assert.equal(problemOf(`${db}?${parameters}`), null, parameters);
    assert.match(problemOf('postgresql:///x?host=') ?? '', /names no host/);
  });

  it('has the driver read each part as it was encoded, whatever is in it', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(part, part, (user, password) => {
        const url = `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@db/captures`;
        assert.deepEqual(connectionOf(url), { user, password, host: 'db', database: 'captures' });
      }),
    );
  });

  it('has the driver read a password that holds a space beside encoded characters as it was written', () => {
    assert.equal(connectionOf(' postgresql://me:a%2Fb c%40d@db/x ').password, 'a/b c@d');
  });
});
