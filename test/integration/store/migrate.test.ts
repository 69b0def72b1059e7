import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { CaptureWorkerError } from '../../../src/errors.js';
import { packageRoot } from '../../../src/package-root.js';
import { checkDurability } from '../../../src/store/durability.js';
import { checkSchema, migrate } from '../../../src/store/migrate.js';
import { createPool } from '../../../src/store/pool.js';
import type { TestDatabase } from '../../support/database.js';
import { asAdmin, createTestDatabase } from '../../support/database.js';
import { describeSchema } from '../../support/schema-description.js';
import { captureOfPayment } from '../../support/store.js';

const SILENT = { log: () => undefined };

/** A planned capture with what the first migrations know of one: the store's own claim needs all of them. */
const PLANNED_AT_FIRST = `
  with made as (
    insert into captures (
      capture_id, provider, merchant_id, capture_reference, payment_id, account, order_id, amount, currency,
      authorised_amount, expires_at, traceparent, source_event_id, source_topic, source_partition, source_offset,
      created_at, generation, request_id, body, state, attempts, evidence_count, sequence, updated_at
    )
    values ($1, 'wallet', $2, $3, $4, 'shop', 'order', 1, 'IQD', 1, now(), 'trace', 'event', 'order.fulfilled', 0, 0,
      now(), 1, 'request', '\\x7b7d', 'planned', 0, 0, 0, now())
    returning capture_id, account
  )
  insert into schedule select capture_id, account, 'send', now() from made`;

describe('migrations', () => {
  const databases: TestDatabase[] = [];
  afterEach(async () => {
    await Promise.all(databases.splice(0).map((database) => database.drop()));
  });

  async function database(options: Parameters<typeof createTestDatabase>[0]): Promise<TestDatabase> {
    const created = await createTestDatabase(options);
    databases.push(created);
    return created;
  }

  const files = async (): Promise<string[]> =>
    (await readdir(join(packageRoot(), 'migrations'))).map((file) => file.replace(/\.sql$/, '')).sort();

  it('build the schema from nothing, once', async () => {
    const { url, pool } = await database({ migrated: false });
    const lines: string[] = [];
    assert.deepEqual(await migrate(url, { log: (line) => lines.push(line) }), await files());
    assert.ok(lines.some((line) => line.includes('0001_captures')));
    await checkSchema(pool);
    assert.deepEqual(await migrate(url, SILENT), []);
  });

  it('are applied by one of several migrators that start together; the others wait and find nothing to do', async () => {
    const { url, pool } = await database({ migrated: false });
    const applied = await Promise.all([migrate(url, SILENT), migrate(url, SILENT), migrate(url, SILENT)]);
    assert.deepEqual(applied.flat(), await files());
    await checkSchema(pool);
  });

  it('are missed at start, and the command that applies them is named', async () => {
    const { pool } = await database({ migrated: false });
    await assert.rejects(checkSchema(pool), {
      code: 'SCHEMA_OUT_OF_DATE',
      exitCode: 4,
      message: /lacks the migrations 0001_captures, 0002_outbox.*`capture-worker migrate`/,
    });
  });

  it('are missed at start when only the last one is missing', async () => {
    const { pool } = await database({});
    await pool.query("delete from schema_migrations where name = '0002_outbox'");
    await assert.rejects(checkSchema(pool), {
      code: 'SCHEMA_OUT_OF_DATE',
      message: /lacks the migration 0002_outbox:/,
    });
  });

  it('stop at payments that were claimed twice, name them, and go on once they were told apart', async () => {
    const { url, pool } = await database({ migrated: false });
    const files = (await readdir(join(packageRoot(), 'migrations'))).sort();
    const before = files.filter((file) => file < '0004').map((file) => file.replace('.sql', ''));
    const from = files.filter((file) => file >= '0004').map((file) => file.replace('.sql', ''));
    await pool.query(
      'create table schema_migrations (id serial primary key, name varchar(255) not null, run_on timestamp not null)',
    );
    for (const name of before) {
      await pool.query(await readFile(join(packageRoot(), 'migrations', `${name}.sql`), 'utf8'));
      await pool.query('insert into schema_migrations (name, run_on) values ($1, now())', [name]);
    }
    const [first, second] = [captureOfPayment('ord_1'), captureOfPayment('ord_2', { paymentId: "ord_1's" })];
    for (const capture of [{ ...first, paymentId: "ord_1's" }, second, captureOfPayment('other')])
      await pool.query(PLANNED_AT_FIRST, [
        capture.captureId,
        capture.merchantId,
        capture.captureReference,
        capture.paymentId,
      ]);

    await assert.rejects(migrate(url, SILENT), (error) => {
      assert.ok(error instanceof CaptureWorkerError);
      assert.equal(error.code, 'STORE_REFUSED_DATA');
      const { message } = error;
      for (const part of [first.captureId, second.captureId, "payment 'ord_1''s' of wallet", '0002-store.md'])
        assert.ok(message.includes(part), message);
      assert.doesNotMatch(message, /'other'/);
      return true;
    });
    await assert.rejects(checkSchema(pool), { code: 'SCHEMA_OUT_OF_DATE' });

    await pool.query(
      "update captures set payment_id = payment_id || ' claimed again' where capture_id = $1",
      [second.captureId],
    );
    assert.deepEqual(await migrate(url, SILENT), from);
    await checkSchema(pool);
  });

  it('of a later version are refused, at start and by an older migrate', async () => {
    const { url, pool } = await database({});
    await pool.query("insert into schema_migrations (name, run_on) values ('9999_from_the_future', now())");
    const tooNew = { code: 'SCHEMA_TOO_NEW', exitCode: 4, message: /9999_from_the_future/ };
    await assert.rejects(checkSchema(pool), tooNew);
    await assert.rejects(migrate(url, SILENT), tooNew);
  });

  it('leave the schema that is expected', async () => {
    const { pool } = await database({});
    const expected = await readFile(join(packageRoot(), 'test/integration/store/schema.txt'), 'utf8');
    assert.equal(await describeSchema(pool), expected);
  });

  it('need a database that answers', async () => {
    const { url } = await database({ migrated: false });
    const nowhere = new URL(url);
    nowhere.pathname = '/no_such_database';
    await assert.rejects(migrate(nowhere.toString(), SILENT), { code: 'STORE_LOGIN_REFUSED' });
    const pool = createPool({ url: nowhere.toString(), max: 1, applicationName: 'capture-worker test' });
    await assert.rejects(checkSchema(pool), { code: 'STORE_LOGIN_REFUSED' });
    await pool.end();
  });
});

describe('the check of the database’s settings', () => {
  it('passes a database that keeps what it confirms, and refuses one that may not', async () => {
    const created = await createTestDatabase({ migrated: false });
    try {
      await checkDurability(created.pool);
      const { pathname } = new URL(created.url);
      await asAdmin(`alter database ${pathname.slice(1)} set synchronous_commit = off`);
      // A setting of the database holds for sessions that begin after it.
      await assert.rejects(checkDurability(created.anotherPool(1)), {
        code: 'DATABASE_UNSAFE',
        message: /synchronous_commit is off, it must be on/,
      });
    } finally {
      await created.drop();
    }
  });
});
