import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { mendFetchRecovery } from '../../../../src/kafka/fetch-recovery.js';
import { UnreadableBatch } from '../../../../src/kafka/unreadable-batch.js';

/** A consumer group of kafkajs with nothing behind it, which notes what is asked of it. */
function group(): { recover: (error: Error) => Promise<void>; asked: string[] } {
  mendFetchRecovery();
  const asked: string[] = [];
  const note = (what: string) => (): Promise<void> => {
    asked.push(what);
    return Promise.resolve();
  };
  const quiet = (): void => undefined;
  const made = Object.assign(Object.create(ConsumerGroup.prototype) as ConsumerGroup, {
    cluster: { refreshMetadata: note('refreshMetadata'), removeBroker: note('removeBroker') },
    offsetManager: { setDefaultOffset: note('setDefaultOffset') },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    preferredReadReplicasPerTopicPartition: {},
    groupId: 'a-group',
    instrumentationEmitter: {
      emit: (event: string, { restart }: { restart: boolean }) => {
        asked.push(`${event}, ${restart ? 'to be repeated' : 'for good'}`);
      },
    },
    joinAndSync: note('joinAndSync'),
  });
  return { recover: (error) => made.recoverFromFetch(error), asked };
}

const fetchError = (fields: Record<string, unknown>): Error =>
  Object.assign(new Error('from a fetch'), fields);

describe('the mended recovery of kafkajs from a fetch', () => {
  for (const fields of [
    { type: 'NOT_LEADER_FOR_PARTITION' },
    { type: 'FENCED_LEADER_EPOCH' },
    { type: 'UNKNOWN_TOPIC_OR_PARTITION' },
    { name: 'KafkaJSTopicMetadataNotLoaded' },
    { name: 'KafkaJSStaleTopicMetadataAssignment' },
  ]) {
    it(`makes an ordinary rebalance of ${Object.values(fields).join()}`, async () => {
      const { recover, asked } = group();
      await assert.rejects(recover(fetchError(fields)), { type: 'REBALANCE_IN_PROGRESS' });
      assert.ok(!asked.includes('joinAndSync'), 'it must not join while other fetches go on');
    });
  }

  it('refreshes the metadata first', async () => {
    const { recover, asked } = group();
    await assert.rejects(recover(fetchError({ type: 'NOT_LEADER_FOR_PARTITION' })));
    assert.deepEqual(asked, ['refreshMetadata']);
  });

  for (const error of [
    new UnreadableBatch({ topic: 't', partition: 0 }, 'the offset 3', 'is broken'),
    fetchError({ type: 'TOPIC_AUTHORIZATION_FAILED' }),
  ]) {
    it(`tells of what only a person can mend, and stays in the group: ${error.message}`, async () => {
      const { recover, asked } = group();
      await recover(error);
      assert.deepEqual(asked, ['consumer.crash, for good']);
    });
  }

  it('leaves everything else to kafkajs', async () => {
    const { recover, asked } = group();
    await recover(fetchError({ name: 'KafkaJSOffsetOutOfRange', topic: 't', partition: 0 }));
    await recover(fetchError({ name: 'KafkaJSConnectionClosedError', host: 'h', port: 1 }));
    assert.deepEqual(asked, ['setDefaultOffset', 'removeBroker']);
    await assert.rejects(recover(fetchError({ type: 'GROUP_AUTHORIZATION_FAILED' })), {
      type: 'GROUP_AUTHORIZATION_FAILED',
    });
  });
});
