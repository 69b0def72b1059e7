import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { readSettings } from '../../../../examples/subscriber/settings.js';

const ENV = {
  KAFKA_BROKERS: 'one:9092,two:9092',
  SCHEMA_REGISTRY_URL: 'http://localhost:8081/apis/ccompat/v7',
  DATABASE_URL: 'postgresql://me@localhost:5432/books',
};
const own = { groupId: 'the-group', more: z.object({ COLOUR: z.enum(['red', 'blue']).default('red') }) };

describe('settings of a subscriber', () => {
  it('are read from the environment, with the group of the subscriber and topics without a prefix', () => {
    assert.deepEqual(readSettings(ENV, own), {
      brokers: ['one:9092', 'two:9092'],
      registryUrl: 'http://localhost:8081/apis/ccompat/v7',
      databaseUrl: 'postgresql://me@localhost:5432/books',
      topicPrefix: '',
      groupId: 'the-group',
      skip: new Set(),
      more: { COLOUR: 'red' },
    });
  });

  it('can name another group and a prefix', () => {
    const { groupId, topicPrefix } = readSettings({ ...ENV, GROUP_ID: 'mine', TOPIC_PREFIX: 'eu.' }, own);
    assert.deepEqual([groupId, topicPrefix], ['mine', 'eu.']);
  });

  it('take lists with blanks and commas too many', () => {
    const { brokers, skip } = readSettings(
      { ...ENV, KAFKA_BROKERS: ' one:9092 , two:9092,', SKIP: 'capture.failed/0/42, capture.pending/11/0' },
      own,
    );
    assert.deepEqual(brokers, ['one:9092', 'two:9092']);
    assert.deepEqual(skip, new Set(['capture.failed/0/42', 'capture.pending/11/0']));
    assert.throws(() => readSettings({ ...ENV, KAFKA_BROKERS: ' , ' }, own), /KAFKA_BROKERS: is empty/);
  });

  it('skip only records that are named exactly, by the whole names of the capture topics', () => {
    const read = (SKIP: string) => readSettings({ ...ENV, TOPIC_PREFIX: 'eu.', SKIP }, own).skip;
    assert.deepEqual(read('eu.capture.failed/0/42'), new Set(['eu.capture.failed/0/42']));
    for (const wrong of [
      'eu.capture.failed',
      'eu.capture.failed/0',
      'eu.capture.failed/0/-1',
      '*',
      'eu.capture.failed/0/042',
    ]) {
      assert.throws(() => read(wrong), /SKIP: is no list of topic\/partition\/offset/, wrong);
    }
    for (const stranger of ['capture.failed/0/42', 'eu.capture.fail/0/42', 'eu.capture.failed.old/0/42']) {
      assert.throws(
        () => read(stranger),
        /SKIP: has \S+, but the topics are eu\.capture\.succeeded, /,
        stranger,
      );
    }
  });

  it('are refused with all their problems at once, those of the subscriber included', () => {
    const env = {
      KAFKA_BROKERS: '',
      SCHEMA_REGISTRY_URL: 'localhost:8081',
      GROUP_ID: '',
      COLOUR: 'green',
    };
    assert.throws(
      () => readSettings(env, own),
      (error: Error) => {
        const [title, ...problems] = error.message.split('\n');
        assert.equal(title, 'The settings have problems:');
        assert.deepEqual(
          problems.map((line) => line.trim().split(':')[0]),
          ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL', 'GROUP_ID', 'COLOUR'],
        );
        assert.match(error.message, /KAFKA_BROKERS: is empty/);
        assert.match(error.message, /DATABASE_URL: is not set/);
        return true;
      },
    );
  });

  it('never show a password in what is wrong with them', () => {
    const env = { ...ENV, DATABASE_URL: 'mysql://me:swordfish@localhost/books' };
    assert.throws(
      () => readSettings(env, own),
      (error: Error) => error.message.includes('DATABASE_URL') && !error.message.includes('swordfish'),
    );
  });
});
