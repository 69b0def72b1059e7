import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import kafkajs, { Kafka, logLevel, type Admin } from 'kafkajs';
import { StackError } from '../../../dev/stack/errors.js';
import { withClient } from '../../../dev/stack/postgres.js';
import { startStack, type Stack } from '../../../dev/stack/start.js';
import { isAlive } from '../../../dev/watchdog/process-table.js';
import { bareEnvironment, processesWith } from '../../support/stack-process.js';

describe('the local stack', () => {
  let folder: string;
  let stack: Stack;
  const lines: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stack-test-'));
    await chmod(folder, 0o711);
    process.env['TMPDIR'] = folder;
    const begun = performance.now();
    stack = await startStack({ env: bareEnvironment(), progress: (line) => lines.push(line) });
    console.log(`up after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  });

  after(async () => {
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('says of each part that it starts and that it is ready', () => {
    for (const title of ['Kafka', 'Schema registry', 'PostgreSQL']) {
      const steps = lines
        .filter((line) => line.startsWith(title))
        .map((line) => line.slice(title.length).trim());
      assert.ok(steps.includes('starting'), lines.join('\n'));
      assert.match(steps.at(-1) ?? '', /^ready, port \d+, \d+\.\d s$/);
    }
  });

  it('runs PostgreSQL durably, as the worker demands', async () => {
    const { rows } = await withClient(stack.env.DATABASE_URL, (client) =>
      client.query<{ name: string; setting: string }>(
        "select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')",
      ),
    );
    assert.deepEqual(
      rows.map(({ setting }) => setting),
      ['on', 'on', 'on'],
    );
  });

  it('runs a Kafka in which a misspelt topic is an error', async () => {
    const name = 'auto.create.topics.enable';
    const { resources } = await withAdmin(stack, (admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: '1', configNames: [name] }],
      }),
    );
    assert.deepEqual(
      resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]),
      [[name, 'false']],
    );
  });

  it('keeps what each part held when that part is restarted, and its address', async () => {
    const env = { ...stack.env };
    await Promise.all([kafkaKeepsTopics(stack), registryKeepsSchemas(stack), postgresKeepsRows(stack)]);
    assert.deepEqual(stack.env, env);
  });

  it('refuses a port that another process has, in one line that names both', async () => {
    const port = Number(stack.env.KAFKA_BROKERS.split(':')[1]);
    const before = await readdir(folder);
    await assert.rejects(startStack({ env: bareEnvironment(), ports: { postgres: port } }), (error) => {
      assert.ok(error instanceof StackError);
      assert.equal(error.code, 'STACK_PORT_TAKEN');
      assert.match(error.message, new RegExp(`^PostgreSQL .*port ${port} .*choose another port\\.$`));
      return true;
    });
    assert.deepEqual(await readdir(folder), before);
  });

  it('leaves no process and no file when it is stopped', async () => {
    const pids = Object.values(stack.pids());
    assert.equal(pids.length, 4);
    assert.notDeepEqual(processesWith(folder), []);
    await stack.stop();
    assert.deepEqual(pids.filter(isAlive), []);
    assert.deepEqual(processesWith(folder), []);
    assert.deepEqual(await readdir(folder), []);
  });
});

async function kafkaKeepsTopics(stack: Stack): Promise<void> {
  await withAdmin(stack, (admin) => admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }] }));
  await stack.restart('kafka');
  const { topics } = await withAdmin(stack, (admin) => admin.fetchTopicMetadata({ topics: ['kept'] }));
  assert.equal(topics[0]?.partitions.length, 3);
}

function clientOf({ env }: Stack): Kafka {
  return new Kafka({
    brokers: env.KAFKA_BROKERS.split(','),
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  });
}

async function withAdmin<T>(stack: Stack, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = clientOf(stack).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

async function registryKeepsSchemas(stack: Stack): Promise<void> {
  await register(stack, 'before-restart', '"string"');
  await stack.restart('registry');
  await register(stack, 'before-crash', '"long"');
  // At once: a schema that was acknowledged is on disk.
  await stack.restart('registry', 'crash');
  const subjects = (await (await fetch(`${stack.env.SCHEMA_REGISTRY_URL}/subjects`)).json()) as string[];
  assert.deepEqual(subjects.sort(), ['before-crash', 'before-restart']);
}

async function register({ env }: Stack, subject: string, schema: string): Promise<void> {
  const response = await fetch(`${env.SCHEMA_REGISTRY_URL}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  });
  assert.ok(response.ok, await response.text());
}

async function postgresKeepsRows(stack: Stack): Promise<void> {
  await withClient(stack.env.DATABASE_URL, (client) =>
    client.query("create table kept as select 'row' as what"),
  );
  await stack.restart('postgres', 'crash');
  const { rows } = await withClient(stack.env.DATABASE_URL, (client) =>
    client.query('select what from kept'),
  );
  assert.deepEqual(rows, [{ what: 'row' }]);
}
