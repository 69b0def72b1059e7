import assert from 'node:assert/strict';
import { it } from 'node:test';
import { subjectOf, topicConfigs, topicNames, TOPICS } from '../../../../src/kafka/topics.js';

function settingsOf(topic: string, replicationFactor = 3): Record<string, string> {
  const config = topicConfigs({ replicationFactor }).find((each) => each.topic === topic);
  return Object.fromEntries((config?.configEntries ?? []).map(({ name, value }) => [name, value]));
}

it('names every topic, with the prefix if there is one', () => {
  assert.deepEqual(Object.values(topicNames()), [...TOPICS]);
  assert.equal(topicNames('eu.')['capture.pending.dlq'], 'eu.capture.pending.dlq');
  assert.equal(subjectOf(topicNames('eu.')['capture.failed']), 'eu.capture.failed-value');
});

it('creates every topic under its name', () => {
  const prefix = 'eu.';
  assert.deepEqual(
    topicConfigs({ prefix, replicationFactor: 3 }).map(({ topic }) => topic),
    Object.values(topicNames(prefix)),
  );
});

it('keeps what subscribers and operators need for ever, and never compacts', () => {
  for (const topic of TOPICS) assert.equal(settingsOf(topic)['cleanup.policy'], 'delete');
  const forEver = TOPICS.filter((topic) => settingsOf(topic)['retention.ms'] === '-1');
  assert.deepEqual(forEver, [
    'capture.succeeded',
    'capture.failed',
    'capture.pending',
    'order.fulfilled.dlq',
    'capture.pending.dlq',
    'capture.notification.dlq',
  ]);
  assert.equal(settingsOf('order.fulfilled')['retention.ms'], '7776000000');
});

it('needs two copies of what it acknowledges where there are three', () => {
  assert.equal(settingsOf('order.fulfilled', 1)['min.insync.replicas'], '1');
  assert.equal(settingsOf('order.fulfilled', 2)['min.insync.replicas'], '1');
  assert.equal(settingsOf('order.fulfilled', 3)['min.insync.replicas'], '2');
  assert.equal(settingsOf('order.fulfilled', 5)['min.insync.replicas'], '2');
});

it('gives the topics the partitions that are asked for, and the dead letters one', () => {
  for (const { topic, numPartitions, replicationFactor } of topicConfigs({
    replicationFactor: 2,
    partitions: 4,
  })) {
    assert.equal(numPartitions, topic.endsWith('.dlq') ? 1 : 4);
    assert.equal(replicationFactor, 2);
  }
  assert.equal(topicConfigs({ replicationFactor: 1 })[0]?.numPartitions, 12);
});
