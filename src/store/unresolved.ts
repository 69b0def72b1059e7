import type pg from 'pg';
import type { CaptureState, ProviderName } from '../capture/capture.js';
import { CAPTURE_STATES, PROVIDERS } from '../capture/capture.js';
import type { Row } from './row.js';
import { bigintOf, notUnderstood, textOf, wordOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'measuring what is unresolved';

/** Unresolved captures that have account, state and currency in common. */
export interface UnresolvedGroup {
  readonly provider: ProviderName;
  readonly account: string;
  readonly state: CaptureState;
  readonly currency: string;
  readonly captures: number;
  /** Their sum in minor units; the money at risk, in a state that is no outcome. */
  readonly amount: bigint;
  /** Of these, how many wait for a person. */
  readonly inReview: number;
  /** Of these, how many have an authorisation that has expired. */
  readonly overdue: number;
  /** Of these, how many have an outcome that evidence contradicts. */
  readonly contradicted: number;
  /** How long ago the oldest was claimed, in ms by database time. */
  readonly oldestAgeMs: number;
}

/**
 * The schedule has a row for each capture that has no outcome, or a contradicted one; those with an outcome that a person must look at have
 * an index of their own. So few rows are read, whatever the table's size. An outcome that is only asked about, for an operator, is
 * resolved.
 */
const UNRESOLVED: Statement = {
  name: 'unresolved',
  text: `
    select c.provider, c.account, c.state, c.currency,
      count(*) as captures, sum(c.amount)::text as amount,
      count(c.review) as in_review, count(c.contradicted_at) as contradicted,
      count(*) filter (where c.expires_at <= clock_timestamp()) as overdue,
      greatest(0, extract(epoch from clock_timestamp() - min(c.created_at)) * 1000)::bigint as oldest_age_ms
    from (
      select s.capture_id from schedule s
      union select r.capture_id from captures r where r.review is not null
    ) open join captures c on c.capture_id = open.capture_id
    where c.state not in ('succeeded', 'failed', 'cancelled') or c.review is not null or c.contradicted_at is not null
    group by c.provider, c.account, c.state, c.currency
    order by c.provider, c.account, c.state, c.currency`,
};

/** What is unresolved, grouped: captures without an outcome, and those whose outcome is contradicted or waits for a person. */
export async function unresolved(pool: pg.Pool): Promise<readonly UnresolvedGroup[]> {
  const rows = await withSession(pool, DOING, (session) => session.query(UNRESOLVED, []));
  return rows.map((row) => ({
    provider: wordOf(row, 'provider', PROVIDERS),
    account: textOf(row, 'account'),
    state: wordOf(row, 'state', CAPTURE_STATES),
    currency: textOf(row, 'currency'),
    captures: Number(bigintOf(row, 'captures')),
    amount: sumOf(row),
    inReview: Number(bigintOf(row, 'in_review')),
    overdue: Number(bigintOf(row, 'overdue')),
    contradicted: Number(bigintOf(row, 'contradicted')),
    oldestAgeMs: Number(bigintOf(row, 'oldest_age_ms')),
  }));
}

/** A sum of bigints can outgrow a bigint; it comes as text. */
function sumOf(row: Row): bigint {
  const text = textOf(row, 'amount');
  return /^\d+$/.test(text) ? BigInt(text) : notUnderstood(row, 'amount', 'a sum of minor units');
}
