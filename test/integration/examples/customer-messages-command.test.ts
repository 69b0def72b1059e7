import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startExample } from '../../support/example-process.js';

const SETTINGS = {
  KAFKA_BROKERS: 'localhost:1',
  SCHEMA_REGISTRY_URL: 'http://localhost:1',
  DATABASE_URL: 'postgres://localhost:1/none',
  MESSAGE_GATEWAY_URL: 'http://localhost:1/messages',
};

describe('the customer-messages command', () => {
  it('tells how it is used', async (t) => {
    const help = startExample(t, 'customer-messages', {}, ['--help']);
    assert.equal(await help.ended, 0);
    const words = [...Object.keys(SETTINGS), 'TOPIC_PREFIX', 'GROUP_ID', 'PENDING_AFTER_SECONDS'];
    for (const word of [
      ...words,
      'FAILED_AFTER_SECONDS',
      'DELIVERY_TIMEOUT_SECONDS',
      'RETRY_AFTER_SECONDS',
      'Idempotency-Key',
    ]) {
      assert.ok(help.out().includes(word), word);
    }
  });

  it('ends with code 2 and names all that is wrong with its settings', async (t) => {
    const refused = startExample(t, 'customer-messages', {
      KAFKA_BROKERS: '',
      MESSAGE_GATEWAY_URL: 'mailto:someone',
      PENDING_AFTER_SECONDS: '',
      FAILED_AFTER_SECONDS: '-1',
      RETRY_AFTER_SECONDS: '10s',
    });
    assert.equal(await refused.ended, 2);
    assert.equal(refused.out(), '');
    const names = [...Object.keys(SETTINGS), 'PENDING_AFTER_SECONDS', 'FAILED_AFTER_SECONDS'];
    for (const name of [...names, 'RETRY_AFTER_SECONDS']) {
      assert.ok(refused.err().includes(`  ${name}: `), name);
    }
    assert.ok(!refused.err().includes('    at '), 'no stack');
  });

  it('ends with code 2 if a message could be sent again while it is being sent', async (t) => {
    const refused = startExample(t, 'customer-messages', { ...SETTINGS, RETRY_AFTER_SECONDS: '5' });
    assert.equal(await refused.ended, 2);
    assert.match(refused.err(), /RETRY_AFTER_SECONDS: must be longer than DELIVERY_TIMEOUT_SECONDS/);
  });

  it('ends with code 2 when it is given something that it does not know', async (t) => {
    const refused = startExample(t, 'customer-messages', SETTINGS, ['--replay']);
    assert.equal(await refused.ended, 2);
    assert.match(refused.err(), /--replay/);
  });

  it('ends with code 1 when its database does not answer', async (t) => {
    const failed = startExample(t, 'customer-messages', SETTINGS);
    assert.equal(await failed.ended, 1);
    assert.match(failed.out(), /"level":60/);
  });
});
