import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Admin } from 'kafkajs';
import { readTopics } from '../../../../src/kafka/read-topics.js';
import type { TopicState } from '../../../../src/kafka/topic-settings.js';
import { deviationsOf } from '../../../../src/kafka/topic-settings.js';
import type { TopicName } from '../../../../src/kafka/topics.js';
import { topicConfigs, topicNames, TOPICS } from '../../../../src/kafka/topics.js';

/** A topic as `topics create` makes it, and as the brokers tell of it, with some settings changed. */
function state(name: TopicName, change: Readonly<Record<string, string>> = {}, copies = 3): TopicState {
  const config = topicConfigs({ prefix: 'eu.', replicationFactor: copies }).find(
    ({ topic }) => topic === `eu.${name}`,
  );
  const made = (config?.configEntries ?? []).map((entry) => [entry.name, entry.value] as const);
  const ofBrokers = { 'max.message.bytes': '1048588', 'retention.bytes': '-1' };
  return {
    name,
    topic: `eu.${name}`,
    copies,
    settings: new Map([...Object.entries(ofBrokers), ...made, ...Object.entries(change)]),
  };
}

const told = (...states: TopicState[]): string[] =>
  deviationsOf(states).map(({ topic, text }) => `${topic}: ${text}`);

describe('the settings of topics', () => {
  it('as they are created deviate in nothing', () => {
    for (const copies of [1, 2, 3, 5])
      assert.deepEqual(told(...TOPICS.map((name) => state(name, {}, copies))), []);
  });

  it('must not let a topic be compacted', () => {
    assert.deepEqual(told(state('order.fulfilled', { 'cleanup.policy': 'compact' })), [
      'eu.order.fulfilled: cleanup.policy is compact, not delete: orders of one payment vanish, all but the last',
    ]);
    for (const name of ['order.fulfilled.dlq', 'capture.succeeded'] as const) {
      assert.deepEqual(told(state(name, { 'cleanup.policy': 'compact,delete' })), [
        `eu.${name}: cleanup.policy is compact,delete, not delete: messages with the same key vanish, all but the last`,
      ]);
    }
  });

  it('must keep messages as long as ours do, by age and by size', () => {
    assert.deepEqual(told(state('order.fulfilled', { 'retention.ms': '604800000' })), [
      'eu.order.fulfilled: retention.ms is 604800000 (7 days), not 7776000000 (90 days): older messages are gone, read or not',
    ]);
    assert.deepEqual(
      told(state('capture.failed', { 'retention.ms': '7776000000', 'retention.bytes': '1000' })),
      [
        'eu.capture.failed: retention.ms is 7776000000 (90 days), not -1 (for ever): older messages are gone, read or not',
        'eu.capture.failed: retention.bytes is 1000, not -1: the oldest messages of a larger partition are gone, read or not',
      ],
    );
    for (const longer of ['7776000000', '7776000001', '-1'])
      assert.deepEqual(told(state('order.fulfilled', { 'retention.ms': longer })), []);
  });

  it('say times in what a person counts in', () => {
    const ofTime = (ms: string): string =>
      told(state('order.fulfilled', { 'retention.ms': ms }))[0]?.replace(/^.* is (.*), not .*$/, '$1') ?? '';
    assert.deepEqual(['129600000', '86400000', '3600000', '5400000', '60000', '1500', '7', '0'].map(ofTime), [
      '129600000 (1.5 days)',
      '86400000 (1 day)',
      '3600000 (1 hour)',
      '5400000 (1.5 hours)',
      '60000 (1 minute)',
      '1500 (1.5 seconds)',
      '7 ms',
      '0 ms',
    ]);
  });

  it('that brokers do not heed are not told: they delete nothing by age or size unless the policy says so', () => {
    const short = { 'retention.ms': '1000', 'retention.bytes': '1000' };
    assert.deepEqual(told(state('order.fulfilled', { ...short, 'cleanup.policy': '' })), []);
    const settingsTold = (policy: string): string[] =>
      deviationsOf([state('order.fulfilled', { ...short, 'cleanup.policy': policy })]).map(
        ({ setting }) => setting,
      );
    assert.deepEqual(settingsTold('compact'), ['cleanup.policy']);
    assert.deepEqual(settingsTold('compact, delete'), ['cleanup.policy', 'retention.ms', 'retention.bytes']);
  });

  it('must let a dead letter be as large as the order', () => {
    const orders = state('order.fulfilled', { 'max.message.bytes': '2000000' });
    assert.deepEqual(told(orders, state('order.fulfilled.dlq')), [
      "eu.order.fulfilled.dlq: max.message.bytes is 1048588, less than the 2000000 of eu.order.fulfilled: dead letters go without what doesn't fit",
    ]);
    assert.deepEqual(told(orders, state('capture.pending.dlq')), [], 'it is for other messages');
    assert.deepEqual(told(state('order.fulfilled.dlq')), [], 'where the orders are is not known');
    assert.deepEqual(told(orders, state('order.fulfilled.dlq', { 'max.message.bytes': '2000000' })), []);
  });

  it('must not let what was acknowledged vanish with one broker', () => {
    assert.deepEqual(told(state('capture.pending', { 'min.insync.replicas': '1' })), [
      'eu.capture.pending: min.insync.replicas is 1, not 2: what was acknowledged can vanish with one broker',
    ]);
    assert.deepEqual(told(state('capture.pending', { 'min.insync.replicas': '1' }, 2)), []);
    assert.deepEqual(told(state('capture.pending', { 'unclean.leader.election.enable': 'true' })), [
      'eu.capture.pending: unclean.leader.election.enable is true, not false: what was acknowledged can vanish with one broker',
    ]);
  });

  it('that the brokers do not tell are taken for good', () => {
    assert.deepEqual(told({ ...state('order.fulfilled'), settings: new Map([['retention.ms', '']]) }), []);
  });

  it('may have any compression: all are read', () => {
    for (const type of ['producer', 'zstd'])
      assert.deepEqual(told(state('order.fulfilled', { 'compression.type': type })), []);
  });

  it('are read of the topics that exist, and one that is kept from us keeps no other', async () => {
    const names = topicNames('eu.');
    const admin = {
      listTopics: () => Promise.resolve(['others', names['capture.failed'], names['order.fulfilled']]),
      fetchTopicMetadata: () =>
        Promise.resolve({ topics: [{ partitions: [{ replicas: [1, 2, 3] }, { replicas: [1, 2] }] }] }),
      describeConfigs: ({ resources: [resource] }: { resources: { name: string }[] }) =>
        resource?.name === names['order.fulfilled']
          ? Promise.reject(new Error('Not authorized to access topics'))
          : Promise.resolve({
              resources: [{ configEntries: [{ configName: 'cleanup.policy', configValue: 'compact' }] }],
            }),
    };
    // All of an admin that is asked for.
    assert.deepEqual(await readTopics(admin as unknown as Admin, 'eu.'), {
      states: [
        {
          name: 'capture.failed',
          topic: 'eu.capture.failed',
          copies: 2,
          settings: new Map([['cleanup.policy', 'compact']]),
        },
      ],
      untold: [{ topic: 'eu.order.fulfilled', why: 'Not authorized to access topics' }],
    });
  });
});
