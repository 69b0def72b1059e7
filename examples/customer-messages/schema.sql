-- What customers were told of captures. Created at the first start, whole, in one transaction.
--
-- It can't be made anew from the topics, for it remembers what customers were told. To read the topics once more from their start is
-- harmless; without these tables it would write to every customer again.

create schema customer_messages;

-- A row for each capture. Whatever is done to it is done under its lock.
create table customer_messages.captures (
  capture_id text primary key,

  -- The newest event that was applied.
  sequence integer not null,
  event_id text not null,
  outcome text not null check (outcome in ('pending', 'succeeded', 'failed')),
  order_id text not null,
  -- Minor units.
  amount bigint not null,
  currency text not null,
  new_authorisation_needed boolean,

  -- When there is something to do: to tell of the newest event, or to send once more what is being sent. Null: nothing.
  due_at timestamptz,
  -- What the customer was told last: the outcome and, of a failure, whether to pay again. Null: nothing yet.
  told text check (told in ('pending', 'succeeded', 'failed', 'failed_pay_again')),
  -- The message that is being sent: it may have arrived and may not. Nothing newer is told before that is known.
  sending json,
  -- How often it was sent, and what went wrong last.
  attempts integer not null default 0,
  last_error text,
  -- Of how many of these attempts nobody knows whether they brought it to the gateway. 0: it has not arrived.
  unanswered integer not null default 0 check (unanswered >= 0),
  -- When the gateway refused it for good. It is not sent again by itself.
  parked_at timestamptz,
  check (parked_at is null or sending is not null)
);

-- The sender reads what is due, oldest first. Nearly all rows are done with, and not in here.
create index captures_due on customer_messages.captures (due_at) where due_at is not null;
create index captures_parked on customer_messages.captures (parked_at) where parked_at is not null;

-- Every message that arrived. Rows are only ever added.
create table customer_messages.sent (
  message_id text primary key,
  capture_id text not null references customer_messages.captures,
  event_id text not null,
  kind text not null,
  sent_at timestamptz not null
);

create function customer_messages.refuse() returns trigger language plpgsql as $$
begin
  raise exception '% of customer_messages.sent is refused: it is only added to', tg_op
    using errcode = 'integrity_constraint_violation';
end
$$;

create trigger sent_is_only_added_to
before update or delete or truncate on customer_messages.sent
for each statement execute function customer_messages.refuse();
