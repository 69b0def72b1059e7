import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createPool } from '../../../src/store/pool.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { CAPTURED } from '../../support/captures.js';
import { captureOfPayment, claimOf, numberOf, pieceOf, testStore } from '../../support/store.js';
import { until } from '../../support/until.js';

/** Ends the sessions that wait for a lock, and counts them. */
const CUT_OFF = `
  select count(pg_terminate_backend(pid))
  from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

const UNAVAILABLE = { code: 'STORE_UNAVAILABLE', retryable: true };

describe('a database in trouble', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  /** Runs `act` with a pool that may be closed only once. */
  async function withPool(
    url: string,
    act: (pool: ReturnType<typeof createPool>) => Promise<void>,
  ): Promise<void> {
    const pool = createPool({ url, max: 1, applicationName: 'capture-worker test' });
    try {
      await act(pool);
    } finally {
      await pool.end();
    }
  }

  const changedUrl = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.toString();
  };

  it('is told as unavailable when nothing listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const url = changedUrl((parts) => {
      parts.port = String(port);
    });
    await withPool(url, async (pool) => {
      await assert.rejects(testStore(pool).claim([claimOf(captureOfPayment('nobody'))]), {
        ...UNAVAILABLE,
        message: /while claiming captures: .*ECONNREFUSED/,
      });
    });
  });

  it('is told as a refused login when the database is missing', async () => {
    const url = changedUrl((parts) => {
      parts.pathname = '/no_such_database';
    });
    await withPool(url, async (pool) => {
      await assert.rejects(testStore(pool).claim([claimOf(captureOfPayment('missing'))]), {
        code: 'STORE_LOGIN_REFUSED',
        retryable: true,
        message: /"no_such_database" does not exist/,
      });
    });
  });

  it('undoes what was half done when the connection dies, and goes on with another one', async () => {
    const pool = database.anotherPool(1);
    const capture = captureOfPayment('cut');
    const { captureId } = capture;
    await testStore(pool).claim([claimOf(capture)]);
    const request = { captureId, pieces: [pieceOf(captureId, CAPTURED)] };
    const rival = await database.pool.connect();
    try {
      await rival.query('begin');
      await rival.query('lock table outbox in exclusive mode');
      const outcome = assert.rejects(testStore(pool).record([request]), UNAVAILABLE);
      // Its write hangs in the middle, at the outbox; there it is cut off.
      await until(async () => (await numberOf(database.pool, CUT_OFF)) === 1);
      await outcome;
    } finally {
      await rival.query('rollback');
      rival.release();
    }
    assert.equal(
      await numberOf(database.pool, 'select count(*) from evidence where capture_id = $1', [captureId]),
      0,
    );
    const [settled] = await testStore(pool).record([request]);
    assert.deepEqual([settled?.status.state, settled?.sequence], ['succeeded', 1]);
  });

  it('is told as busy when a rival keeps a row locked for too long', async () => {
    const capture = captureOfPayment('locked');
    const { captureId } = capture;
    await testStore(database.pool).claim([claimOf(capture)]);
    const rival = await database.pool.connect();
    try {
      await rival.query('begin');
      await rival.query('select from captures where capture_id = $1 for update', [captureId]);
      const hurried = database.anotherPool(1);
      await hurried.query("set lock_timeout = '50ms'");
      await assert.rejects(
        testStore(hurried).record([{ captureId, pieces: [pieceOf(captureId, CAPTURED)] }]),
        {
          code: 'STORE_BUSY',
          retryable: true,
          message: /SQLSTATE 55P03/,
        },
      );
    } finally {
      await rival.query('rollback');
      rival.release();
    }
  });

  it('sets up every session with limits, whatever the defaults are', async () => {
    const { rows } = await database.pool.query(
      `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
         current_setting('idle_in_transaction_session_timeout') as idle, current_setting('enable_seqscan') as scan,
         1::bigint as number`,
    );
    assert.deepEqual(rows, [{ statement: '10s', lock: '5s', idle: '10s', scan: 'off', number: 1n }]);
  });
});
