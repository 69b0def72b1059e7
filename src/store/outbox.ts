import type pg from 'pg';
import { CaptureWorkerError } from '../errors.js';
import type { OutboxStore, QueuedEvent } from '../ports/store.js';
import { integers } from './columns.js';
import { RECORD_COLUMNS, recordOf } from './event-row.js';
import type { Row } from './row.js';
import { bigintOf, integerOf, textOf } from './row.js';
import type { Lent, Statement } from './session.js';
import { connect, lend, withSession } from './session.js';

const DOING = 'reading the outbox';

/**
 * Session locks of the two-number kind; the first number says what the second is a shard of. Taken by whoever asks first, given up with
 * the session. A pooler that shares sessions between clients (PgBouncer in transaction mode) would break them.
 */
const LOCK_SHARDS: Statement = {
  name: 'outbox_lock_shards',
  text: `
    select shard
    from (select shard from outbox_shards where shard <> all($1::smallint[]) order by shard offset 0) as free
    where pg_try_advisory_lock(${String(0x6f75_7462)}, shard)`,
};

const UNLOCK_SHARDS: Statement = { name: 'outbox_unlock_shards', text: 'select pg_advisory_unlock_all()' };

/**
 * The oldest events of each shard, of these the first of each capture, of these the oldest. An event leaves the queue once it was
 * published, so a capture's next one shows up only when the one before it is in the log.
 *
 * A range of one shard, ordered by shard: so the only way is to walk that shard's part of the index from its beginning, and to stop at
 * the limit. With `=` the planner may walk the queue of all shards instead and drop what isn't this one's.
 */
const NEXT: Statement = {
  name: 'outbox_next',
  text: `
    with oldest as materialized (
      select q.queue_id, q.event_id, q.capture_id
      from unnest($1::smallint[]) as held (shard)
      cross join lateral (
        select q.queue_id, q.event_id, q.capture_id
        from outbox_queue q
        where q.shard between held.shard and held.shard
        order by q.shard, q.queue_id
        limit $2
      ) q
    ),
    first as (
      select distinct on (capture_id) queue_id, event_id
      from oldest
      order by capture_id, queue_id
    ),
    next as materialized (
      select queue_id, event_id from first order by queue_id limit $2
    )
    select next.queue_id, o.id, o.capture_id, ${RECORD_COLUMNS}
    from next join outbox o on o.id = next.event_id
    order by next.queue_id`,
};

const UNQUEUE: Statement = {
  name: 'outbox_unqueue',
  text: 'delete from outbox_queue where queue_id = any($1::bigint[])',
};

/**
 * The outbox in PostgreSQL. `acquire` and `next` use one connection of the pool, kept until `release`: with it go the locks. If it is
 * lost, `next` rejects with STORE_UNAVAILABLE until `acquire` is called again; whoever holds the shards by then may publish the same
 * events once more, in the same order.
 */
export function createOutboxStore({ pool }: { readonly pool: pg.Pool }): OutboxStore {
  let holding: Lent | null = null;
  let held: readonly number[] = [];

  function letGo(): void {
    holding?.giveBack();
    holding = null;
    held = [];
  }

  /** Runs a statement on the connection that holds the locks; if it fails there, the locks are given up with it. */
  async function onHolding<Result>(work: (lent: Lent) => Promise<Result>): Promise<Result> {
    if (holding === null) throw new CaptureWorkerError('STORE_UNAVAILABLE', 'no shard of the outbox is held');
    if (holding.broken()) {
      letGo();
      throw new CaptureWorkerError(
        'STORE_UNAVAILABLE',
        'the connection that held shards of the outbox was lost, and the shards with it',
      );
    }
    try {
      return await work(holding);
    } finally {
      if (holding.broken()) letGo();
    }
  }

  return {
    async acquire() {
      if (holding?.broken() === true) letGo();
      holding ??= lend(await connect(pool, DOING), DOING);
      return onHolding(async ({ session }) => {
        const locked = await session.query(LOCK_SHARDS, [integers(held)]);
        held = [...held, ...locked.map((row) => integerOf(row, 'shard'))].sort((a, b) => a - b);
        return held;
      });
    },

    next: (limit) =>
      onHolding(async ({ session }) => {
        if (held.length === 0) return [];
        const rows = await session.query(NEXT, [integers(held), limit]);
        return rows.map(queuedEventOf);
      }),

    async published(queueIds) {
      if (queueIds.length === 0) return;
      await withSession(pool, 'unqueueing events', (session) => session.query(UNQUEUE, [integers(queueIds)]));
    },

    async release() {
      if (holding === null) return;
      // If the locks can't be given up they go with the connection.
      await onHolding(({ session }) => session.query(UNLOCK_SHARDS, [])).catch(() => undefined);
      letGo();
    },
  };
}

function queuedEventOf(row: Row): QueuedEvent {
  return {
    queueId: bigintOf(row, 'queue_id'),
    eventId: textOf(row, 'id'),
    captureId: textOf(row, 'capture_id'),
    record: recordOf(row),
  };
}
