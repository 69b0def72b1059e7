import type pg from 'pg';
import type { Capture, CaptureState, ProviderName } from '../capture/capture.js';
import { CAPTURE_COLUMNS, captureOf } from './capture-row.js';
import { storable, time } from './columns.js';
import { bigintOf } from './row.js';
import type { Session, Statement } from './session.js';
import { withSession } from './session.js';

/** Which captures are meant. */
export interface CaptureFilter {
  readonly state: CaptureState | null;
  readonly provider: ProviderName | null;
  readonly account: string | null;
  /** Whether only those that wait for a person. */
  readonly inReview: boolean;
  /** Whether only those with an outcome that evidence contradicts. */
  readonly contradicted: boolean;
}

export interface ListFilter extends CaptureFilter {
  readonly limit: number;
  /** The last capture of the page before; null for the first page. */
  readonly before: Pick<Capture, 'createdAt' | 'captureId'> | null;
}

type Among = 'all' | 'open' | 'in_review' | 'contradicted';

/**
 * Where captures that fit can be found. Those in review have an index; those without an outcome, or with a contradicted one, are on the
 * schedule. Both are few, whatever the table's size. The array keeps the planner from walking all captures by age for those contradicted,
 * of which there may be none.
 */
const AMONG: Readonly<Record<Among, string>> = {
  all: 'captures c where true',
  open: 'schedule s join captures c on c.capture_id = s.capture_id where true',
  in_review: 'captures c where c.review is not null',
  contradicted: `
    captures c
    where c.capture_id = any(array(select s.capture_id from schedule s where s.action = 'inquire'))`,
};

const CONDITIONS = `
  ($1::text is null or c.state = $1)
  and ($2::text is null or c.provider = $2)
  and ($3::text is null or c.account = $3)
  and (not $4::boolean or c.contradicted_at is not null)`;

function listStatement(among: Among): Statement {
  return {
    name: `list_captures_${among}`,
    text: `
      select ${CAPTURE_COLUMNS}
      from ${AMONG[among]} and ${CONDITIONS}
        and (c.created_at, c.capture_id) < (
          coalesce($5::timestamptz, 'infinity'), coalesce($6::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
        )
      order by c.created_at desc, c.capture_id desc
      limit $7`,
  };
}

/** A page of captures that fit the filter, newest first. */
export async function listCaptures(pool: pg.Pool, filter: ListFilter): Promise<readonly Capture[]> {
  const { limit, before } = filter;
  const page = [before === null ? null : time(before.createdAt), before?.captureId ?? null, limit];
  const rows = await withSession(pool, 'listing captures', (session) =>
    session.query(listStatement(amongOf(filter)), [...filterColumns(filter), ...page]),
  );
  return rows.map(captureOf);
}

function countStatement(among: Among): Statement {
  return {
    name: `count_captures_${among}`,
    text: `select count(*) as captures from ${AMONG[among]} and ${CONDITIONS}`,
  };
}

/**
 * How many captures fit the filter, whatever its page. Where they are not among few, it reads the whole table, so on a huge one it rejects
 * with STORE_UNAVAILABLE when the statement's time is up.
 */
export async function countCaptures(pool: pg.Pool, filter: CaptureFilter): Promise<bigint> {
  const [row] = await withSession(pool, 'counting captures', (session) =>
    session.query(countStatement(amongOf(filter)), filterColumns(filter)),
  );
  return row === undefined ? 0n : bigintOf(row, 'captures');
}

function filterColumns({
  state,
  provider,
  account,
  contradicted,
}: CaptureFilter): Parameters<Session['query']>[1] {
  return [state, provider, ...storable([account]), String(contradicted)];
}

function amongOf({ state, inReview, contradicted }: CaptureFilter): Among {
  if (inReview) return 'in_review';
  if (contradicted) return 'contradicted';
  switch (state) {
    case 'planned':
    case 'sending':
    case 'pending':
      return 'open';
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case null:
      return 'all';
  }
}
