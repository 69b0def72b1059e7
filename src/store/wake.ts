import type pg from 'pg';
import type { PromisedInquiry } from '../ports/store.js';
import { time } from './columns.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'waking the schedule';

/**
 * Makes an inquiry due now. Never one that a person must allow (due at infinity), and nothing but an inquiry: what is to be sent is sent
 * when it is due, and a capture that isn't on the schedule has its outcome. Nor one that is due at PayerMax, which can't be asked: there
 * the row says when it may be sent again.
 *
 * One that has failed is put on the schedule for an inquiry: the money may have moved after all. It is judged under its lock, so that one
 * that is being retried or corrected meanwhile is left to that. One that is on the schedule isn't locked: folds lock captures first.
 */
const WAKE: Statement = {
  name: 'wake_inquiry',
  text: `
    with woken as (
      update schedule s
      set due_at = now()
      from captures c
      where s.capture_id = $1::uuid and s.action = 'inquire' and s.due_at > now() and s.due_at < 'infinity'
        and c.capture_id = s.capture_id and c.provider <> 'payermax'
      returning s.capture_id
    ),
    failed as materialized (
      select c.capture_id, c.account
      from captures c
      where c.capture_id = $1::uuid and c.state = 'failed' and c.provider <> 'payermax'
        and not exists (select from schedule s where s.capture_id = c.capture_id)
      for update
    ),
    asked as (
      insert into schedule (capture_id, account, action, due_at)
      select capture_id, account, 'inquire', now() from failed
      on conflict (capture_id) do nothing
      returning capture_id
    )
    select capture_id from woken union all select capture_id from asked`,
};

/** Makes the inquiry of a capture due, if it waits for one or has failed; true if that changed anything. Rejects as `storeError` says. */
export async function wakeInquiry(pool: pg.Pool, captureId: string): Promise<boolean> {
  const rows = await withSession(pool, DOING, (session) => session.query(WAKE, [captureId]));
  return rows.length > 0;
}

/**
 * Makes an inquiry due when an event has promised it: if that is still to come, and if the event is the capture's last. One that was made
 * meanwhile has set its own due time by the back-off, and by then the promised time has passed: so an event that is read late, or read
 * again, brings nothing forward.
 */
const KEEP_PROMISE: Statement = {
  name: 'wake_as_promised',
  text: `
    update schedule s
    set due_at = $3::timestamptz
    from captures c
    where s.capture_id = $1::uuid and s.action = 'inquire' and s.due_at > $3 and s.due_at < 'infinity'
      and $3 > now()
      and c.capture_id = s.capture_id and c.sequence = $2::integer
    returning s.capture_id`,
};

/** Makes an inquiry due no later than promised; true if that changed anything. Rejects as `storeError` says. */
export async function wakeAsPromised(
  pool: pg.Pool,
  { captureId, sequence, at }: PromisedInquiry,
): Promise<boolean> {
  const rows = await withSession(pool, DOING, (session) =>
    session.query(KEEP_PROMISE, [captureId, sequence, time(at)]),
  );
  return rows.length > 0;
}
