import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { createPool } from '../../../src/store/pool.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { NotifyRig, successOf } from '../../support/notify-rig.js';
import { numberOf, waiting } from '../../support/store.js';
import type { TcpGate } from '../../support/tcp-gate.js';
import { openTcpGate } from '../../support/tcp-gate.js';
import { until } from '../../support/until.js';

const PROVIDERS = ['wallet', 'yabandpay', 'payermax'] as const;

describe('the notify endpoint and its database', () => {
  let database: TestDatabase;
  let gate: TcpGate;
  let pool: pg.Pool;
  let rig: NotifyRig;
  before(async () => {
    database = await createTestDatabase();
  });
  beforeEach(async () => {
    const url = new URL(database.url);
    gate = await openTcpGate({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${String(gate.port)}`;
    pool = createPool({ url: url.toString(), max: 2, applicationName: 'capture-worker test' });
    rig = await NotifyRig.start(pool);
  });
  afterEach(async () => {
    await rig.close();
    await gate.close();
    await pool.end();
  });
  after(() => database.drop());

  const count = (table: string) => numberOf(database.pool, `select count(*) from ${table}`);

  it('tells providers to come again while it is away, and takes what they send when it is back', async () => {
    const [stored, queued] = [await count('notifications'), await count('notification_queue')];
    const good = successOf(rig, 'away');
    await gate.shut();
    assert.match(await rig.send(good.wallet), /^503 .*"resultStatus":"U"/);
    assert.equal(await rig.send(good.yabandpay), '503 bad');
    assert.match(await rig.send(good.payermax), /^503 .*"FAIL"/);
    // Whose it is can be told without a database.
    assert.match(await rig.send(good.wallet, { body: '{}' }), /^401 /);
    assert.equal(await count('notifications'), stored);
    await gate.open();
    for (const provider of PROVIDERS) assert.match(await rig.send(good[provider]), /^200 /);
    assert.equal(await count('notifications'), stored + 3);
    assert.equal(await count('notification_queue'), queued + 3);
    const counted = await rig.counted();
    assert.deepEqual(
      PROVIDERS.map((provider) => [
        counted[`${provider}/shop unavailable`],
        counted[`${provider}/shop stored`],
      ]),
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    );
  });

  it('acknowledges nothing that it isn’t told is stored, and knows it again if it was', async () => {
    const [stored, queued] = [await count('notifications'), await count('notification_queue')];
    const good = successOf(rig, 'unheard').wallet;
    // Connected, so that the next word from the database is that the notification was stored.
    assert.match(await rig.send(successOf(rig, 'heard').wallet), /^200 /);
    gate.deafen();
    assert.match(await rig.send(good), /^503 /);
    await until(async () => (await count('notifications')) === stored + 2);
    await gate.open();
    assert.match(await rig.send(good), /^200 /);
    assert.equal((await rig.counted())['wallet/shop duplicate'], 1);
    assert.equal(await count('notifications'), stored + 2);
    assert.equal(await count('notification_queue'), queued + 2);
  });

  it('ends what is under way before it closes, and takes nothing after that', async () => {
    const client = await database.pool.connect();
    const good = successOf(rig, 'closing').wallet;
    let isClosed = false;
    try {
      await client.query('begin');
      await client.query('lock table notifications');
      const answer = rig.send(good);
      await until(async () => (await waiting(database.pool)) === 1);
      const closing = rig.close().then(() => {
        isClosed = true;
      });
      await assert.rejects(rig.send(good), { code: 'ECONNREFUSED' });
      assert.equal(isClosed, false);
      await client.query('commit');
      assert.match(await answer, /^200 /);
      await closing;
    } finally {
      client.release();
    }
  });

  it('isn’t kept from closing by one who never ends a request', async () => {
    const { hostname, port } = new URL(rig.url);
    const slow = connect(Number(port), hostname);
    slow.on('error', () => undefined);
    let isClosed = false;
    try {
      slow.write('POST /notify/wallet/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
      assert.match(await rig.send(successOf(rig, 'beside').wallet), /^200 /);
      void rig.close().then(() => {
        isClosed = true;
      });
      await until(() => isClosed);
    } finally {
      slow.destroy();
    }
  });
});
