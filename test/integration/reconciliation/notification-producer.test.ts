import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createNotificationProducer } from '../../../producers/notification.js';
import { CaptureWorkerError } from '../../../src/errors.js';
import { createLogProducer } from '../../../src/kafka/log-producer.js';
import { notificationEncoder } from '../../../src/kafka/notification-encoder.js';
import type { NotificationEncoder } from '../../../src/ports/notification-store.js';
import type { OutboxStore } from '../../../src/ports/store.js';
import { createNotificationQueue } from '../../../src/store/notification-queue.js';
import { keepNotification } from '../../../src/store/notifications.js';
import { systemClock } from '../../../src/system-clock.js';
import { contractsWithIds } from '../../support/contracts.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { headerOf } from '../../support/headers.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';
import { aNotification, TOLD_CAPTURED } from '../../support/notifications.js';
import { captures, numberOf } from '../../support/store.js';

const encodeForTopic = notificationEncoder(contractsWithIds());
const AWAY = new CaptureWorkerError('STORE_UNAVAILABLE', 'away');

type Real = Pick<Parameters<typeof createNotificationProducer>[0], 'store' | 'producer'>;

describe('the producer of notifications, on Kafka and PostgreSQL', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let topic: string;
  const encode: NotificationEncoder = (notification) => ({ ...encodeForTopic(notification), topic });
  before(async () => {
    kafka = await openTestKafka();
    database = await createTestDatabase();
  });
  after(async () => {
    await kafka.close();
    await database.drop();
  });
  beforeEach(async () => {
    topic = await kafka.createTopic({ partitions: 3 });
  });

  /** Stores so many notifications; returns their ids. */
  async function keep(prefix: string, count: number): Promise<string[]> {
    const all = captures(prefix, count).map((capture) => aNotification(TOLD_CAPTURED, capture));
    await Promise.all(all.map((one) => keepNotification(database.pool, one)));
    return all.map(({ notificationId }) => notificationId).sort();
  }

  const queued = (): Promise<number> => numberOf(database.pool, 'select count(*) from notification_queue');

  /** The ids on the topic, each as often as it is there. */
  async function published(): Promise<string[]> {
    return (await kafka.read(topic)).map(({ headers }) => headerOf(headers, 'ce_id')).sort();
  }

  function queue(): OutboxStore {
    return createNotificationQueue({ pool: database.anotherPool(), encode });
  }

  /** A worker's; `change` stands between it and its queue or the log. */
  function start(
    t: TestContext,
    change: (real: Real) => Partial<Real> = () => ({}),
  ): ReturnType<typeof createNotificationProducer> {
    const producer = createLogProducer({ client: kafka.client, log: SILENT });
    const real: Real = { store: queue(), producer };
    const made = createNotificationProducer({
      ...real,
      ...change(real),
      clock: systemClock,
      random: () => 0,
      log: SILENT,
      batchSize: 50,
    });
    made.start();
    t.after(async () => {
      await made.stop(0);
      await producer.close();
    });
    return made;
  }

  it('publishes each once, however many workers there are', async (t) => {
    const ids = await keep('shared', 700);
    const makers = [start(t), start(t), start(t)];
    await eventually('the queue is empty', async () => (await queued()) === 0);
    assert.deepEqual(await published(), ids);
    assert.equal(
      makers.reduce((sum, made) => sum + made.stats().published, 0),
      700,
    );
  });

  it('takes what was published off the queue, if not at once then later, and publishes it once', async (t) => {
    const ids = await keep('stubborn', 60);
    let calls = 0;
    start(t, ({ store }) => ({
      store: {
        ...store,
        published: (queueIds) => {
          calls += 1;
          return calls === 1 ? Promise.reject(AWAY) : store.published(queueIds);
        },
      },
    }));
    await eventually('the queue is empty', async () => (await queued()) === 0);
    assert.ok(calls > 1);
    assert.deepEqual(await published(), ids);
  });

  it('publishes again what may have been published, since nobody heard', async (t) => {
    const ids = await keep('doubtful', 40);
    let appends = 0;
    start(t, ({ producer }) => ({
      producer: {
        append: async (records) => {
          await producer.append(records);
          appends += 1;
          if (appends === 1) throw new CaptureWorkerError('LOG_UNAVAILABLE', 'no answer');
        },
      },
    }));
    await eventually('the queue is empty', async () => (await queued()) === 0);
    assert.deepEqual(await published(), [...ids, ...ids].sort());
  });

  it('leaves to others what a process took that died, after a while, and at once what one gave back', async (t) => {
    const ids = await keep('taken', 10);
    const [dead, leaving] = [queue(), queue()];
    assert.equal((await dead.next(4)).length, 4);
    assert.equal((await leaving.next(6)).length, 6);
    assert.equal((await queue().next(10)).length, 0);
    await leaving.release();
    start(t);
    await eventually('six are published', async () => (await queued()) === 4);
    // As time would.
    await database.pool.query("update notification_queue set due_at = due_at - interval '30 seconds'");
    await eventually('all are', async () => (await queued()) === 0);
    assert.deepEqual(await published(), ids);
  });

  it('publishes what is queued before it stops', async (t) => {
    const ids = await keep('last', 120);
    await start(t).stop(10_000);
    assert.deepEqual(await published(), ids);
    assert.equal(await queued(), 0);
  });
});
