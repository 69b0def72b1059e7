-- What each peer keeps on record, in a database of its own: a row is inserted before the request is sent, and updated with the outcome.
create table captures (
  payment_id text primary key,
  capture_id uuid not null,
  request_id text not null,
  order_id text not null,
  amount bigint not null,
  currency text not null,
  state text not null default 'claimed' check (state in ('claimed', 'succeeded')),
  claimed_at timestamptz not null default now(),
  provider_capture_id text,
  captured_at timestamptz,
  settled_at timestamptz
)
-- Half of each page stays free, so that the update finds room beside the row and writes no index.
with (fillfactor = 50);
