import fc from 'fast-check';
import type { NotificationSays } from '../../../src/ports/notification.js';
import type { OutboxStore } from '../../../src/ports/store.js';
import { aNotification, TOLD_CAPTURED } from '../notifications.js';
import type { Driver, Operation, Reader } from './driver.js';
import { MODEL_CAPTURES } from './driver.js';

const SAYS: readonly NotificationSays[] = [
  TOLD_CAPTURED,
  { is: 'declined', category: 'funds' },
  { is: 'in_process' },
  { is: 'hint' },
];

const someNotification = fc
  .tuple(fc.constantFrom(...MODEL_CAPTURES), fc.constantFrom(...SAYS), fc.constantFrom('a', 'b'))
  .map(([capture, says, label]) => aNotification(says, capture, { label }));

const keeps: fc.Arbitrary<Operation> = someNotification.map((notification) => ({
  told: `keeps that ${notification.captureReference} is ${notification.says.is}`,
  run: ({ store }) => store.keepNotification(notification),
}));

const parks: fc.Arbitrary<Operation> = someNotification.map((notification) => ({
  told: `parks that ${notification.captureReference} is ${notification.says.is}`,
  run: ({ store }) => {
    const { says } = notification;
    return store.parked.park({ ...notification, says: says.is === 'hint' ? TOLD_CAPTURED : says });
  },
}));

const joins: fc.Arbitrary<Operation> = fc
  .tuple(fc.constantFrom(null, 1, 60_000, 900_000), fc.integer({ min: 1, max: 4 }), fc.boolean())
  .map(([parkedWithinMs, limit, forgets]) => ({
    told: `joins ${String(limit)} at a time of those parked within ${String(parkedWithinMs)} ms${forgets ? ', and forgets them' : ''}`,
    run: async ({ store }) => {
      const first = await store.parked.joinable({ parkedWithinMs, after: null, limit });
      const second = await store.parked.joinable({ parkedWithinMs, after: first.end, limit });
      if (forgets) await store.parked.joined(first.found.map(({ notificationId }) => notificationId));
      return [first, second];
    },
  }));

type Readers = (driver: Driver) => readonly Reader<OutboxStore>[];

/** What a process that publishes does with a queue. Ids of the queue are the database's own, so the events are what is compared. */
function readingOf(name: string, readersOf: Readers): fc.Arbitrary<Operation> {
  return fc
    .tuple(
      fc.constantFrom(0, 1),
      fc.constantFrom('acquire', 'next', 'next', 'next', 'published', 'published', 'release'),
      fc.integer({ min: 1, max: 5 }),
    )
    .map(([index, what, count]) => ({
      told: `process ${String(index)} of ${name}: ${what} ${String(count)}`,
      run: async (driver) => {
        const reader = readersOf(driver)[index];
        if (reader === undefined) throw new RangeError('there is no such process');
        return read(reader, what, count);
      },
    }));
}

/** What a relay does in one go. */
const publishes: fc.Arbitrary<Operation> = fc
  .tuple(fc.constantFrom(0, 1), fc.integer({ min: 1, max: 5 }))
  .map(([index, count]) => ({
    told: `process ${String(index)} publishes ${String(count)}`,
    run: async ({ outboxes }) => {
      const reader = outboxes[index];
      if (reader === undefined) throw new RangeError('there is no such process');
      const held = await read(reader, 'acquire', 0);
      const events = await read(reader, 'next', count);
      await read(reader, 'published', count);
      return [held, events];
    },
  }));

async function read(reader: Reader<OutboxStore>, what: string, count: number): Promise<unknown> {
  const { queue } = reader;
  if (what === 'acquire') return queue.acquire();
  if (what === 'release') return queue.release();
  if (what === 'published') {
    const done = reader.handedOut.slice(0, count);
    reader.handedOut = reader.handedOut.slice(count);
    return queue.published(done.map(({ queueId }) => queueId));
  }
  reader.handedOut = await queue.next(count);
  return reader.handedOut.map(({ eventId, captureId, record }) => ({ eventId, captureId, record }));
}

/** What is done to notifications, and to the two queues. */
export const QUEUE_OPERATIONS: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: keeps },
  { weight: 2, arbitrary: parks },
  { weight: 2, arbitrary: joins },
  { weight: 3, arbitrary: publishes },
  { weight: 4, arbitrary: readingOf('the outbox', ({ outboxes }) => outboxes) },
  { weight: 3, arbitrary: readingOf('the notifications', (driver) => driver.notificationQueues) },
);
