-- The second fence: a payment is captured once, whatever it is captured by.
--
-- PayerMax captures by the order's outTradeNo, so two orders that name one payment under two outTradeNos make two claims by the first
-- fence. No payment may have two. The payment comes first in the key, so that people can also look captures up by it.

-- Held until all is done: nobody claims between the look and the constraint.
lock table captures in share mode;

do $$
declare
  found text;
begin
  select string_agg(told, '; ') into found
  from (
    select format('payment %L of %s merchant %L by captures %s', payment_id, provider, merchant_id,
      string_agg(capture_id::text, ' and ' order by created_at, capture_id)) as told
    from captures
    group by payment_id, provider, merchant_id
    having count(*) > 1
    order by min(created_at), payment_id
    limit 10
  ) as twice;
  if found is not null then
    raise exception 'some payments are claimed twice, of which up to ten are named here: %. Nothing was changed. Find '
      'out at the provider whether money moved twice, then follow docs/decisions/0002-store.md, "When a payment is claimed twice", and migrate again', found
      using errcode = 'unique_violation', table = 'captures', constraint = 'captures_payment';
  end if;
end
$$;

alter table captures add constraint captures_payment unique (payment_id, provider, merchant_id);
drop index captures_by_payment;
