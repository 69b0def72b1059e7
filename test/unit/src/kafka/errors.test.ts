import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaptureWorkerError } from '../../../../src/errors.js';
import { logUnavailable, logUnusable, mustRejoin, protocolErrorOf } from '../../../../src/kafka/errors.js';

/** An error of the protocol as kafkajs hands it on: inside others. */
function wrapped(type: string): Error {
  const inner = Object.assign(new Error(`the broker said ${type}`), { type });
  return new Error('retries exceeded', { cause: new Error('not retriable', { cause: inner }) });
}

describe('errors of kafkajs', () => {
  it('are known by what the broker said, however deep it is', () => {
    assert.equal(protocolErrorOf(wrapped('UNKNOWN_MEMBER_ID')), 'UNKNOWN_MEMBER_ID');
    assert.equal(protocolErrorOf(new Error('no broker')), null);
    assert.equal(protocolErrorOf('no error'), null);
  });

  it('become LOG_UNAVAILABLE with what could not be done and why', () => {
    const error = logUnavailable("can't append", new Error('connection refused'));
    assert.equal(error.code, 'LOG_UNAVAILABLE');
    assert.equal(error.message, "can't append: connection refused");
  });

  it('that have a code already keep it', () => {
    const error = new CaptureWorkerError('CONSUMER_STOPPED', 'stopped');
    assert.equal(logUnusable("can't", logUnavailable("can't", error)), error);
  });

  it('become TOPIC_MISSING where the broker does not know the topic', () => {
    assert.equal(logUnusable("can't consume", wrapped('UNKNOWN_TOPIC_OR_PARTITION')).code, 'TOPIC_MISSING');
    assert.equal(logUnusable("can't consume", wrapped('REQUEST_TIMED_OUT')).code, 'LOG_UNAVAILABLE');
  });

  it('say when the group must be joined anew', () => {
    for (const type of [
      'REBALANCE_IN_PROGRESS',
      'ILLEGAL_GENERATION',
      'UNKNOWN_MEMBER_ID',
      'NOT_COORDINATOR_FOR_GROUP',
    ])
      assert.equal(mustRejoin(wrapped(type)), true, type);
    assert.equal(mustRejoin(wrapped('GROUP_LOAD_IN_PROGRESS')), false);
    assert.equal(mustRejoin(new Error('connection closed')), false);
  });
});
