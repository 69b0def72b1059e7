import type pg from 'pg';
import { topicNames } from '../../../src/kafka/topics.js';
import type { LagReader } from '../../../src/kafka/lag.js';
import { reconciliationGroup } from '../../../src/kafka/consumption.js';
import type { Scene } from '../scene.js';
import { LATEST_CHANGE_MS } from './settings.js';

/** What is still to come of captures that are open. */
export interface Unsettled {
  /** Captures in doubt that the worker sees to by itself: pending, or contradicted; those in review until they were asked about late enough. */
  readonly inDoubt: number;
  /** Since when the oldest of them is there, in ms. */
  readonly sinceMs: number;
  /** Those that wait for a person. */
  readonly inReview: number;
  /** Notifications that were taken and haven't come to their captures. */
  readonly notices: number;
  /** What the providers still do or tell: late executions, notifications on their way. Looked at only when all else is done. */
  readonly ahead: number | null;
}

/** A capture that waits for a person is still asked about, and what it is told last is what counts. */
const DOUBTS = `
  with looked as (
    select c.review, c.created_at,
      (c.state = 'pending' or c.contradicted_at is not null) and (c.review is null or c.provider <> 'payermax' and not exists (
        select from evidence e
        where e.capture_id = c.capture_id and e.kind = 'inquiry' and e.finding not in ('unknown', 'account_fault', 'not_processed')
          and e.at > c.lease_until + $1::int * interval '1 millisecond'
      )) as in_doubt
    from captures c
    where c.state = 'pending' or c.contradicted_at is not null or c.review is not null
  )
  select
    count(*) filter (where in_doubt)::int as in_doubt,
    count(review)::int as in_review,
    coalesce(extract(epoch from now() - min(created_at) filter (where in_doubt)) * 1000, 0)::float8 as since_ms,
    (select count(*) from notification_queue)::int + (select count(*) from parked_notifications)::int as notices
  from looked`;

interface Doubts {
  readonly in_doubt: number;
  readonly in_review: number;
  readonly since_ms: number;
  readonly notices: number;
}

export async function readUnsettled(scene: Scene, pool: pg.Pool, reader: LagReader): Promise<Unsettled> {
  const { rows } = await pool.query<Doubts>(DOUBTS, [LATEST_CHANGE_MS]);
  const [doubts] = rows;
  if (doubts === undefined) throw new Error('a count has one row');
  const { in_doubt: inDoubt, in_review: inReview, since_ms: sinceMs } = doubts;
  const topic = topicNames(scene.topicPrefix)['capture.notification'];
  const lags = await reader.read(reconciliationGroup(scene.group), [topic]);
  const notices = doubts.notices + lags.reduce((sum, { lag }) => sum + Number(lag), 0);
  const ahead = inDoubt === 0 && notices === 0 ? await readAhead(scene) : null;
  return { inDoubt, sinceMs, inReview, notices, ahead };
}

interface BookOfProvider {
  readonly authorisations: readonly {
    readonly outcome: string;
    readonly callbacks: readonly { readonly state: string }[];
  }[];
}

async function readAhead({ sandbox }: Scene): Promise<number> {
  const answer = await fetch(`${sandbox.adminUrl}/book`);
  const books = Object.values((await answer.json()) as Record<string, BookOfProvider>);
  return books
    .flatMap(({ authorisations }) => authorisations)
    .filter(
      ({ outcome, callbacks }) => outcome === 'open' || callbacks.some(({ state }) => state === 'waiting'),
    ).length;
}

export function isSettled({ inDoubt, notices, ahead }: Unsettled): boolean {
  return inDoubt === 0 && notices === 0 && ahead === 0;
}

/** As a progress line has it. */
export function unsettledText({ inDoubt, sinceMs, inReview, notices, ahead }: Unsettled): string {
  const since = inDoubt === 0 ? '' : ` (the oldest for ${String(Math.round(sinceMs / 1_000))} s)`;
  const coming =
    ahead === null || ahead === 0 ? '' : `, ${String(ahead)} payments of which providers still tell`;
  return `${String(inDoubt)} unsettled${since}, ${String(inReview)} in review, ${String(notices)} notifications to read${coming}`;
}
