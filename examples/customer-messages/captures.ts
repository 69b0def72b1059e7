import type pg from 'pg';
import { inTransaction } from '../subscriber/database.js';
import type { CaptureEvent } from '../subscriber/events.js';
import type { Outcome, Sending, Told } from './message.js';
import { messageFor } from './message.js';

/**
 * The captures, and what their customers were told of them.
 *
 * To apply an event is to record it, and when it is to be told. Telling is for the sender, later: a newer event takes the place of one
 * that wasn't told yet, so an outcome that is corrected within its wait is never told. The wait begins when the event is read, by the
 * database's clock. A subscriber that catches up reads the topics one after the other, and may well read that a capture is pending long
 * before it reads that it succeeded.
 *
 * A message goes out in three steps: it is written to the row (`takeDue`), sent, and taken off the row when the gateway has it
 * (`delivered`). An answer that is lost, or a process that dies, leaves it on the row, due again later under the same id, and the
 * gateway drops it if it had it. Only a message that is known to have arrived makes room for the next: were a newer event told instead,
 * a customer who had got the lost message could hear that the payment went through, and never that what they had heard before was wrong.
 *
 * A message that the gateway refuses for good is parked (`notDelivered`): it stays on the row and isn't sent again by itself. If none of
 * its attempts can have brought it to the gateway, a newer event takes its place; otherwise somebody has to see to it.
 */

/** In seconds, by outcome. */
export type Waits = Readonly<Record<Outcome, number>>;

/**
 * The insert, or the update, locks the row. The same again is no news, so it doesn't begin the wait anew; and a message that is being
 * sent stays due for its next try, unless it is parked and can't have arrived.
 */
const APPLY = `
  insert into customer_messages.captures as known
    (capture_id, sequence, event_id, outcome, order_id, amount, currency, new_authorisation_needed, due_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 second')
  on conflict (capture_id) do update
  set sequence = excluded.sequence, event_id = excluded.event_id, outcome = excluded.outcome, order_id = excluded.order_id,
    amount = excluded.amount, currency = excluded.currency, new_authorisation_needed = excluded.new_authorisation_needed,
    due_at = case
      when known.parked_at is not null and known.unanswered = 0 then excluded.due_at
      when known.sending is not null then known.due_at
      when known.outcome = excluded.outcome
        and known.new_authorisation_needed is not distinct from excluded.new_authorisation_needed then known.due_at
      else excluded.due_at
    end
  where known.sequence < excluded.sequence`;

/** Records an event, to be told when the wait of its outcome is over; ignores it if it, or a newer one, was applied before. */
export async function applyEvent(pool: pg.Pool, event: CaptureEvent, waits: Waits): Promise<void> {
  const { captureId, sequence, eventId, outcome, orderId, amount, currency } = event;
  const again = event.outcome === 'failed' ? event.newAuthorisationNeeded : null;
  const row = [captureId, sequence, eventId, outcome, orderId, amount.toString(), currency, again];
  await pool.query(APPLY, [...row, waits[outcome]]);
}

/** Oldest first. Rows that another instance is taking are skipped. */
export const DUE = `
  select capture_id as "captureId", sequence, event_id as "eventId", outcome, order_id as "orderId",
    amount::text, currency, new_authorisation_needed as "newAuthorisationNeeded", told, sending,
    attempts, unanswered, parked_at is not null as "isParked"
  from customer_messages.captures
  where due_at <= now()
  order by due_at
  limit $1
  for update skip locked`;

const SEND = `
  update customer_messages.captures
  set sending = $2, attempts = $3, unanswered = unanswered + 1, parked_at = null, due_at = now() + $4 * interval '1 second'
  where capture_id = $1`;

const LEAVE = `
  update customer_messages.captures
  set sending = null, attempts = 0, unanswered = 0, last_error = null, parked_at = null, due_at = null
  where capture_id = $1`;

interface Due extends Told {
  readonly sending: Sending | null;
  readonly attempts: number;
  readonly unanswered: number;
  readonly isParked: boolean;
}

