import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import type { Waits } from '../../../examples/customer-messages/captures.js';
import {
  applyEvent,
  backOff,
  delivered,
  notDelivered,
  takeDue,
} from '../../../examples/customer-messages/captures.js';
import type { News, Outcome, Sending } from '../../../examples/customer-messages/message.js';
import { createSchema } from '../../../examples/customer-messages/schema.js';
import { openPool } from '../../../examples/subscriber/database.js';
import type { CaptureEvent } from '../../../examples/subscriber/events.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { SILENT } from '../../support/kafka.js';

const AT_ONCE: Waits = { pending: 0, failed: 0, succeeded: 0 };
const WAITS: Waits = { pending: 600, failed: 60, succeeded: 0 };
const NOW = { limit: 10, retryAfter: 0 };

function eventOf(captureId: string, sequence: number, outcome: Outcome, payAgain = true): CaptureEvent {
  const eventId = `${captureId}-e${String(sequence)}`;
  const snapshot = anEvent(`capture.${outcome}`, { captureId, sequence, eventId, amount: 2n ** 63n - 1n });
  return { ...snapshot, outcome, newAuthorisationNeeded: payAgain };
}

describe('what customers were told of captures', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    pool = openPool(database.url, { name: 'test', log: SILENT });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await pool.query('drop schema if exists customer_messages cascade');
    await createSchema(pool);
  });

  interface Row {
    readonly sequence: number;
    readonly told: News | null;
    /** Seconds from the moment it was asked; null if it isn't due. */
    readonly due: number | null;
  }
  async function rowOf(captureId: string): Promise<Row | undefined> {
    const { rows } = await pool.query<Row>(
      `select sequence, told, extract(epoch from due_at - now())::float8 as due
       from customer_messages.captures where capture_id = $1`,
      [captureId],
    );
    return rows[0];
  }
  /** Seconds from now, and the moment that it may have taken to ask. */
  async function assertDueIn(captureId: string, seconds: number): Promise<void> {
    const due = (await rowOf(captureId))?.due ?? NaN;
    assert.ok(due <= seconds && due > seconds - 30, `due in ${String(due)} s, not in ${String(seconds)} s`);
  }
  async function sentKinds(captureId: string): Promise<string[]> {
    const { rows } = await pool.query<{ kind: string }>(
      'select kind from customer_messages.sent where capture_id = $1 order by sent_at',
      [captureId],
    );
    return rows.map(({ kind }) => kind);
  }
  /** Takes what is due and sends it, with nothing going wrong. */
  async function sendAll(waits = AT_ONCE): Promise<Sending[]> {
    const all: Sending[] = [];
    for (;;) {
      const { due, messages } = await takeDue(pool, NOW);
      if (due === 0) return all;
      for (const message of messages) await delivered(pool, message, waits);
      all.push(...messages);
    }
  }

  it('are kept in tables that many instances can create at once', async () => {
    await pool.query('drop schema customer_messages cascade');
    await Promise.all(Array.from({ length: 8 }, () => createSchema(pool)));
  });

  it('stay on record: what was sent is neither changed nor removed', async () => {
    await applyEvent(pool, eventOf('c', 1, 'succeeded'), AT_ONCE);
    await sendAll();
    for (const edit of ["update $ set kind = 'failed'", 'delete from $', 'truncate $']) {
      await assert.rejects(pool.query(edit.replace('$', 'customer_messages.sent')), /only added to/);
    }
    assert.deepEqual(await sentKinds('c'), ['succeeded']);
  });

  it('follow the newest event, whichever of many comes first', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = `c-${String(round)}`;
      const outcomes: readonly Outcome[] = ['pending', 'failed', 'succeeded', 'failed', 'succeeded'];
      const events = outcomes.map((outcome, index) => eventOf(id, index + 1, outcome));
      await Promise.all([...events.toReversed(), ...events].map((event) => applyEvent(pool, event, WAITS)));
      assert.equal((await rowOf(id))?.sequence, 5);
    }
    const messages = await sendAll(WAITS);
    assert.deepEqual(new Set(messages.map(({ news }) => news)), new Set(['succeeded']));
    assert.equal(messages.length, 20);
    assert.equal(messages[0]?.message.amount, '9223372036854775807');
  });

  it('come after the wait of the outcome, counted from when the event was read', async () => {
    await applyEvent(pool, eventOf('p', 1, 'pending'), WAITS);
    await assertDueIn('p', 600);
    await applyEvent(pool, eventOf('f', 1, 'failed'), WAITS);
    await assertDueIn('f', 60);
    assert.deepEqual(await takeDue(pool, NOW), { due: 0, messages: [] });
    await applyEvent(pool, eventOf('s', 1, 'succeeded'), WAITS);
    await assertDueIn('s', 0);
    // A success takes the place of what waits.
    await applyEvent(pool, eventOf('p', 2, 'succeeded'), WAITS);
    await applyEvent(pool, eventOf('f', 2, 'succeeded'), WAITS);
    assert.equal((await sendAll(WAITS)).length, 3);
    assert.deepEqual(await sentKinds('p'), ['succeeded']);
    assert.deepEqual(await sentKinds('f'), ['succeeded']);
  });

  it('wait no longer because the same outcome comes again', async () => {
    await applyEvent(pool, eventOf('p', 1, 'pending'), { ...WAITS, pending: 300 });
    await applyEvent(pool, eventOf('p', 2, 'pending'), WAITS);
    await assertDueIn('p', 300);
  });

  it('tell a customer who was told to do nothing that they must pay again, and that they need not', async () => {
    for (const [index, payAgain] of [false, false, true, true, false].entries()) {
      await applyEvent(pool, eventOf('c', index + 1, 'failed', payAgain), AT_ONCE);
      await sendAll();
    }
    assert.deepEqual(await sentKinds('c'), ['failed', 'correction_failed', 'correction_failed']);
    assert.equal((await rowOf('c'))?.told, 'failed');
    await applyEvent(pool, eventOf('c', 3, 'failed', true), AT_ONCE);
    assert.deepEqual(await sendAll(), [], 'none twice on replay');
  });

  describe('when the gateway refuses a message for good', () => {
    const refused = { failure: 'for_good', error: 'the gateway answered 422', waits: WAITS } as const;
    interface Parked {
      readonly id: string;
      readonly says: string;
      readonly due: boolean;
    }
    async function parked(): Promise<Parked[]> {
      const { rows } = await pool.query<Parked>(
        `select sending -> 'message' ->> 'messageId' as id, last_error as says, due_at is not null as due
         from customer_messages.captures where parked_at is not null`,
      );
      return rows;
    }
    async function take(): Promise<Sending> {
      await pool.query('update customer_messages.captures set due_at = now() where due_at is not null');
      const { messages } = await takeDue(pool, { limit: 10, retryAfter: 100 });
      const [message] = messages;
      assert.ok(message !== undefined && messages.length === 1);
      return message;
    }

    it('park it, and tell of a newer event in its place', async () => {
      await applyEvent(pool, eventOf('c', 1, 'succeeded'), WAITS);
      await notDelivered(pool, await take(), refused);
      assert.deepEqual(await parked(), [{ id: 'c:1', says: refused.error, due: false }]);
      await applyEvent(pool, eventOf('c', 2, 'failed'), WAITS);
      await assertDueIn('c', 60);
      const newer = await take();
      assert.deepEqual([newer.message.messageId, newer.message.kind], ['c:2', 'failed']);
      assert.deepEqual(await parked(), []);
      await delivered(pool, newer, WAITS);
      assert.deepEqual(await sentKinds('c'), ['failed']);
    });

    it('tell in its place of an event that came while it was being sent', async () => {
      await applyEvent(pool, eventOf('c', 1, 'succeeded'), WAITS);
      const sending = await take();
      await applyEvent(pool, eventOf('c', 2, 'failed'), WAITS);
      await notDelivered(pool, sending, refused);
      await assertDueIn('c', 60);
      assert.equal((await take()).message.messageId, 'c:2');
    });

    it('tell of nothing newer while one of its attempts may have brought it', async () => {
      await applyEvent(pool, eventOf('c', 1, 'succeeded'), WAITS);
      await notDelivered(pool, await take(), { ...refused, failure: 'unknown' });
      await notDelivered(pool, await take(), refused);
      await applyEvent(pool, eventOf('c', 2, 'failed'), WAITS);
      assert.deepEqual(await parked(), [{ id: 'c:1', says: refused.error, due: false }]);
      // As examples/README.md has it.
      await pool.query("update customer_messages.captures set due_at = now() where capture_id in ('c')");
      await delivered(pool, await take(), WAITS);
      assert.deepEqual(await parked(), []);
      await delivered(pool, await take(), WAITS);
      assert.deepEqual(await sentKinds('c'), ['succeeded', 'correction_failed']);
    });
  });

  it('are tried again later each time, ten minutes at most', async () => {
    await applyEvent(pool, eventOf('c', 1, 'succeeded'), WAITS);
    for (const seconds of [100, 200, 400, 600, 600]) {
      await pool.query('update customer_messages.captures set due_at = now()');
      const { messages } = await takeDue(pool, { limit: 10, retryAfter: 100 });
      for (const message of messages) {
        await notDelivered(pool, message, { failure: 'not_now', error: 'busy', waits: WAITS });
      }
      await assertDueIn('c', seconds);
    }
    assert.equal(backOff(5_000, 10), 600);
    assert.equal(backOff(3, 700), 700);
  });

  it('wait as long for an event that came while a message was being sent', async () => {
    await applyEvent(pool, eventOf('c', 1, 'succeeded'), WAITS);
    const { messages } = await takeDue(pool, { limit: 10, retryAfter: 100 });
    await applyEvent(pool, eventOf('c', 2, 'failed'), WAITS);
    // The message on its way keeps the time of its next try.
    await assertDueIn('c', 100);
    for (const message of messages) await delivered(pool, message, WAITS);
    assert.equal((await rowOf('c'))?.told, 'succeeded');
    await assertDueIn('c', 60);
  });

  it('are given to one sender at a time, and again if it doesn’t come back', async () => {
    for (let index = 0; index < 40; index += 1) {
      await applyEvent(pool, eventOf(`c-${String(index)}`, 1, 'succeeded'), WAITS);
    }
    const taken = await Promise.all(
      Array.from({ length: 8 }, () => takeDue(pool, { limit: 5, retryAfter: 100 })),
    );
    const ids = taken.flatMap(({ messages }) => messages.map(({ message }) => message.messageId));
    assert.equal(new Set(ids).size, ids.length);
    await assertDueIn(ids[0]?.replace(/:1$/, '') ?? '', 100);
    await pool.query('update customer_messages.captures set due_at = now() where due_at is not null');
    const again = await sendAll();
    assert.equal(again.length, 40);
    for (const sending of taken.flatMap(({ messages }) => messages)) {
      assert.deepEqual(
        again.find(({ eventId }) => eventId === sending.eventId),
        sending,
      );
    }
  });
});
