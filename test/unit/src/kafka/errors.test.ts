import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaptureWorkerError } from '../../../../src/errors.js';
import {
  logUnavailable,
  logUnusable,
  mustRejoin,
  notAppended,
  protocolErrorOf,
} from '../../../../src/kafka/errors.js';

/** What to look at while no broker answers. */
const SETTINGS =
  'check that Kafka runs, that KAFKA_BROKERS names it, and that KAFKA_TLS and KAFKA_SASL_MECHANISM are as it wants them';

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

  it('become LOG_ACCESS_REFUSED when the brokers refuse the login or a right, with what to look at', () => {
    const login = Object.assign(new Error('SASL PLAIN authentication failed: no'), {
      name: 'KafkaJSSASLAuthenticationError',
    });
    for (const [refusal, remedy] of [
      [new Error('not retriable', { cause: login }), /check KAFKA_SASL_MECHANISM and the credentials/],
      [wrapped('UNSUPPORTED_SASL_MECHANISM'), /check KAFKA_SASL_MECHANISM/],
      [
        wrapped('ILLEGAL_SASL_STATE'),
        /no login is asked for on that port: unset KAFKA_SASL_MECHANISM, or name a port .*KAFKA_BROKERS/,
      ],
      [wrapped('TOPIC_AUTHORIZATION_FAILED'), /must allow this user to read and write/],
      [wrapped('GROUP_AUTHORIZATION_FAILED'), /must allow this user/],
    ] as const) {
      const error = logUnavailable("can't append", refusal);
      assert.deepEqual([error.code, error.exitCode, error.retryable], ['LOG_ACCESS_REFUSED', 4, true]);
      assert.match(error.message, /^can't append: /);
      assert.match(error.message, remedy);
    }
  });

  it('become TLS_FAILED by their own cause or by what is known of the connections', () => {
    const untrusted = Object.assign(new Error('unable to verify'), {
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    for (const error of [
      logUnavailable("can't append", new Error('Connection error', { cause: untrusted })),
      logUnavailable("can't append", new Error('no answer within 10 ms'), untrusted),
      logUnusable("can't append", new Error('no answer within 10 ms'), untrusted),
      notAppended("can't append", new Error('no answer within 10 ms'), untrusted),
    ]) {
      assert.deepEqual([error.code, error.exitCode, error.retryable], ['TLS_FAILED', 4, true]);
      assert.match(
        error.message,
        /^can't append: no TLS with the broker: .* not trusted .*KAFKA_TLS_CA_FILE/,
      );
    }
  });

  it('take the word of an error of ours, from within or of the connections, and add what else is known', () => {
    const late = new Error('no answer within 10 ms');
    const noToken = new CaptureWorkerError('LOG_UNAVAILABLE', 'no token');
    assert.equal(logUnavailable('no', late, noToken).message, 'no: no token');
    assert.equal(logUnavailable('no', new Error('retries', { cause: noToken })).message, 'no: no token');
    assert.equal(
      logUnavailable('no', late, new Error('connect ECONNREFUSED')).message,
      `no: no answer within 10 ms (connect ECONNREFUSED); ${SETTINGS}`,
    );
    assert.equal(logUnavailable('no', late, late).message, `no: no answer within 10 ms; ${SETTINGS}`);
  });

  it('become LOG_UNAVAILABLE with what could not be done and why', () => {
    const error = logUnavailable("can't append", new Error('connection refused'));
    assert.equal(error.code, 'LOG_UNAVAILABLE');
    assert.equal(error.message, `can't append: connection refused; ${SETTINGS}`);
  });

  it('name no settings where a broker has answered: these are right then', () => {
    const { code, message } = logUnavailable("can't append", wrapped('NOT_ENOUGH_REPLICAS'));
    assert.deepEqual([code, message], ['LOG_UNAVAILABLE', "can't append: retries exceeded"]);
  });

  it('that have a code already keep it', () => {
    const error = new CaptureWorkerError('CONSUMER_STOPPED', 'stopped');
    assert.equal(logUnusable("can't", logUnavailable("can't", error)), error);
  });

  it('become TOPIC_MISSING where the broker does not know the topic, with the command and the setting that mend it', () => {
    const { code, message } = logUnusable("can't consume a.b", wrapped('UNKNOWN_TOPIC_OR_PARTITION'));
    assert.equal(code, 'TOPIC_MISSING');
    assert.equal(
      message,
      "can't consume a.b: there is no such topic on these brokers; run `capture-worker topics create`, or correct " +
        'CAPTURE_WORKER_TOPIC_PREFIX',
    );
    assert.equal(logUnusable("can't consume", wrapped('REQUEST_TIMED_OUT')).code, 'LOG_UNAVAILABLE');
  });

  it('become LOG_REFUSED_DATA where the broker will never take the records', () => {
    for (const type of [
      'MESSAGE_TOO_LARGE',
      'RECORD_LIST_TOO_LARGE',
      'INVALID_RECORD',
      'INVALID_TIMESTAMP',
    ]) {
      const error = notAppended("can't append", wrapped(type));
      assert.equal(error.code, 'LOG_REFUSED_DATA', type);
      assert.equal(error.retryable, false);
      assert.match(error.message, new RegExp(`can't append: .*${type}`));
    }
    for (const type of ['NOT_LEADER_FOR_PARTITION', 'NOT_ENOUGH_REPLICAS', 'CORRUPT_MESSAGE'])
      assert.equal(notAppended("can't append", wrapped(type)).code, 'LOG_UNAVAILABLE', type);
    assert.equal(notAppended("can't append", new Error('no broker')).code, 'LOG_UNAVAILABLE');
  });

  it('say how to get a topic that is missing, and that what is to be appended waits for it', () => {
    const error = notAppended("can't append to order.fulfilled.dlq", wrapped('UNKNOWN_TOPIC_OR_PARTITION'));
    assert.deepEqual([error.code, error.retryable], ['LOG_UNAVAILABLE', true]);
    assert.match(
      error.message,
      /^can't append to order\.fulfilled\.dlq: there is no such topic on these brokers; run `capture-worker topics create`/,
    );
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
