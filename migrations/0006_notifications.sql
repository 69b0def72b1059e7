-- Notifications of providers, as they were received and verified.

create table notifications (
  -- SHA-256 of what makes it this one: provider, merchant, and the body byte for byte. The same again is the same row.
  notification_id bytea primary key check (octet_length(notification_id) = 32),
  provider text not null check (provider <> ''),
  merchant_id text not null check (merchant_id <> ''),
  account text not null check (account <> ''),
  -- What the provider captures by, normalised as in captures.
  capture_reference text not null check (capture_reference <> ''),
  received_at timestamptz(3) not null,
  -- The provider's time; becomes the evidence's.
  at timestamptz(3) not null,
  -- What it says, in our words: a finding as in evidence, or `hint`, which wakes an inquiry and proves nothing.
  says text not null check (says <> ''),
  -- As in evidence: null but for those findings that have them.
  failure_category text,
  amount bigint,
  currency text,
  request_id text,
  provider_capture_id text,
  captured_at timestamptz(3),
  provider_code text,
  provider_message text,
  -- As received. Null if this database knows it from the topic only, which doesn't carry it.
  raw bytea,
  constraint notifications_refusal_has_a_category check (
    (says in ('declined', 'closed')) = (failure_category is not null)
  ),
  constraint notifications_amount_has_a_currency check ((amount is null) = (currency is null)),
  constraint notifications_only_captured_has_details check (
    says = 'captured' or (amount is null and provider_capture_id is null and captured_at is null)
  ),
  constraint notifications_outcome_names_its_request check (says in ('captured', 'declined') or request_id is null)
);

create index notifications_by_reference on notifications (capture_reference);

create trigger notifications_are_kept before update or delete or truncate on notifications
  for each statement execute function refuse_change();

-- Stored and not yet on the topic.
create table notification_queue (
  queue_id bigint generated always as identity primary key,
  notification_id bytea not null,
  -- Who publishes it pushes this ahead, so that others leave it alone meanwhile.
  due_at timestamptz not null default now()
)
with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

-- Those that could decide a capture that doesn't exist yet. They are joined with it when it does.
create table parked_notifications (
  notification_id bytea primary key,
  -- The id that the capture has, or will have.
  capture_id uuid not null,
  parked_at timestamptz(3) not null
);

create index parked_by_age on parked_notifications (parked_at);
