-- Accounts through which nothing may be sent for now, because a person said so. A row is a pause; without one an account is sent through.
--
-- Whoever is about to start a send reads this table `for key share`, in the transaction that starts it. Such a reader holds a lock on the
-- table (ROW SHARE) until it ends, and takes it before it looks. So once a pause is committed, whoever may have missed it is among those
-- that hold that lock, and when they have ended nobody is left who did. Nothing else should read the table `for key share`.

create table account_pauses (
  account text primary key check (account <> ''),
  paused_at timestamptz(3) not null,
  paused_by text not null check (paused_by <> ''),
  reason text not null check (reason <> '')
);
