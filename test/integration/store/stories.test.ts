import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { CaptureStore } from '../../../src/ports/store.js';
import { attemptIdOf, captureIdOf, eventIdOf } from '../../../src/capture/ids.js';
import { outboxDepth } from '../../../src/store/outbox-depth.js';
import { unresolved } from '../../../src/store/unresolved.js';
import { findCaptures } from '../../../src/store/find-captures.js';
import type { ListFilter } from '../../../src/store/list-captures.js';
import { countCaptures, listCaptures } from '../../../src/store/list-captures.js';
import { createOutboxStore } from '../../../src/store/outbox.js';
import { storyOf } from '../../../src/store/stories.js';
import { CAPTURED } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  captureOfPayment,
  CAPTURED_WRONGLY,
  captures,
  claimOf,
  pieceOf,
  testStore,
} from '../../support/store.js';

const ALL: ListFilter = {
  state: null,
  provider: null,
  account: null,
  inReview: false,
  contradicted: false,
  limit: 100,
  before: null,
};

const TOMORROW = new Date(Date.now() + 86_400_000);

describe('reading captures', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  const succeeded = captureOfPayment('succeeded');
  const pending = captureOfPayment('pending', {
    account: 'other',
    money: { amount: 7n, currency: 'USD' },
    expiresAt: TOMORROW,
  });
  const planned = captureOfPayment('planned', { expiresAt: TOMORROW });
  const sending = captureOfPayment('sending');
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
    // One by one, so that each has an age of its own.
    for (const capture of [succeeded, pending, planned, sending]) {
      await store.claim([claimOf(capture, capture === planned ? { start: null } : {})]);
      await database.pool.query('select pg_sleep(0.002)');
    }
    await store.record([
      { captureId: succeeded.captureId, pieces: [pieceOf(succeeded.captureId, CAPTURED)] },
      { captureId: pending.captureId, pieces: [pieceOf(pending.captureId, { is: 'in_process' })] },
    ]);
  });
  after(() => database.drop());

  const ids: [string, string][] = [
    ['capture', succeeded.captureId],
    ['capture (in capitals)', succeeded.captureId.toUpperCase()],
    ['order', succeeded.orderId],
    ['payment', succeeded.paymentId],
    ['request', succeeded.requestId],
    ['attempt', attemptIdOf(succeeded.captureId, 1)],
    ['order’s event', 'event-of-succeeded'],
    ['published event', eventIdOf(succeeded.captureId, 1)],
    ['provider’s capture', 'provider-capture-1'],
  ];
  for (const [kind, id] of ids) {
    it(`finds a capture by the ${kind} id`, async () => {
      const found = await findCaptures(database.pool, id);
      assert.deepEqual(
        found.map(({ captureId }) => captureId),
        [succeeded.captureId],
      );
    });
  }

  it('finds all captures of one order, and none for an id that means nothing', async () => {
    const shared = captures('shared', 3).map((capture) => ({ ...capture, orderId: 'a basket' }));
    await store.claim(shared.map((capture) => claimOf(capture)));
    assert.equal((await findCaptures(database.pool, 'a basket')).length, 3);
    assert.deepEqual(await findCaptures(database.pool, 'nothing'), []);
    assert.deepEqual(await findCaptures(database.pool, "'; drop table captures; --"), []);
    assert.equal(await storyOf(database.pool, captureOfPayment('nothing').captureId), null);
    for (const { captureId } of shared)
      await store.record([{ captureId, pieces: [pieceOf(captureId, CAPTURED)] }]);
  });

  it('tells the story of a capture from its order to its events', async () => {
    const story = await storyOf(database.pool, pending.captureId);
    assert.ok(story !== null);
    assert.deepEqual(story.source, {
      eventId: 'event-of-pending',
      topic: 'order.fulfilled',
      partition: 3,
      offset: 41n,
    });
    assert.deepEqual(story.capture.status, { state: 'pending', reason: 'in_process' });
    assert.equal(story.scheduled?.action, 'inquire');
    assert.ok(story.scheduled.dueAt !== null && story.scheduled.dueAt > story.capture.createdAt);
    assert.equal(story.lease, null);
    assert.deepEqual(
      story.attempts.map(({ kind, number, worker, requestId }) => [kind, number, worker, requestId]),
      [['capture', 1, 'worker-1', pending.requestId]],
    );
    assert.deepEqual(
      story.evidence.map(({ evidence }) => evidence.finding.is),
      ['in_process'],
    );
    assert.deepEqual(
      story.events.map(({ sequence, type, published }) => [sequence, type, published]),
      [[1, 'capture.pending', false]],
    );
  });

  it('tells who is sending, and that an event was published', async () => {
    assert.equal((await storyOf(database.pool, sending.captureId))?.lease?.worker, 'worker-1');
    const outbox = createOutboxStore({ pool: database.pool });
    await outbox.acquire();
    const events = await outbox.next(100);
    const mine = events.filter(({ captureId }) => captureId === succeeded.captureId);
    await outbox.published(mine.map(({ queueId }) => queueId));
    await outbox.release();
    assert.equal((await storyOf(database.pool, succeeded.captureId))?.events[0]?.published, true);
  });

  it('lists newest first, page by page, by state, provider and account', async () => {
    const list = async (change: Partial<ListFilter>): Promise<string[]> =>
      (await listCaptures(database.pool, { ...ALL, ...change })).map(({ paymentId }) => paymentId);

    const whole = await list({});
    assert.deepEqual(whole.slice(-4), ['sending', 'planned', 'pending', 'succeeded']);
    const [first] = await listCaptures(database.pool, { ...ALL, limit: 1 });
    assert.ok(first !== undefined);
    assert.deepEqual(await list({ before: first }), whole.slice(1));
    assert.deepEqual(await list({ state: 'pending' }), ['pending']);
    assert.deepEqual(await list({ state: 'planned', account: 'other' }), []);
    assert.deepEqual(await list({ account: 'other' }), ['pending']);
    assert.deepEqual(await list({ provider: 'payermax' }), []);
    assert.equal((await list({ state: 'succeeded', limit: 2 })).length, 2);
  });

  it('measures what is unresolved, and what waits to be published', async () => {
    const groups = await unresolved(database.pool);
    assert.deepEqual(
      groups.map(({ oldestAgeMs, ...group }) => {
        assert.ok(oldestAgeMs > 0 && oldestAgeMs < 60_000);
        return group;
      }),
      [
        {
          provider: 'wallet',
          account: 'other',
          state: 'pending',
          currency: 'USD',
          captures: 1,
          amount: 7n,
          inReview: 0,
          overdue: 0,
          contradicted: 0,
        },
        {
          provider: 'wallet',
          account: 'shop',
          state: 'planned',
          currency: 'IQD',
          captures: 1,
          amount: 150_000n,
          inReview: 0,
          overdue: 0,
          contradicted: 0,
        },
        {
          provider: 'wallet',
          account: 'shop',
          state: 'sending',
          currency: 'IQD',
          captures: 1,
          amount: 150_000n,
          inReview: 0,
          overdue: 1,
          contradicted: 0,
        },
      ],
    );
    const depth = await outboxDepth(database.pool);
    assert.equal(depth.queued, 4);
    assert.ok(depth.oldestAgeMs !== null && depth.oldestAgeMs >= 0 && depth.oldestAgeMs < 60_000);
    await database.pool.query('delete from outbox_queue');
    assert.deepEqual(await outboxDepth(database.pool), { queued: 0, oldestAgeMs: null });
  });

  it('measures outcomes that are contradicted, and those that wait for a person', async () => {
    const [contradicted, inReview] = captures('final', 2).map((capture) => ({
      ...capture,
      account: 'final',
    }));
    assert.ok(contradicted !== undefined && inReview !== undefined);
    await store.claim([contradicted, inReview].map((capture) => claimOf(capture)));
    await store.record(
      [contradicted, inReview].map(({ captureId }) => ({
        captureId,
        pieces: [pieceOf(captureId, CAPTURED)],
      })),
    );
    const contrary = pieceOf(
      contradicted.captureId,
      { is: 'declined', category: 'funds' },
      { kind: 'notification', attempt: null },
    );
    const other = pieceOf(inReview.captureId, CAPTURED_WRONGLY, { kind: 'inquiry', attempt: null });
    await store.record([{ captureId: contradicted.captureId, pieces: [contrary] }]);
    await store.record([{ captureId: inReview.captureId, pieces: [other] }]);
    const group = (await unresolved(database.pool)).filter(({ account }) => account === 'final');
    assert.deepEqual(
      group.map(({ state, captures: count, contradicted: held, inReview: waiting }) => ({
        state,
        count,
        held,
        waiting,
      })),
      [{ state: 'succeeded', count: 2, held: 1, waiting: 1 }],
    );
  });

  it('lists what is contradicted, and what waits for a person, with their number', async () => {
    const listed = async (change: Partial<ListFilter>): Promise<[readonly string[], bigint]> => {
      const filter = { ...ALL, ...change };
      const found = await listCaptures(database.pool, filter);
      return [found.map(({ paymentId }) => paymentId), await countCaptures(database.pool, filter)];
    };
    assert.deepEqual(await listed({ contradicted: true }), [['final-0'], 1n]);
    assert.deepEqual(await listed({ contradicted: true, state: 'failed' }), [[], 0n]);
    assert.deepEqual(await listed({ inReview: true }), [['final-1'], 1n]);
    assert.deepEqual(await listed({ inReview: true, account: 'shop' }), [[], 0n]);
    assert.deepEqual(await listed({ inReview: true, contradicted: true }), [[], 0n]);

    // A person must look at one without an outcome too, and at one that no inquiry has settled in time.
    const [open] = captures('open in review', 1);
    assert.ok(open !== undefined);
    await store.claim([claimOf(open)]);
    await store.record([{ captureId: open.captureId, pieces: [pieceOf(open.captureId, CAPTURED_WRONGLY)] }]);
    await database.pool.query("update captures set review = 'contradicted' where payment_id = 'final-0'");
    const [[...waiting], count] = await listed({ inReview: true });
    assert.deepEqual([waiting.sort(), count], [['final-0', 'final-1', 'open in review-0'], 3n]);
    assert.deepEqual(await listed({ inReview: true, state: 'pending' }), [['open in review-0'], 1n]);
    assert.deepEqual(await listed({ inReview: true, contradicted: true }), [['final-0'], 1n]);
  });

  it('adds up more money than a bigint holds', async () => {
    const rich = captures('rich', 3).map((capture) => ({
      ...capture,
      account: 'rich',
      money: { amount: 2n ** 62n, currency: 'JPY' },
      authorisedAmount: 2n ** 62n,
    }));
    await store.claim(rich.map((capture) => claimOf(capture)));
    const group = (await unresolved(database.pool)).find(({ account }) => account === 'rich');
    assert.equal(group?.amount, 3n * 2n ** 62n);
  });

  it('finds a capture by a request id that it was sent under before, and by an operator’s action', async () => {
    const capture = captureOfPayment('sent anew');
    const { captureId, requestId } = capture;
    await store.claim([claimOf(capture)]);
    await store.record([{ captureId, pieces: [pieceOf(captureId, CAPTURED)] }]);
    await database.pool.query(
      "update captures set generation = 2, request_id = 'the second', attempts_before = 1 where capture_id = $1",
      [captureId],
    );
    const actionId = randomUUID();
    await database.pool.query(
      "insert into operator_actions (action_id, who, action, capture_id) values ($1, 'ann', 'captures retry', $2)",
      [actionId, captureId],
    );
    await database.pool.query(
      "insert into operator_actions (action_id, who, action, account) values ($1, 'ann', 'accounts pause', 'shop')",
      [eventIdOf(captureId, 99)],
    );
    for (const id of [requestId, 'the second', actionId])
      assert.deepEqual(
        (await findCaptures(database.pool, id)).map((found) => found.captureId),
        [captureId],
        id,
      );
    assert.deepEqual(await findCaptures(database.pool, eventIdOf(captureId, 99)), []);
  });

  it('finds a capture by what its provider captures by, whoever the merchant is', async () => {
    const made = [
      captureOfPayment('first of two', { captureReference: 'ord_77' }),
      captureOfPayment('second of two', {
        captureReference: 'ord_77',
        provider: 'payermax',
        merchantId: 'm-9',
      }),
      captureOfPayment('another', { captureReference: 'ord_78', provider: 'payermax', merchantId: 'a-1' }),
    ].map((capture) => ({ ...capture, captureId: captureIdOf(capture) }));
    await store.claim(made.map((capture) => claimOf(capture)));
    const found = await findCaptures(database.pool, 'ord_77');
    assert.deepEqual(found.map(({ paymentId }) => paymentId).sort(), ['first of two', 'second of two']);
    assert.equal((await findCaptures(database.pool, 'ord_78')).length, 1);
  });
});