/** The longest that a message waits for its next attempt, in seconds, unless `retryAfter` is longer. */
const LONGEST_WAIT = 600;

/** How long after its attempt of this number, from 1, a message is sent again, in seconds: twice as long each time. */
export function backOff(attempt: number, retryAfter: number): number {
  return Math.min(retryAfter * 2 ** (attempt - 1), Math.max(retryAfter, LONGEST_WAIT));
}

export interface Taken {
  /** How many rows were due, up to the limit. */
  readonly due: number;
  /** What is to be sent for them: nothing for those whose customers know. */
  readonly messages: readonly Sending[];
}

/**
 * Takes up to `limit` due captures, oldest first. Their messages are given out again after `retryAfter` seconds, later with each attempt,
 * unless `delivered` or `notDelivered` is told something else of them: the same ones, to the letter.
 */
export async function takeDue(
  pool: pg.Pool,
  { limit, retryAfter }: { readonly limit: number; readonly retryAfter: number },
): Promise<Taken> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Due>(DUE, [limit]);
    const messages: Sending[] = [];
    for (const row of rows) {
      // What is parked and didn't arrive makes room for the newest event.
      const message =
        row.isParked && row.unanswered === 0 ? messageFor(row) : (row.sending ?? messageFor(row));
      if (message === null) {
        await client.query(LEAVE, [row.captureId]);
      } else {
        const attempt = row.isParked ? 1 : row.attempts + 1;
        const wait = backOff(attempt, retryAfter);
        await client.query(SEND, [row.captureId, JSON.stringify(message), attempt, wait]);
        messages.push(message);
      }
    }
    return { due: rows.length, messages };
  });
}

/** For an event that was applied while the message was being sent, the wait begins now. Of two that say the same, the first counts. */
const DELIVERED = `
  with told as (
    update customer_messages.captures
    set told = $3, sending = null, attempts = 0, unanswered = 0, last_error = null, parked_at = null,
      due_at = case when event_id = $2 then null else now() + ($4::json ->> outcome)::float8 * interval '1 second' end
    where capture_id = $1 and sending ->> 'eventId' = $2
    returning capture_id
  )
  insert into customer_messages.sent (message_id, capture_id, event_id, kind, sent_at)
  select $5, capture_id, $2, $6, now() from told`;

/** Records that the gateway has a message. */
export async function delivered(
  pool: pg.Pool,
  { eventId, news, message }: Sending,
  waits: Waits,
): Promise<void> {
  const { messageId, captureId, kind } = message;
  await pool.query(DELIVERED, [captureId, eventId, news, JSON.stringify(waits), messageId, kind]);
}

/** `unknown`: the gateway may have the message all the same. In the two others it hasn't taken it this time. */
export type Failure = 'unknown' | 'not_now' | 'for_good';

/** $4: 1 if this attempt is known not to have brought it, else 0. */
const FAILED = `
  update customer_messages.captures
  set last_error = $3, unanswered = unanswered - $4
  where capture_id = $1 and sending ->> 'eventId' = $2`;

/** An event that was applied while the message was being sent takes its place, as one that comes later would. */
const PARK = `
  update customer_messages.captures
  set last_error = $3, unanswered = unanswered - 1, parked_at = now(),
    due_at = case
      when unanswered = 1 and event_id <> $2 then now() + ($4::json ->> outcome)::float8 * interval '1 second'
    end
  where capture_id = $1 and sending ->> 'eventId' = $2`;

/** Records that an attempt failed, and why. The message stays due for its next one, or is parked if it was refused for good. */
export async function notDelivered(
  pool: pg.Pool,
  { eventId, message }: Sending,
  { failure, error, waits }: { readonly failure: Failure; readonly error: string; readonly waits: Waits },
): Promise<void> {
  const row = [message.captureId, eventId, error];
  if (failure === 'for_good') await pool.query(PARK, [...row, JSON.stringify(waits)]);
  else await pool.query(FAILED, [...row, failure === 'not_now' ? 1 : 0]);
}
