import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { openCaptureTopics } from '../../support/capture-topics.js';
import { createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import { startExample } from '../../support/example-process.js';
import { openTestKafka } from '../../support/kafka.js';
import { waiting } from '../../support/store.js';

describe('a subscriber that is told to stop', { concurrency: 2 }, () => {
  it('stops at once while it starts, whatever it waits for', async (t) => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    // A server that listens on a port has an address of this type.
    const { port } = silent.address() as AddressInfo;
    const connected = once(silent, 'connection');
    const DATABASE_URL = `postgresql://me@127.0.0.1:${String(port)}/none`;
    const ledger = startExample(t, 'ledger', { ...process.env, DATABASE_URL, TOPIC_PREFIX: 'none.' });
    await connected;
    ledger.signal('SIGTERM');
    assert.equal(await ledger.ended, 0, ledger.out());
    assert.match(ledger.out(), /stopped as it started/);
  });

  it('ends with code 1 when what is under way does not end in time', async (t) => {
    const kafka = await openTestKafka();
    const topics = await openCaptureTopics(kafka, { partitions: 1 });
    const database = await createTestDatabase({ migrated: false });
    const ledger = startExample(t, 'ledger', {
      ...process.env,
      DATABASE_URL: database.url,
      TOPIC_PREFIX: topics.prefix,
      GROUP_ID: kafka.group(),
    });
    const other = await database.anotherPool(1).connect();
    // After the hook that ends the process: hooks run in the order in which they were made.
    t.after(async () => {
      other.release();
      await topics.close();
      await kafka.close();
      await database.drop();
    });
    await ledger.said('"subscribed"');
    await other.query('set idle_in_transaction_session_timeout = 0');
    await other.query('begin');
    await other.query('lock table ledger.captures');
    const captureId = randomBytes(8).toString('hex');
    await topics.write([anEvent('capture.succeeded', { captureId, paymentId: captureId })]);
    await eventually('it waits for the lock', async () => (await waiting(database.pool)) === 1);
    ledger.signal('SIGTERM');
    assert.equal(await ledger.ended, 1, ledger.out());
    assert.match(ledger.out(), /could not stop within 10000 ms/);
    await other.query('rollback');
  });
});
