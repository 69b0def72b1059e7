import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { pino } from 'pino';
import { applyEvent } from '../../../examples/customer-messages/captures.js';
import { deliver } from '../../../examples/customer-messages/gateway.js';
import type { Message, Outcome } from '../../../examples/customer-messages/message.js';
import type { Sender } from '../../../examples/customer-messages/sender.js';
import { startSender } from '../../../examples/customer-messages/sender.js';
import { createSchema } from '../../../examples/customer-messages/schema.js';
import { openPool } from '../../../examples/subscriber/database.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { SILENT } from '../../support/kafka.js';
import type { MessageGateway, TroubleFor } from '../../support/message-gateway.js';
import { first, startMessageGateway } from '../../support/message-gateway.js';
import { until } from '../../support/until.js';

const WAITS = { pending: 1, failed: 0, succeeded: 0 };

describe('the sender of messages to customers', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let gateway: MessageGateway;
  let sender: Sender | null = null;
  let logged: string[];
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    pool = openPool(database.url, { name: 'sender', log: SILENT });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await pool.query('drop schema if exists customer_messages cascade');
    await createSchema(pool);
    logged = [];
  });
  afterEach(async () => {
    await sender?.close();
    gateway.close();
  });

  function start(send: (message: Message) => Promise<void>, retryAfter: number): void {
    const log = pino({}, { write: (line: string) => logged.push(line) });
    sender = startSender({ pool, log, deliver: send, waits: WAITS, retryAfter });
  }
  async function startWith(
    troubleFor?: TroubleFor,
    { timeoutMs = 5_000, retryAfter = 2 } = {},
  ): Promise<void> {
    gateway = await startMessageGateway(troubleFor);
    start((message) => deliver(gateway.url, message, timeoutMs), retryAfter);
  }
  async function apply(captureId: string, sequence: number, outcome: Outcome): Promise<void> {
    const eventId = `${captureId}-e${String(sequence)}`;
    const event = anEvent(`capture.${outcome}`, { captureId, sequence, eventId });
    await applyEvent(pool, { ...event, outcome, newAuthorisationNeeded: false }, WAITS);
  }
  async function applyMany(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await apply(`c-${String(index)}`, 1, 'succeeded');
  }
  async function numberOf(from: string): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from ${from}`);
    return rows[0]?.count ?? NaN;
  }
  const isDone = async (): Promise<boolean> =>
    (await numberOf('customer_messages.captures where due_at is not null')) === 0;

  it('sends everything that is due, each once', async () => {
    await applyMany(50);
    await startWith();
    await until(isDone);
    assert.equal(gateway.arrivals.length, 50);
    assert.equal(gateway.requests(), 50, logged.join(''));
    assert.equal(await numberOf('customer_messages.sent'), 50);
  });

  it('tries again what a gateway refused, cut off or took without saying so, and says so in the log', async () => {
    for (const trouble of ['refuse', 'break', 'lose'] as const) {
      await createSchema(pool);
      await applyMany(5);
      await startWith(first(5, trouble));
      await until(isDone);
      await sender?.close();
      assert.equal(gateway.arrivals.length, 5);
      assert.equal(gateway.requests(), 10);
      assert.equal(
        gateway.arrivals.filter(({ repeats }) => repeats === 1).length,
        trouble === 'lose' ? 5 : 0,
      );
      assert.equal(gateway.changed(), 0);
      const warned = logged.filter((line) => line.includes('it will be sent again'));
      assert.ok(gateway.arrivals.every(({ key }) => warned.some((line) => line.includes(key))));
      gateway.close();
      await pool.query('drop schema customer_messages cascade');
      logged = [];
    }
    await createSchema(pool);
  });

  it('gives up what a gateway refuses for good, says so once, and sends the rest without delay', async () => {
    await applyMany(40);
    const isRefused = (key: string): boolean => Number(/^c-(\d+):/.exec(key)?.[1]) < 30;
    await startWith(({ key }) => (isRefused(key) ? { status: 422 } : null));
    await until(isDone);
    await apply('later', 1, 'succeeded');
    await until(isDone);
    await sender?.close();
    assert.equal(gateway.arrivals.length, 11);
    assert.equal(gateway.requests(), 41);
    assert.equal(
      await numberOf("customer_messages.captures where parked_at is not null and last_error like '%422'"),
      30,
    );
    const errors = logged.filter((line) => line.includes('"level":50'));
    assert.equal(errors.length, 30);
    assert.ok(
      logged.every((line) => !line.includes('    at ')),
      'no stack',
    );
  });

  it('sends other messages at once though many fail, and doesn’t storm the gateway with those', async () => {
    await applyMany(30);
    await startWith(({ key }) => (key === 'other:1' ? null : 'refuse'), { retryAfter: 600 });
    await until(() => gateway.requests() === 30);
    await apply('other', 1, 'succeeded');
    await until(() => gateway.arrivals.length === 1);
    assert.equal(gateway.requests(), 31);
    assert.ok(
      logged.every((line) => line.includes('the gateway answered 503')),
      logged.join(''),
    );
  });

  it('says in few and short lines that its database is away, and goes on when it is back', async () => {
    await startWith();
    await pool.query('alter schema customer_messages rename to away');
    await until(() => logged.length === 3);
    await pool.query('alter schema away rename to customer_messages');
    const times = logged.map((line) => (JSON.parse(line) as { readonly time: number }).time);
    const [one = NaN, two = NaN, three = NaN] = times;
    assert.ok(two - one >= 240 && three - two >= 490, times.join());
    assert.ok(
      logged.every((line) => line.length < 300 && line.includes('does not exist')),
      logged.join(''),
    );
    await applyMany(1);
    await until(isDone);
    assert.equal(gateway.arrivals.length, 1);
  });

  it('isn’t held up by messages that get no answer', async () => {
    await applyMany(40);
    const stuck = new Set(['c-0:1', 'c-1:1', 'c-2:1']);
    let freed = false;
    await startWith(({ key }) => (stuck.has(key) && !freed ? 'hang' : null), { timeoutMs: 1_000 });
    await until(() => gateway.arrivals.length === 37);
    freed = true;
    await until(isDone);
    assert.equal(gateway.arrivals.length, 40);
  });

  it('tells that a payment is open after the wait, and not at all if it was decided before', async () => {
    await startWith();
    await apply('decided', 1, 'pending');
    await apply('open', 1, 'pending');
    await apply('decided', 2, 'succeeded');
    const { rows } = await pool.query<{ due_at: Date }>(
      "select due_at from customer_messages.captures where capture_id = 'open'",
    );
    await until(isDone);
    assert.deepEqual(gateway.kindsFor('open'), ['pending']);
    // The one that is open was read last, so the other's wait was over too.
    assert.deepEqual(gateway.kindsFor('decided'), ['succeeded']);
    const [at, dueAt] = [gateway.arrivals.find(({ key }) => key === 'open:1')?.at, rows[0]?.due_at];
    assert.ok(at !== undefined && dueAt !== undefined && at >= dueAt);
  });

  it('goes on when its connections were lost', async () => {
    await startWith();
    await applyMany(1);
    await until(isDone);
    await database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sender'",
    );
    await database.pool.query('select 1');
    await until(() =>
      apply('later', 1, 'succeeded').then(
        () => true,
        () => false,
      ),
    );
    await until(isDone);
    assert.deepEqual(gateway.kindsFor('later'), ['succeeded']);
  });

  it('finishes the delivery under way when it is closed, and begins no other', async () => {
    gateway = await startMessageGateway();
    const begun: string[] = [];
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    start(async ({ messageId }) => {
      begun.push(messageId);
      await held;
    }, 600);
    await applyMany(1);
    await until(() => begun.length === 1);
    let isClosed = false;
    const closing = sender?.close().then(() => {
      isClosed = true;
    });
    await apply('later', 1, 'succeeded');
    assert.equal(isClosed, false);
    goOn();
    await closing;
    assert.deepEqual(begun, ['c-0:1']);
    assert.equal(await numberOf('customer_messages.sent'), 1);
  });
});
