-- Which merchant the credentials of an account stand for, as they were first used.
--
-- A capture is claimed by its merchant's id. If that id changed in the accounts file while the credentials stayed, orders that were
-- captured long ago would be claimed, and sent, a second time under the new id. A worker that finds its accounts at odds with this table
-- doesn't start.

create table merchants (
  provider text not null check (provider <> ''),
  -- What the provider knows us by, in lower case: the wallet's client id, YabandPay's user, PayerMax's app id.
  identity text not null check (identity = lower(identity) and identity <> ''),
  merchant_id text not null check (merchant_id <> ''),
  -- The account's name when it was first used; for people.
  account text not null,
  bound_at timestamptz(3) not null default now(),
  primary key (provider, identity)
);
