-- A double-entry ledger of captures. Created at the first start, whole, in one transaction.
--
-- All of it comes from the events: it can be dropped and made anew from the topics at any time (--rebuild).

create schema ledger;

-- What fills this ledger, written when it is created: the consumer group, whose offsets say what is booked already, and the topics. With
-- another group or other topics a start, or a rebuild, is refused.
create table ledger.source (
  only_row boolean primary key default true check (only_row),
  group_id text not null,
  topic_prefix text not null
);

create table ledger.accounts (
  account text primary key,
  meaning text not null
);

insert into ledger.accounts (account, meaning) values
  ('provider_receivable', 'what providers owe us for captures'),
  ('sales', 'what customers bought'),
  -- Nothing books on these two yet. Events tell of captures, not of what a provider keeps and pays out.
  ('provider_fees', 'what providers keep for themselves'),
  ('settlement', 'what providers have paid out');

-- A row for each capture. Its lock makes the events of a capture wait for each other, whichever instance applies them.
create table ledger.captures (
  capture_id text primary key,
  -- The newest event that was applied.
  sequence integer not null check (sequence >= 1),
  event_id text not null,
  outcome text not null check (outcome in ('succeeded', 'failed', 'pending')),
  -- The entry that stands: booked for that event, or for an earlier one that said the same, and not reversed. Null unless the outcome is a
  -- success.
  entry_id text
);

create table ledger.entries (
  entry_id text primary key,
  capture_id text not null references ledger.captures,
  -- The event that it was booked for.
  event_id text not null,
  kind text not null check (kind in ('capture', 'reversal')),
  -- An entry is reversed at most once.
  reverses text unique references ledger.entries,
  provider text not null,
  -- The merchant account at the provider.
  account_name text not null,
  -- By the event, and by the database's clock.
  occurred_at timestamptz not null,
  booked_at timestamptz not null default now(),
  check ((kind = 'reversal') = (reverses is not null))
);

create index on ledger.entries (capture_id);
alter table ledger.captures add foreign key (entry_id) references ledger.entries;

create table ledger.postings (
  entry_id text not null references ledger.entries,
  account text not null references ledger.accounts,
  currency text not null,
  -- Minor units; a debit is positive, a credit negative.
  amount bigint not null check (amount <> 0),
  primary key (entry_id, account, currency)
);

-- What was booked stays as it is: a mistake is reversed by an entry of its own.
create function ledger.refuse() returns trigger language plpgsql as $$
begin
  raise exception '% of ledger.% is refused: entries are only added, and reversed by others', tg_op, tg_table_name
    using errcode = 'integrity_constraint_violation';
end
$$;

create trigger entries_are_kept before update or delete or truncate on ledger.entries
  for each statement execute function ledger.refuse();
create trigger postings_are_kept before update or delete or truncate on ledger.postings
  for each statement execute function ledger.refuse();

-- An entry balances in each of its currencies. Checked when the transaction commits, for it takes several rows. All of them are written
-- in one transaction, whose time `now()` is: what was booked in an earlier one gets no more postings.
create function ledger.check_entry() returns trigger language plpgsql as $$
begin
  if (select booked_at from ledger.entries where entry_id = new.entry_id) <> now() then
    raise exception 'entry % was not booked in this transaction', new.entry_id
      using errcode = 'integrity_constraint_violation';
  end if;
  if (select count(*) from ledger.postings where entry_id = new.entry_id) < 2
    or exists (
      select from ledger.postings where entry_id = new.entry_id group by currency having sum(amount) <> 0
    )
  then
    raise exception 'entry % does not balance', new.entry_id using errcode = 'integrity_constraint_violation';
  end if;
  return null;
end
$$;

create constraint trigger entries_balance after insert on ledger.entries
  deferrable initially deferred for each row execute function ledger.check_entry();
create constraint trigger postings_balance after insert on ledger.postings
  deferrable initially deferred for each row execute function ledger.check_entry();

-- The balance of every account in every currency that was ever booked, in minor units; numeric, since sums outgrow 64 bits.
create view ledger.balances as
select account, currency, coalesce(sum(amount), 0) as balance
from ledger.accounts
cross join (select distinct currency from ledger.postings) as currencies
left join ledger.postings using (account, currency)
group by account, currency;
