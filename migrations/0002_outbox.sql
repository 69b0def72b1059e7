-- Events, written in the transaction that changes a capture, and the queue of those not yet published.
--
-- Columns without an underscore have the names that Debezium's outbox event router expects, so that it can publish from this table
-- in place of the relay: topic, key, event type and value.

create table outbox (
  id uuid primary key,
  aggregatetype text not null,
  aggregateid text not null,
  type text not null,
  payload bytea not null,
  capture_id uuid not null,
  sequence integer not null check (sequence >= 1),
  -- A list of [name, value] in order.
  headers json not null,
  created_at timestamptz(3) not null,
  constraint outbox_sequence unique (capture_id, sequence)
);

create trigger outbox_is_kept before update or delete or truncate on outbox
  for each statement execute function refuse_change();

-- Each shard has one relay at a time, so that a capture's events are published in order while several workers share the load.
create table outbox_shards (shard smallint primary key);
insert into outbox_shards (shard) select generate_series(0, 7);

create table outbox_queue (
  -- Grows in the order of each capture's events, since they are written under the capture's row lock; not in commit order over all.
  queue_id bigint generated always as identity primary key,
  event_id uuid not null,
  capture_id uuid not null,
  -- A capture id is a hash, so its last byte spreads evenly. Must agree with outbox_shards.
  shard smallint not null generated always as (get_byte(uuid_send(capture_id), 15) % 8) stored
)
with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

create index outbox_queue_by_shard on outbox_queue (shard, queue_id);
