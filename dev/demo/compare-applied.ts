import type pg from 'pg';
import type { Break, EventEntry } from './compare.js';
import type { CustomerMessage } from './message-gateway.js';
import { lastEvents } from './compare-totals.js';

/** What the two subscribers have on record of having done. */
export interface Applied {
  /** The last sequence that each has applied, by capture. */
  readonly ledger: ReadonlyMap<string, number>;
  readonly messages: ReadonlyMap<string, number>;
  /** The ids of the messages that are on record as sent. */
  readonly sent: ReadonlySet<string>;
}

const LEDGER = 'select capture_id as id, sequence from ledger.captures';
const MESSAGES = 'select capture_id as id, sequence from customer_messages.captures';
const SENT = 'select message_id as id from customer_messages.sent';

export async function readApplied(pool: pg.Pool): Promise<Applied> {
  interface Last {
    readonly id: string;
    readonly sequence: number;
  }
  const lasts = async (sql: string): Promise<ReadonlyMap<string, number>> => {
    const { rows } = await pool.query<Last>(sql);
    return new Map(rows.map(({ id, sequence }) => [id, sequence]));
  };
  const [ledger, messages, sent] = await Promise.all([
    lasts(LEDGER),
    lasts(MESSAGES),
    pool.query<Pick<Last, 'id'>>(SENT),
  ]);
  return { ledger, messages, sent: new Set(sent.rows.map(({ id }) => id)) };
}

/**
 * Holds the records of the subscribers against the published events and the messages that went out: each has applied the last event of
 * every capture, and no message is on record that didn't go out, nor the other way round.
 */
export function compareApplied(
  { ledger, messages, sent }: Applied,
  events: readonly EventEntry[],
  gateway: readonly CustomerMessage[],
): Break[] {
  const last = lastEvents(events);
  const out = new Set(gateway.map(({ messageId }) => messageId));
  return [
    ...last.flatMap((event) => unapplied('the ledger', ledger, event)),
    ...last.flatMap((event) => unapplied('the messenger', messages, event)),
    ...[...out]
      .filter((id) => !sent.has(id))
      .map((id) => lost(id, 'the message went out and is on no record')),
    ...[...sent]
      .filter((id) => !out.has(id))
      .map((id) => lost(id, 'the message is on record and never went out')),
  ];
}

function unapplied(who: string, applied: ReadonlyMap<string, number>, event: EventEntry): Break[] {
  const sequence = applied.get(event.captureId) ?? 0;
  if (sequence >= event.sequence) return [];
  return [
    lost(
      event.captureId,
      `${who} has applied ${sequence === 0 ? 'no event' : `event ${String(sequence)}`}, the last one is ${String(event.sequence)}`,
    ),
  ];
}

function lost(id: string, says: string): Break {
  return { kind: 'lost', id, says };
}
