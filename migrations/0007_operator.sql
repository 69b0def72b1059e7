-- What operators did, and what their doing needs of captures.

-- Written in the transaction of the action that it tells of.
create table operator_actions (
  action_id uuid primary key,
  at timestamptz(3) not null default clock_timestamp(),
  who text not null check (who <> ''),
  -- The command, such as `captures resolve`.
  action text not null check (action <> ''),
  -- What was acted on: a capture or an account.
  capture_id uuid,
  account text check (account <> ''),
  reason text check (reason <> ''),
  -- Where the proof is: a provider's statement, a ticket.
  reference text check (reference <> ''),
  changed_from text,
  changed_to text,
  constraint operator_actions_name_one_thing check (num_nonnulls(capture_id, account) = 1)
);

create index operator_actions_by_capture on operator_actions (capture_id, at) where capture_id is not null;
create index operator_actions_by_account on operator_actions (account, at) where account is not null;

create trigger operator_actions_are_kept before update or delete or truncate on operator_actions
  for each statement execute function refuse_change();

alter table captures
  -- What was ordered, if an operator has another amount asked for; null while `amount` is what was ordered.
  add column ordered_amount bigint,
  add constraint captures_ordered_what_was_authorised check (ordered_amount between 1 and authorised_amount);

alter table evidence
  -- The ids of all evidence that an operator knew when they said this: what isn't among it is news.
  add column knew json,
  add constraint evidence_operator_says_what_was_known check ((kind = 'operator') = (knew is not null)),
  add constraint evidence_knew_is_a_list check (json_typeof(knew) = 'array');

-- As before, and an outcome can be asked about: since an operator wants it, or once more after an operator's word.
create or replace function refuse_unscheduled() returns trigger language plpgsql
set enable_seqscan = off
as $$
declare
  culprit record;
begin
  select changed.capture_id, coalesce(c.state, 'unknown') as state into culprit
  from changed
  left join captures c on c.capture_id = changed.capture_id
  cross join lateral (select (select s.action from schedule s where s.capture_id = changed.capture_id)) as scheduled (action)
  where scheduled.action is distinct from
    case
      when c.state = 'planned' then 'send'
      when c.state = 'sending' then 'lapse'
      when c.state = 'pending' or c.contradicted_at is not null then 'inquire'
      when c.state in ('succeeded', 'failed', 'cancelled') and scheduled.action = 'inquire' then 'inquire'
    end
  limit 1;
  if found then
    raise exception 'capture % is %, and its row in the schedule says otherwise', culprit.capture_id, culprit.state
      using errcode = 'integrity_constraint_violation',
            hint = 'Change captures and schedule in one statement.';
  end if;
  return null;
end
$$;
