import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import type { CaptureStore, OutboxStore } from '../../../src/ports/store.js';
import { accountSends, spreadSends } from '../../../src/store/account-sends.js';
import { outboxDepth } from '../../../src/store/outbox-depth.js';
import { unresolved } from '../../../src/store/unresolved.js';
import { findCaptures } from '../../../src/store/find-captures.js';
import { countCaptures, listCaptures } from '../../../src/store/list-captures.js';
import { actionsOnAccount } from '../../../src/store/operator-actions.js';
import { createOutboxStore } from '../../../src/store/outbox.js';
import { createWaitingStore } from '../../../src/store/overlooked.js';
import { storyOf } from '../../../src/store/stories.js';
import { notificationEncoder } from '../../../src/kafka/notification-encoder.js';
import { listParked } from '../../../src/store/list-parked.js';
import { notificationBacklog } from '../../../src/store/notification-backlog.js';
import { createNotificationQueue } from '../../../src/store/notification-queue.js';
import { createParkedNotifications } from '../../../src/store/parked-notifications.js';
import { wakeAsPromised, wakeInquiry } from '../../../src/store/wake.js';
import { aCapture, CAPTURED } from '../../support/captures.js';
import { contractsWithIds } from '../../support/contracts.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { freshRequest } from '../../support/fresh-claims.js';
import type { Sent } from '../../support/sent-statements.js';
import { recordStatements } from '../../support/sent-statements.js';
import { captures, claimOf, pieceOf, rowsOf, testStore } from '../../support/store.js';

const ROWS = 100_000;
const PIECE = 20_000;
/** Enough for an index to be worth it, of what each capture has one of. */
const REST = 20_000;

