-- What asking a provider again needs to know of a capture.

alter table captures
  -- Attempts made under earlier request ids.
  add column attempts_before integer not null default 0 check (attempts_before between 0 and attempts),
  -- How often a published outcome was turned into the other one.
  add column corrections integer not null default 0 check (corrections >= 0),
  -- Since when evidence contradicts the published outcome and waits for an inquiry.
  add column contradicted_at timestamptz(3),
  add constraint captures_only_an_outcome_is_contradicted check (
    contradicted_at is null or state in ('succeeded', 'failed')
  ),
  -- The last lease stays on record: only an inquiry that began well after it can show that nothing was captured.
  drop constraint captures_sending_has_a_lease,
  add constraint captures_sending_names_its_attempt check ((state = 'sending') = (sending_attempt is not null));

-- Outcomes forgot their lease until now; the attempt remembers it.
update captures c
set lease_until = a.lease_until, lease_worker = a.worker
from attempts a
where c.lease_until is null and c.attempts > 0
  and a.capture_id = c.capture_id and a.kind = 'capture' and a.number = c.attempts;

alter table captures
  add constraint captures_attempted_under_a_lease check (
    (attempts > 0) = (lease_until is not null) and (attempts > 0) = (lease_worker is not null)
  );

alter table evidence
  drop constraint evidence_declined_has_a_category,
  drop constraint evidence_only_captured_has_details,
  add constraint evidence_only_captured_has_details check (
    finding = 'captured' or (amount is null and provider_capture_id is null and captured_at is null)
  ),
  -- A notice of a refusal counts for the request that it names.
  add constraint evidence_outcome_names_its_request check (finding in ('captured', 'declined') or request_id is null),
  add constraint evidence_refusal_has_a_category check (
    (finding in ('declined', 'closed')) = (failure_category is not null)
  );

-- As before, and a contradicted outcome is asked about too.
create or replace function refuse_unscheduled() returns trigger language plpgsql
set enable_seqscan = off
as $$
declare
  culprit record;
begin
  select changed.capture_id, coalesce(c.state, 'unknown') as state into culprit
  from changed
  left join captures c on c.capture_id = changed.capture_id
  where (select s.action from schedule s where s.capture_id = changed.capture_id) is distinct from
    case
      when c.state = 'planned' then 'send'
      when c.state = 'sending' then 'lapse'
      when c.state = 'pending' or c.contradicted_at is not null then 'inquire'
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

-- Those that a person must look at, for people and metrics. Hardly any update touches the column.
create index captures_in_review on captures (created_at, capture_id) where review is not null;

-- Those sent under several request ids, to find one by an id that its row names no longer. It has no entry for any other capture, so sends
-- don't pay for it; an index of the request ids in `attempts` would have one for each call to a provider, at a random place.
create index captures_sent_anew on captures (capture_id) where generation > 1;
