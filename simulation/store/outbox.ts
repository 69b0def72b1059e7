import { CaptureWorkerError } from '../../src/errors.js';
import type { OutboxStore, QueuedEvent } from '../../src/ports/store.js';
import type { Session } from './session.js';
import type { Synchronous } from './synchronous.js';
import type { EventRow } from './tables.js';

const SHARDS = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** The outbox as one process has it, with a connection of its own that holds its shards; see `createOutboxStore`. */
export interface OutboxSession extends Synchronous<OutboxStore> {
  /** Breaks the connection: the shards are free, and nothing is handed out until `acquire` makes another one. */
  readonly interrupt: () => void;
  /** Ends the process: its shards fall to others, and whatever it still asks for fails with STORE_UNAVAILABLE. */
  readonly lose: () => void;
}

/** Which connection holds a shard. */
export type ShardLocks = Map<number, object>;

export function openOutbox(session: Session, locks: ShardLocks): OutboxSession {
  const { tables, lacks, transaction } = session;
  let connection: object | null = null;
  let held: readonly number[] = [];
  let isGone = false;

  function letGo(): void {
    for (const [shard, holder] of locks) if (holder === connection) locks.delete(shard);
    connection = null;
    held = [];
  }

  function assertAlive(): void {
    if (isGone) throw unavailable('the process that held them is gone');
  }

  return {
    acquire: () => {
      assertAlive();
      const ours = (connection ??= {});
      held = SHARDS.filter((shard) => lacks('shards_shared') || (locks.get(shard) ?? ours) === ours);
      for (const shard of held) locks.set(shard, ours);
      return [...held];
    },
    next: (limit) => {
      assertAlive();
      if (connection === null) throw unavailable('none is held');
      const queued = [...tables.outboxQueue.rows].map(([queueId, row]) => queuedEvent(queueId, row));
      const oldest = held.flatMap((shard) =>
        queued.filter(({ captureId }) => shardOf(captureId) === shard).slice(0, limit),
      );
      const next = oldest.toSorted(byQueueId);
      if (lacks('two_events_in_flight')) return next.slice(0, limit).reverse();
      return firstOfEach(next).slice(0, limit);
    },
    published: (queueIds) => {
      assertAlive();
      transaction(() => {
        for (const queueId of queueIds) tables.outboxQueue.delete(queueId);
      });
    },
    release: () => {
      letGo();
    },
    interrupt: () => {
      letGo();
    },
    lose: () => {
      letGo();
      isGone = true;
    },
  };
}

/** By the last byte of the id, as the queue's column has it. */
function shardOf(captureId: string): number {
  return Number.parseInt(captureId.slice(-2), 16) % SHARDS.length;
}

function queuedEvent(queueId: bigint, { event, record }: EventRow): QueuedEvent {
  return { queueId, eventId: event.eventId, captureId: event.captureId, record };
}

/** The first event of each capture: its next one shows up when that is published. */
function firstOfEach(events: readonly QueuedEvent[]): readonly QueuedEvent[] {
  const first = new Map<string, QueuedEvent>();
  for (const event of events) if (!first.has(event.captureId)) first.set(event.captureId, event);
  return [...first.values()];
}

function byQueueId(one: QueuedEvent, other: QueuedEvent): number {
  return one.queueId < other.queueId ? -1 : 1;
}

function unavailable(why: string): CaptureWorkerError {
  return new CaptureWorkerError('STORE_UNAVAILABLE', `no shard of the outbox can be asked for: ${why}`);
}
