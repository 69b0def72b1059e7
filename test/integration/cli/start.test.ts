import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { topicNames } from '../../../src/kafka/topics.js';
import type { AccountsFolder, CliProcess } from '../../support/cli.js';
import { accountsFolder, runCli, spawnCli } from '../../support/cli.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { openTestKafka } from '../../support/kafka.js';

/** Where a started worker says that its probes are. */
async function urlOf(worker: CliProcess): Promise<string> {
  const found = (): string | undefined => /"url":"(http:[^"]+)"/.exec(worker.out())?.[1];
  await eventually(`the worker to say where it listens: ${worker.err()}`, () => found() !== undefined);
  return found() ?? '';
}

async function ask(url: string): Promise<[status: number, body: string]> {
  const answer = await fetch(url);
  return [answer.status, await answer.text()];
}

/** Accepts connections and never says a word. */
async function mute(): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

describe('start', () => {
  let accounts: AccountsFolder;
  let database: TestDatabase;
  const prefix = `start-${randomBytes(6).toString('hex')}.`;
  let env: Record<string, string>;

  before(async () => {
    accounts = await accountsFolder();
    database = await createTestDatabase();
    env = {
      KAFKA_BROKERS: process.env['KAFKA_BROKERS'] ?? '',
      SCHEMA_REGISTRY_URL: process.env['SCHEMA_REGISTRY_URL'] ?? '',
      DATABASE_URL: database.url,
      CAPTURE_WORKER_TOPIC_PREFIX: prefix,
      CAPTURE_WORKER_GROUP: `${prefix}group`,
      CAPTURE_WORKER_HTTP_PORT: '0',
      CAPTURE_WORKER_NOTIFY_PORT: '0',
    };
    for (const args of [
      ['schemas', 'register'],
      ['topics', 'create', '--replication-factor', '1', '--partitions', '2'],
    ])
      assert.equal((await runCli(args, env)).code, 0);
  });
  after(async () => {
    const kafka = await openTestKafka();
    await kafka.deleteTopics(Object.values(topicNames(prefix)));
    await kafka.close();
    await database.drop();
    await accounts.remove();
  });

  function start(change: Readonly<Record<string, string>> = {}): CliProcess {
    return spawnCli(['start'], { ...env, ...change }, accounts.folder);
  }

  it('becomes ready, shows how it is, and ends with 0 on SIGTERM, having logged JSON without secrets', async () => {
    const worker = start({ CAPTURE_WORKER_LOG_LEVEL: 'trace' });
    const url = await urlOf(worker);
    await eventually('the worker to be ready', async () => (await ask(`${url}/readyz`))[0] === 200);
    assert.deepEqual(await ask(`${url}/livez`), [200, '{"alive":true}']);
    const [, ready] = await ask(`${url}/readyz`);
    const { parts } = JSON.parse(ready) as { parts: Record<string, unknown> };
    assert.deepEqual(Object.keys(parts).toSorted(), ['database', 'kafka', 'registry', 'schema', 'worker']);
    const [status, page] = await ask(`${url}/metrics`);
    assert.equal(status, 200);
    for (const line of [
      /^capture_worker_build_info\{/m,
      /^capture_worker_outbox_depth 0$/m,
      /^capture_worker_in_flight 0$/m,
      new RegExp(
        `^capture_worker_consumer_lag\\{group="${prefix}group",topic="${prefix}order.fulfilled",partition="1"\\} 0$`,
        'm',
      ),
      /^process_resident_memory_bytes /m,
    ])
      assert.match(page, line);

    worker.signal('SIGTERM');
    assert.equal(await worker.ended, 0);
    const lines = worker.out().trimEnd().split('\n');
    for (const line of lines) {
      const { level, time, service } = JSON.parse(line) as Record<string, unknown>;
      assert.deepEqual([typeof level, typeof time, service], ['string', 'string', 'capture-worker']);
    }
    const password = new URL(database.url).password;
    assert.ok(password.length > 8 && accounts.secret.length > 30);
    for (const secret of [password, accounts.secret])
      assert.ok(!(worker.out() + worker.err()).includes(secret));
  });

  it('takes notifications where it says, and none if that is off', async () => {
    const worker = start();
    const url = await urlOf(worker);
    await eventually('the worker to be ready', async () => (await ask(`${url}/readyz`))[0] === 200);
    const address = /"listen":"(http:[^"]+)"/.exec(worker.out())?.[1] ?? '';
    const post = async (path: string): Promise<number> =>
      (await fetch(`${address}${path}`, { method: 'POST', body: '{}' })).status;
    assert.deepEqual([await post('/notify/wallet/shop'), await post('/notify/wallet/other')], [401, 404]);
    const [, page] = await ask(`${url}/metrics`);
    assert.match(
      page,
      /^capture_worker_notify_requests_total\{provider="wallet",account="shop",result="unverified"\} 1$/m,
    );
    worker.signal('SIGTERM');
    assert.equal(await worker.ended, 0);

    const without = start({ CAPTURE_WORKER_NOTIFY_PORT: 'off' });
    await eventually(
      'the worker to be ready',
      async () => (await ask(`${await urlOf(without)}/readyz`))[0] === 200,
    );
    assert.doesNotMatch(without.out(), /"listen":/);
    without.signal('SIGTERM');
    assert.equal(await without.ended, 0);
  });

  it('says in /readyz which part is missing, stays alive, and stops at once when told to', async () => {
    const worker = start({ DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/x' });
    const url = await urlOf(worker);
    await eventually('the missing database to show', async () => {
      const [status, body] = await ask(`${url}/readyz`);
      return (
        status === 503 && body.includes('"database":{"ok":false,"missing":"the database doesn\'t answer')
      );
    });
    assert.equal((await ask(`${url}/livez`))[0], 200);
    worker.signal('SIGINT');
    assert.equal(await worker.ended, 0);
    assert.doesNotMatch(worker.out() + worker.err(), /hunter2/);
  });

  it('stops hard, with 9, at a second signal', async () => {
    // A database that says nothing keeps the worker starting, and so from draining, for seconds.
    const { port, server } = await mute();
    const worker = start({ DATABASE_URL: `postgresql://me@127.0.0.1:${String(port)}/x` });
    await urlOf(worker);
    worker.signal('SIGTERM');
    await eventually('the worker to begin its drain', () => worker.out().includes('SIGTERM: stopping'));
    worker.signal('SIGTERM');
    assert.equal(await worker.ended, 9);
    server.close();
  });

  it('ends with 4 and the command that mends it on a database that was not migrated', async () => {
    const empty = await createTestDatabase({ migrated: false });
    const worker = start({ DATABASE_URL: empty.url });
    assert.equal(await worker.ended, 4);
    assert.match(worker.err(), /^the database lacks .*run `capture-worker migrate`\n$/);
    await empty.drop();
  });

  it('ends with 3 when an account’s credentials stood for another merchant before', async () => {
    const before = await createTestDatabase();
    await before.pool.query(
      `insert into merchants (provider, identity, merchant_id, account)
       values ('wallet', 'c-1', 'another merchant', 'shop')`,
    );
    const worker = start({ DATABASE_URL: before.url });
    assert.equal(await worker.ended, 3);
    assert.match(worker.err(), /have stood for merchant 'another merchant' since .*put the merchantId back/);
    await before.drop();
  });

  it('ends with 3 when a merchant’s id was written in other letter case before, with other credentials', async () => {
    const before = await createTestDatabase();
    await before.pool.query(
      `insert into merchants (provider, identity, merchant_id, account)
       values ('wallet', 'another-client', 'M-1', 'shop')`,
    );
    const worker = start({ DATABASE_URL: before.url });
    assert.equal(await worker.ended, 3);
    assert.match(
      worker.err(),
      /account shop has merchantId 'm-1', but this merchant has been written 'M-1' since .*put the merchantId back/,
    );
    await before.drop();
  });

  it('ends with 5 and a clear line when its port is taken', async () => {
    const { port, server } = await mute();
    const worker = start({ CAPTURE_WORKER_HTTP_PORT: String(port) });
    assert.equal(await worker.ended, 5);
    assert.match(worker.err(), /^Can't listen on 127\.0\.0\.1:\d+ .*another process listens there.*\n$/);
    const second = start({ CAPTURE_WORKER_NOTIFY_PORT: String(port) });
    assert.equal(await second.ended, 5);
    assert.match(
      second.err(),
      /for notifications: another process listens there.*CAPTURE_WORKER_NOTIFY_PORT/,
    );
    server.close();
  });

  it('ends with 3 and every problem when it is not configured', async () => {
    const worker = start({ KAFKA_BROKERS: '', CAPTURE_WORKER_ACCOUNTS_FILE: 'none.yaml' });
    assert.equal(await worker.ended, 3);
    assert.equal(worker.out(), '');
    assert.match(
      worker.err(),
      /has 2 problems:\n {2}KAFKA_BROKERS: is not set\n {2}CAPTURE_WORKER_ACCOUNTS_FILE: names no file that exists/,
    );
  });
});