describe('the plan of each statement, with 100,000 captures', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let store: CaptureStore;
  let outbox: OutboxStore;
  const sent: Sent[] = [];
  before(async () => {
    database = await createTestDatabase();
    await fill(database.pool);
    pool = database.anotherPool(3);
    pool.on('connect', (client) => {
      recordStatements(client, sent);
    });
    store = testStore(pool);
    outbox = createOutboxStore({ pool });
  });
  after(async () => {
    await outbox.release();
    await database.drop();
  });

  /** The plans, as text, of all that `act` sends, by the statement's name. */
  async function plansOf(act: () => Promise<unknown>): Promise<ReadonlyMap<string, string>> {
    sent.length = 0;
    await act();
    const plans = new Map<string, string>();
    for (const { name, text, values } of sent) {
      if (/^\s*(with|select|insert|update|delete)/.test(text)) plans.set(name, await explain(text, values));
    }
    return plans;
  }

  /** Planned, not run: nothing changes. */
  async function explain(text: string, values: readonly unknown[]): Promise<string> {
    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${text}`, [
      ...values,
    ]);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  function assertWalks(plans: ReadonlyMap<string, string>, name: string, ...indexes: string[]): void {
    const plan = plans.get(name);
    assert.ok(plan !== undefined, `no statement ${name} was sent, only ${[...plans.keys()].join(', ')}`);
    // A bitmap reads all that fits before it gives the first row, however few are wanted.
    assert.doesNotMatch(plan, /Seq Scan|Bitmap/, plan);
    for (const index of indexes) assert.ok(plan.includes(index), `${name} doesn't use ${index}:\n${plan}`);
  }

  it('claims by the claim’s key', async () => {
    const fresh = captures('fresh', 50).map((capture) => claimOf(capture));
    await store.claim(fresh);
    const plans = await plansOf(() => store.claim(fresh));
    assertWalks(plans, 'claim');
    assertWalks(plans, 'find_claimed', 'captures_claim');
    assert.ok(!plans.has('find_claimed_payment'), 'what was found by its reference is not looked for again');
  });

  it('finds what is claimed under another reference by the payment', async () => {
    const fresh = captures('paid', 50);
    await store.claim(fresh.map((capture) => claimOf(capture)));
    const others = captures('paid under another', 50).map((capture, index) =>
      claimOf({ ...capture, paymentId: fresh[index]?.paymentId ?? '' }),
    );
    const plans = await plansOf(() => store.claim(others));
    assertWalks(plans, 'claim');
    assertWalks(plans, 'find_claimed', 'captures_claim');
    assertWalks(plans, 'find_claimed_payment', 'captures_payment');
  });

  it('starts by id', async () => {
    const planned = captures('planned', 50);
    await store.claim(planned.map((capture) => claimOf(capture, { start: null })));
    const plans = await plansOf(() =>
      store.start(planned.map(({ captureId }) => ({ captureId, leaseMs: 1_000, worker: 'worker-1' }))),
    );
    assertWalks(plans, 'lock_captures', 'captures_pkey');
    assertWalks(plans, 'paused_among', 'account_pauses_pkey');
    assertWalks(plans, 'start', 'captures_pkey');
  });

  it('records by id', async () => {
    const claimed = captures('recorded', 50);
    await store.claim(claimed.map((capture) => claimOf(capture)));
    const first = claimed.map(({ captureId }) => ({
      captureId,
      pieces: [pieceOf(captureId, { is: 'unknown' })],
    }));
    await store.record(first);
    const plans = await plansOf(() =>
      store.record(
        claimed.map(({ captureId }) => ({
          captureId,
          pieces: [pieceOf(captureId, CAPTURED, { label: 'then' })],
        })),
      ),
    );
    assertWalks(plans, 'lock_captures', 'captures_pkey');
    assertWalks(plans, 'record_evidence', 'evidence_pkey');
    assertWalks(plans, 'record_write', 'captures_pkey', 'schedule_pkey');
  });

  it('records first answers by id in one statement, and locks in the order of ids', async () => {
    const claims = await store.claim(captures('answered', 50).map((capture) => claimOf(capture)));
    const plans = await plansOf(() =>
      store.record(claims.map(({ capture }) => freshRequest(capture, pieceOf(capture.captureId, CAPTURED)))),
    );
    assert.deepEqual([...plans.keys()], ['record_write_fresh']);
    assertWalks(plans, 'record_write_fresh', 'captures_pkey', 'schedule_pkey');
    const plan = plans.get('record_write_fresh') ?? '';
    assert.match(plan, /LockRows\n\s+-> {2}Sort\n\s+Sort Key: c\.capture_id/, plan);
    assert.match(plan, /hashed SubPlan/, plan);
    assert.doesNotMatch(plan, /Join Filter/, 'no two rows of a batch are compared');
  });

  it('takes due rows account by account, action by action', async () => {
    const plans = await plansOf(() =>
      store.takeDue({
        actions: ['send', 'lapse', 'inquire'],
        rooms: new Map(),
        limit: 50,
        takenForMs: 1_000,
      }),
    );
    assertWalks(plans, 'take_due', 'schedule_due', 'schedule_pkey', 'captures_pkey');
    assert.match(
      plans.get('take_due') ?? '',
      /Index Cond: \(\(account = \S+\) AND \(action = \S+\) AND \(due_at <= now\(\)\)\)/,
    );
  });

  it('takes what an account has room for in the same way', async () => {
    const rooms = new Map([
      ['shop-0', 50],
      ['shop-1', 0],
    ]);
    const plans = await plansOf(() =>
      store.takeDue({ actions: ['send', 'lapse', 'inquire'], rooms, limit: 50, takenForMs: 1_000 }),
    );
    assertWalks(plans, 'take_due', 'schedule_due', 'schedule_pkey', 'captures_pkey');
  });

  it('looks for what nobody knows of among what waits, account by account', async () => {
    const plans = await plansOf(() =>
      createWaitingStore({ pool }).overlooked({ unsentForMs: 60_000, contradictedForMs: 60_000, limit: 200 }),
    );
    assertWalks(plans, 'overlooked', 'schedule_due', 'captures_pkey');
  });

  it('counts and spreads the sends of an account by the schedule', async () => {
    const plans = await plansOf(async () => {
      await accountSends(pool, 'shop-0');
      await spreadSends(pool, 'shop-0');
    });
    assertWalks(plans, 'account_sends', 'schedule_due', 'captures_pkey');
    assertWalks(plans, 'spread_sends', 'schedule_due', 'schedule_pkey');
  });

  it('tells what was done to an account by its index', async () => {
    const plans = await plansOf(() => actionsOnAccount(pool, 'shop-0', 20));
    assertWalks(plans, 'operator_actions_on_account', 'operator_actions_by_account');
  });

  it('reads the outbox shard by shard, and unqueues by id', async () => {
    await outbox.acquire();
    const plans = await plansOf(async () => {
      const events = await outbox.next(50);
      assert.equal(events.length, 50);
      await outbox.published(events.map(({ queueId }) => queueId));
    });
    assertWalks(plans, 'outbox_next', 'outbox_queue_by_shard', 'outbox_pkey');
    assertWalks(plans, 'outbox_unqueue', 'outbox_queue_pkey');
  });

  it('takes queued notifications in their order, and unqueues by id', async () => {
    const queue = createNotificationQueue({ pool, encode: notificationEncoder(contractsWithIds()) });
    const plans = await plansOf(async () => {
      const taken = await queue.next(50);
      assert.equal(taken.length, 50);
      await queue.published(taken.map(({ queueId }) => queueId));
    });
    assertWalks(plans, 'take_queued_notifications', 'notification_queue_pkey', 'notifications_pkey');
    assertWalks(plans, 'unqueue_notifications', 'notification_queue_pkey');
  });

  it('looks parked notifications’ captures up one by one, the young ones by age', async () => {
    const parked = createParkedNotifications({ pool });
    const plans = await plansOf(async () => {
      // One was parked each second, and each tenth has its capture.
      const { found } = await parked.joinable({ parkedWithinMs: 60_000, after: null, limit: 100 });
      assert.ok(found.length >= 4 && found.length <= 7, String(found.length));
      await parked.joined(found.map(({ notificationId }) => notificationId));
      await listParked(pool, 20);
    });
    assertWalks(plans, 'joinable_notifications', 'parked_by_age', 'captures_pkey', 'notifications_pkey');
    assert.match(plans.get('joinable_notifications') ?? '', /Index Cond: \(\(parked_at >= /);
    assertWalks(plans, 'joined_notifications', 'parked_notifications_pkey');
    assertWalks(plans, 'list_parked_notifications', 'parked_by_age', 'notifications_pkey');
    const first = await parked.joinable({ parkedWithinMs: null, after: null, limit: 500 });
    const next = await parked.joinable({ parkedWithinMs: null, after: first.end, limit: 500 });
    for (const { found } of [first, next]) assert.equal(found.length, 50);
    await notificationBacklog(pool);
  });

  it('wakes by id', async () => {
    const { captureId } = aCapture();
    const plans = await plansOf(async () => {
      await wakeInquiry(pool, captureId);
      await wakeAsPromised(pool, { captureId, sequence: 1, at: new Date() });
    });
    assertWalks(plans, 'wake_inquiry', 'schedule_pkey', 'captures_pkey');
    assertWalks(plans, 'wake_as_promised', 'schedule_pkey', 'captures_pkey');
  });

  it('finds captures by any id', async () => {
    const plans = await plansOf(() => findCaptures(pool, randomUUID()));
    assertWalks(
      plans,
      'find_captures',
      'captures_pkey',
      'captures_by_order',
      'captures_payment',
      'captures_by_request',
      'captures_by_source_event',
      'captures_sent_anew',
      'attempts_number',
      'captures_claim',
      'attempts_pkey',
      'evidence_by_provider_capture',
      'outbox_pkey',
      'operator_actions_pkey',
    );
    const plan = plans.get('find_captures') ?? '';
    assert.match(
      plan,
      /Index Cond: \(ROW\(provider, merchant_id\) > ROW\(/,
      'it hops from merchant to merchant',
    );
    assert.match(
      plan,
      /Index Cond: \(\(provider = m\.provider\) AND \(merchant_id = m\.merchant_id\) AND \(capture_reference = /,
    );
  });

  it('lists captures by age, and measures the backlog from the schedule and the queue', async () => {
    const all = { state: null, provider: null, account: null, inReview: false, contradicted: false };
    const filter = { ...all, limit: 20, before: null };
    const [newest] = await listCaptures(pool, filter);
    assert.ok(newest !== undefined);
    const plans = await plansOf(async () => {
      await listCaptures(pool, { ...filter, state: 'succeeded', before: newest });
      await listCaptures(pool, { ...filter, inReview: true, before: newest });
      await listCaptures(pool, { ...filter, contradicted: true });
      await countCaptures(pool, { ...all, inReview: true });
      await countCaptures(pool, { ...all, contradicted: true });
      await storyOf(pool, newest.captureId);
    });
    assertWalks(plans, 'list_captures_all', 'captures_by_age');
    assertWalks(plans, 'list_captures_in_review', 'captures_in_review');
    assert.doesNotMatch(
      plans.get('list_captures_in_review') ?? '',
      /Sort/,
      'the index is in the order of the list',
    );
    assertWalks(plans, 'list_captures_contradicted', 'schedule_due', 'captures_pkey');
    assertWalks(plans, 'count_captures_in_review', 'captures_in_review');
    assertWalks(plans, 'count_captures_contradicted', 'schedule_due', 'captures_pkey');
    assertWalks(plans, 'story', 'captures_pkey', 'schedule_pkey');
    assertWalks(plans, 'story_attempts', 'attempts_number');
    assertWalks(plans, 'story_evidence', 'evidence_pkey');
    await outboxDepth(pool);
    await unresolved(pool);
  });
});

/** Rows in the proportions of a busy day: nine of ten captured, the rest pending at two accounts, some events not yet published. */
async function fill(pool: pg.Pool): Promise<void> {
  // In pieces: a busy machine would not be done with all of them within a statement's time.
  for (let first = 1; first <= ROWS; first += PIECE)
    await pool.query(`
      with made as (
        insert into captures (
          capture_id, provider, merchant_id, capture_reference, account, order_id, payment_id, amount, currency,
          authorised_amount, expires_at, traceparent, source_event_id, source_topic, source_partition, source_offset,
          created_at, generation, request_id, body, state, pending_reason, attempts, lease_until, lease_worker, evidence_count, sequence, announced,
          updated_at
        )
        select md5('capture' || n)::uuid, 'wallet', 'merchant-1', 'filled-' || n, 'shop-' || n % 2, 'o-' || n, 'p-' || n, n, 'IQD',
          n, now(), 'trace', 'e-' || n, 'order.fulfilled', 0, n,
          now() - n * interval '1 second', 1, md5('request' || n), '\\x7b7d',
          case when n % 10 = 0 then 'pending' else 'succeeded' end, case when n % 10 = 0 then 'unknown' end, 1, now(), 'worker', 1, 1,
          case when n % 10 = 0 then 'pending/unknown' else 'succeeded' end, now()
        from generate_series(${String(first)}, ${String(first + PIECE - 1)}) n
        returning capture_id, account, state, created_at
      )
      insert into schedule
      select capture_id, account, 'inquire', created_at + interval '12 hours' from made where state = 'pending'`);
  await pool.query(`
    insert into attempts
    select md5('attempt' || n)::uuid, md5('capture' || n)::uuid, 'capture', 1, 1, md5('request' || n), 'worker', now(), now()
    from generate_series(1, ${String(REST)}) n`);
  await pool.query(`
    insert into evidence (capture_id, evidence_id, kind, attempt, at, finding, provider_capture_id, recorded_at)
    select md5('capture' || n)::uuid, md5('evidence' || n)::uuid, 'capture_response', 1, now(), 'captured', 'c-' || n, now()
    from generate_series(1, ${String(REST)}) n`);
  await pool.query(`
    insert into operator_actions (action_id, who, action, capture_id, account)
    select md5('action' || n)::uuid, 'ann', 'an action',
      case when n % 10 > 0 then md5('capture' || n)::uuid end, case when n % 10 = 0 then 'shop-0' end
    from generate_series(1, ${String(REST)}) n`);
  await pool.query(`
    insert into outbox
    select md5('event' || n)::uuid, 'capture.succeeded', 'p-' || n, 'capture.succeeded', '\\x00', md5('capture' || n)::uuid, 1, '[]', now()
    from generate_series(1, ${String(REST)}) n`);
  await pool.query(`
    insert into outbox_queue (event_id, capture_id)
    select id, capture_id from outbox limit ${String(ROWS / 10)}`);
  await pool.query(`
    insert into notifications (
      notification_id, provider, merchant_id, account, capture_reference, received_at, at, says
    )
    select sha256(n::text::bytea), 'wallet', 'merchant-1', 'shop-1', 'notified-' || n, now(), now(), 'captured'
    from generate_series(1, ${String(REST)}) n`);
  await pool.query(
    'insert into notification_queue (notification_id) select notification_id from notifications',
  );
  await pool.query(`
    insert into parked_notifications
    select sha256(n::text::bytea), md5(case when n % 10 = 0 then 'capture' else 'nobody' end || n)::uuid,
      now() - n * interval '1 second'
    from generate_series(1, ${String(REST)}) n`);
  await pool.query('vacuum analyze');
  assert.equal((await rowsOf(pool, 'select from captures limit 1')).length, 1);
}
