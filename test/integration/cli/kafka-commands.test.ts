import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';
import type { Told } from '../../support/cli.js';
import { runCli } from '../../support/cli.js';
import { CONTRACTS } from '../../../src/kafka/contract.js';
import { TOPICS, topicNames } from '../../../src/kafka/topics.js';

describe('commands on Kafka and the registry', () => {
  let kafka: TestKafka;
  const prefix = `cli-${randomBytes(6).toString('hex')}.`;
  const topics = topicNames(prefix);
  const env = {
    KAFKA_BROKERS: process.env['KAFKA_BROKERS'],
    SCHEMA_REGISTRY_URL: process.env['SCHEMA_REGISTRY_URL'],
    CAPTURE_WORKER_TOPIC_PREFIX: prefix,
    CAPTURE_WORKER_GROUP: `${prefix}group`,
  };

  before(async () => {
    kafka = await openTestKafka();
  });
  after(async () => {
    await kafka.deleteTopics(Object.values(topics));
    await kafka.close();
  });

  function cli(...args: string[]): Promise<Told> {
    return runCli(args, env);
  }

  it('lag ends with 4 when the topic is not there, names it, and says what mends that', async () => {
    const { code, out, err } = await cli('lag');
    assert.deepEqual([code, out], [4, '']);
    assert.ok(err.includes(` in ${topics['order.fulfilled']}: there is no such topic`), err);
    assert.match(err, /run `capture-worker topics create`, or correct CAPTURE_WORKER_TOPIC_PREFIX\n$/);
  });

  it('each end with 4, and name the setting, when a login is offered where none is asked for', async () => {
    const login = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me', KAFKA_SASL_PASSWORD: 'geheim' };
    const commands = [['lag'], ['topics', 'create', '--replication-factor', '1']];
    for (const told of await Promise.all(commands.map((args) => runCli(args, { ...env, ...login })))) {
      assert.deepEqual([told.code, told.out], [4, '']);
      assert.match(told.err, /no login is asked for on that port: unset KAFKA_SASL_MECHANISM/);
    }
  });

  it('topics create refuses more copies than there are brokers, and creates nothing', async () => {
    const { code, out, err } = await cli('topics', 'create');
    assert.deepEqual([code, out], [4, '']);
    assert.match(err, /^The cluster has one broker, so it can't keep 3 copies: .*--replication-factor 1/);
    const existing = await kafka.admin.listTopics();
    assert.ok(!existing.includes(topics['order.fulfilled']));
  });

  it('topics create creates what is missing and says what existed, with what of it can lose messages', async () => {
    const existing = topics['capture.failed'];
    await kafka.admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: existing, numPartitions: 2, replicationFactor: 1 }],
    });
    const options = ['--replication-factor', '1', '--partitions', '3'];
    const first = await cli('topics', 'create', ...options);
    assert.deepEqual([first.code, first.err], [0, '']);
    const remark =
      '  retention.ms is 604800000 (7 days), not -1 (for ever): older messages are gone, read or not';
    const expected = TOPICS.flatMap((name) => {
      if (topics[name] === existing) return [`${existing} exists, 2 partitions`, remark];
      return [`created ${topics[name]}, ${name.endsWith('.dlq') ? '1 partition' : '3 partitions'}`];
    });
    assert.deepEqual(first.out.trimEnd().split('\n'), expected);
    const second = await cli('topics', 'create', ...options);
    assert.equal(second.code, 0);
    assert.deepEqual(
      second.out.trimEnd().split('\n'),
      expected.map((line) => line.replace(/^created (\S+),/, '$1 exists,')),
      'what was created as it must be needs no remark',
    );
  });

  it('lag shows each partition, what is to do, and the sum', async () => {
    const orders = topics['order.fulfilled'];
    // One after the other: a broker that has just learnt of a partition may refuse it, and what went to the others is then sent again.
    await kafka.append(orders, [
      { partition: 0, value: 'a' },
      { partition: 0, value: 'b' },
    ]);
    await kafka.append(orders, [{ partition: 2, value: 'c' }]);
    await kafka.admin.setOffsets({
      groupId: env.CAPTURE_WORKER_GROUP,
      topic: orders,
      partitions: [{ partition: 0, offset: '1' }],
    });
    await kafka.append(topics['capture.notification'], [{ partition: 1, value: 'd' }]);
    const { code, out, err } = await cli('lag');
    assert.deepEqual([code, err], [0, '']);
    const rows = out.split('\n').map((line) => line.trim().split(/ +/).slice(1).join(' '));
    assert.deepEqual(rows.slice(0, 4), [
      'partition start end committed lag',
      '0 0 2 1 1',
      '1 0 0 none 0',
      '2 0 1 none 1',
    ]);
    assert.deepEqual(out.trimEnd().split('\n').slice(-2), [
      `group ${prefix}group: 2 to do`,
      `group ${prefix}group-reconciliation: 1 to do; it has committed nothing anywhere`,
    ]);

    const { total, partitions } = JSON.parse((await cli('lag', '--json')).out) as {
      total: number;
      partitions: { partition: number; lag: number; committed: number | null }[];
    };
    assert.equal(total, 3);
    assert.deepEqual(
      partitions.slice(0, 3).map(({ partition, lag, committed }) => [partition, lag, committed]),
      [
        [0, 1, 1],
        [1, 0, null],
        [2, 1, null],
      ],
    );
  });

  it('lag says of a group that has committed nothing that its name may be wrong', async () => {
    const { code, out, err } = await cli('lag', '--group', `${prefix}typo`);
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(out.trimEnd().split('\n').slice(-3), [
      `group ${prefix}typo: 3 to do; it has committed nothing anywhere`,
      `group ${prefix}typo-reconciliation: 1 to do; it has committed nothing anywhere`,
      "No worker has done anything as this group yet, or the group's name is wrong.",
    ]);
    const groupsOf = async (...args: string[]): Promise<unknown> =>
      (JSON.parse((await cli('lag', '--json', ...args)).out) as { groups: unknown }).groups;
    assert.deepEqual(await groupsOf('--group', `${prefix}typo`), [
      { group: `${prefix}typo`, total: 3, committed: false },
      { group: `${prefix}typo-reconciliation`, total: 1, committed: false },
    ]);
    assert.deepEqual(await groupsOf(), [
      { group: `${prefix}group`, total: 2, committed: true },
      { group: `${prefix}group-reconciliation`, total: 1, committed: false },
    ]);
  });

  it('schemas register registers each subject once', async () => {
    const first = await cli('schemas', 'register');
    assert.deepEqual([first.code, first.err], [0, '']);
    assert.match(first.out, new RegExp(`^${prefix}order\\.fulfilled-value: registered, id \\d+$`, 'm'));
    assert.equal(first.out.trimEnd().split('\n').length, CONTRACTS.length);
    const second = await cli('schemas', 'register');
    assert.equal(second.out, first.out.replaceAll(': registered, ', ': was there, '));
  });
});
