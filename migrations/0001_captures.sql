-- Captures, and what is known of them.
--
-- The fence against capturing twice is the unique key of `captures`. Rows there are never deleted: a claim that is gone could be
-- claimed, and charged, again. `attempts` and `evidence` are only ever added to. `schedule` holds a row for each capture that has no
-- outcome yet, and for no other.

create table captures (
  capture_id uuid primary key,

  -- What the provider captures: one row for each, whatever the order, the account's name or the request id.
  provider text not null check (provider <> ''),
  merchant_id text not null check (merchant_id <> ''),
  capture_reference text not null check (capture_reference <> ''),

  -- As ordered; never changed.
  account text not null check (account <> ''),
  order_id text not null,
  payment_id text not null,
  amount bigint not null check (amount > 0),
  currency text not null check (char_length(currency) = 3),
  authorised_amount bigint not null check (authorised_amount >= amount),
  expires_at timestamptz(3) not null,
  traceparent text not null,
  source_event_id text not null,
  source_topic text not null,
  source_partition integer not null,
  source_offset bigint not null,
  created_at timestamptz(3) not null,
  -- Names the request that inserted the row, so that its repetition knows it again.
  claim_token uuid not null default gen_random_uuid(),

  -- How it is asked for; changes only with the generation.
  generation integer not null check (generation >= 1),
  request_id text not null,
  body bytea not null,

  -- Where it stands.
  state text not null check (state in ('planned', 'sending', 'pending', 'succeeded', 'failed', 'cancelled')),
  sending_attempt integer,
  lease_until timestamptz,
  lease_worker text,
  pending_reason text,
  failure_category text,
  provider_capture_id text,
  captured_at timestamptz(3),
  attempts integer not null check (attempts >= 0),
  evidence_count integer not null check (evidence_count >= 0),
  sequence integer not null check (sequence >= 0),
  announced text,
  review text,
  updated_at timestamptz(3) not null,

  constraint captures_claim unique (provider, merchant_id, capture_reference),

  constraint captures_sending_has_a_lease check (
    (state = 'sending') = (sending_attempt is not null)
    and (state = 'sending') = (lease_until is not null)
    and (state = 'sending') = (lease_worker is not null)
  ),
  constraint captures_sends_a_started_attempt check (sending_attempt between 1 and attempts),
  constraint captures_pending_has_a_reason check (
    (state = 'pending') = (pending_reason is not null)
    and pending_reason in ('unknown', 'in_process', 'integrity_mismatch')
  ),
  constraint captures_failed_has_a_category check ((state = 'failed') = (failure_category is not null)),
  constraint captures_only_a_success_was_captured check (
    state = 'succeeded' or (provider_capture_id is null and captured_at is null)
  ),
  -- Whatever subscribers should know, they were told.
  constraint captures_outcome_is_announced check (state in ('planned', 'sending') or announced is not null),
  constraint captures_announced_by_an_event check ((announced is null) = (sequence = 0))
)
-- A capture is updated at least once, soon after it was inserted, and no update touches an indexed column: with room on its page the
-- new version stays there and leaves the seven indexes alone. Half a page is that room; the indexes would grow by more.
with (fillfactor = 50);

create index captures_by_order on captures (order_id);
create index captures_by_payment on captures (payment_id);
create index captures_by_request on captures (request_id);
create index captures_by_source_event on captures (source_event_id);
create index captures_by_age on captures (created_at, capture_id);

-- One row for each call to a provider, written before its first byte leaves.
create table attempts (
  attempt_id uuid primary key,
  capture_id uuid not null,
  kind text not null check (kind in ('capture', 'inquiry')),
  -- From 1, over the capture's life, for each kind.
  number integer not null check (number >= 1),
  generation integer not null check (generation >= 1),
  request_id text not null,
  worker text not null,
  lease_until timestamptz not null,
  started_at timestamptz(3) not null,
  constraint attempts_number unique (capture_id, kind, number)
);

