import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createCaptureStore } from '../../../src/store/capture-store.js';
import { pauseAccount, resumeAccount } from '../../../src/store/account-pauses.js';
import { createNotificationQueue } from '../../../src/store/notification-queue.js';
import { keepNotification } from '../../../src/store/notifications.js';
import { createOperatorStore } from '../../../src/store/operator-act.js';
import { askNow } from '../../../src/store/operator-ask.js';
import { createOutboxStore } from '../../../src/store/outbox.js';
import { createWaitingStore } from '../../../src/store/overlooked.js';
import { createParkedNotifications } from '../../../src/store/parked-notifications.js';
import type { Folding } from '../../../src/store/record.js';
import { wakeAsPromised, wakeInquiry } from '../../../src/store/wake.js';
import { EPOCH } from '../captures.js';
import { createClockedDatabase, setClock } from '../clocked-database.js';
import { notificationEncoding, testEncode, testFold, testLicence } from '../store.js';
import { snapshotOf } from './postgres-snapshot.js';
import type { OutboxUnderTest, StoreUnderTest } from './store-under-test.js';

export interface PostgresUnderTest extends StoreUnderTest {
  drop(): Promise<void>;
}

/** PostgreSQL behind the ports of the store, in a database of its own. */
export async function postgresUnderTest(): Promise<PostgresUnderTest> {
  const database = await createClockedDatabase();
  const pool = database.anotherPool(10);
  const rules = { fold: testFold };
  const folding: Folding = {
    fold: (capture, evidence, at) => rules.fold(capture, evidence, at),
    encode: testEncode,
  };
  const opened: OutboxUnderTest[] = [];
  let now = EPOCH.getTime();

  async function releaseAll(): Promise<void> {
    await Promise.all(opened.splice(0).map((outbox) => outbox.release()));
  }

  async function reset(): Promise<void> {
    await releaseAll();
    await pool.query(EMPTY);
    rules.fold = testFold;
    now = EPOCH.getTime();
    await setClock(pool, now);
  }

  await reset();
  return {
    rules,
    captures: createCaptureStore({ pool, licenceOf: testLicence, ...folding }),
    waiting: createWaitingStore({ pool }),
    parked: createParkedNotifications({ pool }),
    operator: createOperatorStore({ pool, ...folding }),
    askNow: (action, decide) => askNow(pool, action, decide),
    wakeInquiry: (captureId) => wakeInquiry(pool, captureId),
    wakeAsPromised: (promised) => wakeAsPromised(pool, promised),
    keepNotification: (notification) => keepNotification(pool, notification),
    openOutbox: () => {
      const outbox = { ...createOutboxStore({ pool }), interrupt: () => endHoldingSessions(pool) };
      opened.push(outbox);
      return outbox;
    },
    openNotificationQueue: () => createNotificationQueue({ pool, encode: notificationEncoding }),
    pause: async (account) => (await pauseAccount(pool, wordOn(account))) !== null,
    resume: async (account) => (await resumeAccount(pool, wordOn(account))) !== null,
    pass: async (ms) => {
      now += ms;
      await setClock(pool, now);
    },
    snapshot: () => snapshotOf(pool),
    reset,
    drop: async () => {
      await releaseAll();
      await database.drop();
    },
  };
}

function wordOn(account: string): Parameters<typeof pauseAccount>[1] {
  return { account, by: 'operator', reason: 'none was given', actionId: randomUUID() };
}

/** Whatever sessions hold shards; the suite has one that does, when it asks for this. */
async function endHoldingSessions(pool: pg.Pool): Promise<void> {
  await pool.query(`
    select pg_terminate_backend(pid, 5000) from pg_locks
    where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`);
}

/** What the schema keeps for ever goes all the same: it isn't the worker that asks. */
const KEPT = ['captures', 'attempts', 'evidence', 'schedule', 'outbox', 'notifications', 'operator_actions'];
const EMPTY = [
  ...KEPT.map((table) => `alter table ${table} disable trigger user`),
  `truncate ${KEPT.join(', ')}, outbox_queue, notification_queue, parked_notifications, account_pauses`,
  ...KEPT.map((table) => `alter table ${table} enable trigger user`),
].join(';\n');
