import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import kafkajs from 'kafkajs';
import { topicNames } from '../../../src/kafka/topics.js';
import type { AccountsFolder } from '../../support/cli.js';
import { accountsFolder, runCli, spawnCli } from '../../support/cli.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { appendGzipped } from '../../support/gzipped.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';

describe('a worker whose topic has a batch that can not be read', () => {
  const prefix = `unreadable-${randomBytes(6).toString('hex')}.`;
  const group = `${prefix}group`;
  const topics = topicNames(prefix);
  let kafka: TestKafka;
  let accounts: AccountsFolder;
  let database: TestDatabase;
  let env: Record<string, string>;

  before(async () => {
    kafka = await openTestKafka();
    accounts = await accountsFolder();
    database = await createTestDatabase();
    env = {
      KAFKA_BROKERS: process.env['KAFKA_BROKERS'] ?? '',
      SCHEMA_REGISTRY_URL: process.env['SCHEMA_REGISTRY_URL'] ?? '',
      DATABASE_URL: database.url,
      CAPTURE_WORKER_TOPIC_PREFIX: prefix,
      CAPTURE_WORKER_GROUP: group,
      CAPTURE_WORKER_HTTP_PORT: '0',
    };
    for (const args of [
      ['schemas', 'register'],
      ['topics', 'create', '--replication-factor', '1', '--partitions', '3'],
    ])
      assert.equal((await runCli(args, env)).code, 0);
    await kafka.admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topics['order.fulfilled'],
          configEntries: [{ name: 'compression.type', value: 'producer' }],
        },
      ],
    });
  });
  after(async () => {
    await kafka.deleteTopics(Object.values(topics));
    await kafka.close();
    await database.drop();
    await accounts.remove();
  });

  it('ends with all committed that it has worked off, however often it is started, and does nothing twice', async () => {
    const topic = topics['order.fulfilled'];
    await kafka.append(topic, [{ partition: 1, value: 'no order' }]);
    await appendGzipped(kafka.client, topic, { partition: 1, value: Buffer.alloc(80_000_000) });
    await kafka.append(topic, [{ partition: 1, value: 'behind it' }]);
    for (const time of ['first', 'second', 'third']) {
      const worker = spawnCli(['start'], env, accounts.folder);
      assert.equal(await worker.ended, 8, worker.out() + worker.err());
      assert.match(worker.out(), /the batch with the offsets 1 to 1 in .*\/1 holds more than 64 MiB/);
      assert.doesNotMatch(worker.err(), /Warning/);
      assert.equal(await kafka.committed(group, topic, 1), 1n, `after the ${time} start`);
    }
    const letters = await kafka.read(topics['order.fulfilled.dlq']);
    assert.deepEqual(
      letters.map(({ value }) => Buffer.from(value ?? []).toString()),
      ['no order'],
    );
  });
});