-- What answers, notifications, settlements and operators proved.
create table evidence (
  capture_id uuid not null,
  -- Derived from its source, so the same evidence again is the same row.
  evidence_id uuid not null,
  kind text not null check (kind in ('capture_response', 'notification', 'inquiry', 'settlement', 'operator')),
  attempt integer check (attempt >= 1),
  -- The provider's time, or when the inquiry began.
  at timestamptz(3) not null,
  finding text not null,
  failure_category text,
  amount bigint,
  currency text,
  request_id text,
  provider_capture_id text,
  captured_at timestamptz(3),
  provider_code text,
  provider_message text,
  -- As received. Not text: a body can hold anything, and evidence must be storable whatever the provider sent.
  raw bytea,
  recorded_at timestamptz(3) not null,
  primary key (capture_id, evidence_id),
  constraint evidence_declined_has_a_category check ((finding = 'declined') = (failure_category is not null)),
  constraint evidence_amount_has_a_currency check ((amount is null) = (currency is null)),
  constraint evidence_only_captured_has_details check (
    finding = 'captured'
    or (amount is null and request_id is null and provider_capture_id is null and captured_at is null)
  )
);

create index evidence_by_provider_capture on evidence (provider_capture_id) where provider_capture_id is not null;

-- What is to be done next for each capture without an outcome.
create table schedule (
  capture_id uuid primary key,
  account text not null,
  action text not null check (action in ('send', 'lapse', 'inquire')),
  -- 'infinity': a person must look; nothing takes it.
  due_at timestamptz not null
)
-- Rows come and go with every capture: what they leave behind is cleared often, or the index would be mostly dead entries.
with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

create index schedule_due on schedule (account, action, due_at);

-- "A capture without an outcome is on the schedule, for what its state calls for, and no other is" is checked by the database, for
-- whole statements at a time: a change of state and of the schedule belong into one statement.
create function refuse_unscheduled() returns trigger language plpgsql
-- The tables may be empty when this is planned and huge when it runs: never scan them.
set enable_seqscan = off
as $$
declare
  culprit record;
begin
  select changed.capture_id, coalesce(c.state, 'unknown') as state into culprit
  from changed
  left join captures c on c.capture_id = changed.capture_id
  where (select s.action from schedule s where s.capture_id = changed.capture_id) is distinct from
    case c.state when 'planned' then 'send' when 'sending' then 'lapse' when 'pending' then 'inquire' end
  limit 1;
  if found then
    raise exception 'capture % is %, and its row in the schedule says otherwise', culprit.capture_id, culprit.state
      using errcode = 'integrity_constraint_violation',
            hint = 'Change captures and schedule in one statement.';
  end if;
  return null;
end
$$;

create trigger captures_inserted_are_scheduled after insert on captures
  referencing new table as changed for each statement execute function refuse_unscheduled();
create trigger captures_updated_are_scheduled after update on captures
  referencing new table as changed for each statement execute function refuse_unscheduled();
create trigger schedule_inserted_fits after insert on schedule
  referencing new table as changed for each statement execute function refuse_unscheduled();
create trigger schedule_deleted_fits after delete on schedule
  referencing old table as changed for each statement execute function refuse_unscheduled();

-- Costs nothing until somebody tries: these triggers fire only on statements that nothing in this system makes.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is refused: its rows are kept as they were written', tg_op, tg_table_name
    using errcode = 'integrity_constraint_violation';
end
$$;

create trigger captures_are_kept before delete or truncate on captures
  for each statement execute function refuse_change();
create trigger attempts_are_kept before update or delete or truncate on attempts
  for each statement execute function refuse_change();
create trigger evidence_is_kept before update or delete or truncate on evidence
  for each statement execute function refuse_change();
create trigger schedule_is_not_truncated before truncate on schedule
  for each statement execute function refuse_change();
