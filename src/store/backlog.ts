import type pg from 'pg';
import type { CaptureState, ProviderName } from '../capture/capture.js';
import { PROVIDERS } from '../capture/capture.js';
import { bigintOf, notUnderstood, textOf, wordOf } from './row.js';
import type { Row } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'measuring the backlog';

export interface OutboxDepth {
  readonly queued: number;
  /** How long the oldest event has waited, in ms by database time; null if none waits. */
  readonly oldestAgeMs: number | null;
}

/** Queue ids aren't in commit order, but nearly so: the lowest is the oldest to within a transaction's time. */
const OUTBOX_DEPTH: Statement = {
  name: 'outbox_depth',
  text: `
    select count(*) as queued,
      (
        select greatest(0, extract(epoch from clock_timestamp() - o.created_at) * 1000)::bigint
        from outbox o
        where o.id = (select q.event_id from outbox_queue q order by q.queue_id limit 1)
      ) as oldest_age_ms
    from outbox_queue`,
};

/** Events that are committed and not yet published. */
export async function outboxDepth(pool: pg.Pool): Promise<OutboxDepth> {
  const [row] = await withSession(pool, DOING, (session) => session.query(OUTBOX_DEPTH, []));
  if (row === undefined) throw new Error('a count without a group has one row');
  return {
    queued: Number(bigintOf(row, 'queued')),
    oldestAgeMs: row['oldest_age_ms'] === null ? null : Number(bigintOf(row, 'oldest_age_ms')),
  };
}

/** Captures without an outcome that have account, state and currency in common. */
export interface UnresolvedGroup {
  readonly provider: ProviderName;
  readonly account: string;
  readonly state: Extract<CaptureState, 'planned' | 'sending' | 'pending'>;
  readonly currency: string;
  readonly captures: number;
  /** The money at risk: their sum in minor units. */
  readonly amount: bigint;
  /** Of these, how many wait for a person. */
  readonly inReview: number;
  /** How long ago the oldest was claimed, in ms by database time. */
  readonly oldestAgeMs: number;
}

/** Starts from the schedule, which has a row for each capture without an outcome and for no other: few, whatever the table's size. */
const UNRESOLVED: Statement = {
  name: 'unresolved',
  text: `
    select c.provider, c.account, c.state, c.currency,
      count(*) as captures, sum(c.amount)::text as amount, count(c.review) as in_review,
      greatest(0, extract(epoch from clock_timestamp() - min(c.created_at)) * 1000)::bigint as oldest_age_ms
    from schedule s join captures c on c.capture_id = s.capture_id
    group by c.provider, c.account, c.state, c.currency
    order by c.provider, c.account, c.state, c.currency`,
};

/** What has no outcome yet, grouped. */
export async function unresolved(pool: pg.Pool): Promise<readonly UnresolvedGroup[]> {
  const rows = await withSession(pool, DOING, (session) => session.query(UNRESOLVED, []));
  return rows.map((row) => ({
    provider: wordOf(row, 'provider', PROVIDERS),
    account: textOf(row, 'account'),
    state: wordOf(row, 'state', ['planned', 'sending', 'pending']),
    currency: textOf(row, 'currency'),
    captures: Number(bigintOf(row, 'captures')),
    amount: sumOf(row),
    inReview: Number(bigintOf(row, 'in_review')),
    oldestAgeMs: Number(bigintOf(row, 'oldest_age_ms')),
  }));
}

/** A sum of bigints can outgrow a bigint; it comes as text. */
function sumOf(row: Row): bigint {
  const text = textOf(row, 'amount');
  return /^\d+$/.test(text) ? BigInt(text) : notUnderstood(row, 'amount', 'a sum of minor units');
}
