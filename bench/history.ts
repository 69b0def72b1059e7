import { withClient } from '../dev/stack/postgres.js';
import type { Arena } from './arena.js';
import { TEMPLATE } from './arena.js';
import { ACCOUNT, CURRENCY, MERCHANT } from './orders.js';

/** How many are inserted by one statement: each holds what it inserted in memory until it ends. */
const AT_ONCE = 50_000;

/**
 * A template database with captures of earlier times, as the worker leaves them after success: rows of the same sizes in all four tables
 * that keep them, with ids that are spread as hashes are, and nothing on the schedule. Their payments are others than those of the orders.
 */
export async function makeHistory(arena: Arena, count: number): Promise<string> {
  const name = `bench_past_${String(count)}`;
  const url = await arena.databases.create(name, TEMPLATE);
  await withClient(url, async (client) => {
    for (let from = 0; from < count; from += AT_ONCE) {
      if (arena.signal.aborted) break;
      const numbers = [from, Math.min(from + AT_ONCE, count) - 1];
      await client.query(INSERT_CAPTURES, [...numbers, MERCHANT, ACCOUNT, CURRENCY]);
      await client.query(INSERT_ATTEMPTS, numbers);
      await client.query(INSERT_EVIDENCE, [...numbers, CURRENCY]);
      await client.query(INSERT_OUTBOX, numbers);
    }
    await client.query('vacuum analyze');
  });
  return name;
}

/** Of the n-th capture: its ids, and when it was made. */
const PAST = `
  select n,
    md5('capture ' || n)::uuid as capture_id,
    md5('request ' || n) as request_id,
    left(md5('captured ' || n), 24) as provider_capture_id,
    'past-' || lpad(n::text, 9, '0') as payment_id,
    (timestamptz '2026-01-01' + n * interval '10 ms')::timestamptz(3) as at
  from generate_series($1::integer, $2::integer) as n`;

const INSERT_CAPTURES = `
  insert into captures (
    capture_id, provider, merchant_id, capture_reference, account, order_id, payment_id, amount, currency, authorised_amount, expires_at,
    traceparent, source_event_id, source_topic, source_partition, source_offset, created_at, generation, request_id, body, state,
    lease_until, lease_worker, provider_capture_id, captured_at, attempts, evidence_count, sequence, announced, updated_at
  )
  select capture_id, 'wallet', $3, payment_id, $4, 'order-' || payment_id, payment_id, 1000 + n % 9000, $5::text, 1000 + n % 9000,
    at + interval '7 days', '00-' || md5('trace ' || n) || '-' || left(md5('span ' || n), 16) || '-01', 'fulfilled-' || payment_id,
    'bench-000000-distinct.order.fulfilled', n % 6, n / 6, at, 1, request_id,
    convert_to(format(
      '{"captureRequestId":"%s","paymentId":"%s","captureAmount":{"value":"%s","currency":"%s"}}',
      request_id, payment_id, 1000 + n % 9000, $5::text
    ), 'UTF8'),
    'succeeded', at + interval '45 s', 'worker-00000-000000', provider_capture_id, at, 1, 1, 1, 'succeeded', at
  from (${PAST}) as past`;

const INSERT_ATTEMPTS = `
  insert into attempts (attempt_id, capture_id, kind, number, generation, request_id, worker, lease_until, started_at)
  select md5('attempt ' || n)::uuid, capture_id, 'capture', 1, 1, request_id, 'worker-00000-000000', at + interval '45 s', at
  from (${PAST}) as past`;

const INSERT_EVIDENCE = `
  insert into evidence (
    capture_id, evidence_id, kind, attempt, at, finding, amount, currency, request_id, provider_capture_id, captured_at, provider_code,
    provider_message, raw, recorded_at
  )
  select capture_id, md5('evidence ' || n)::uuid, 'capture_response', 1, at, 'captured', 1000 + n % 9000, $3::text, request_id,
    provider_capture_id, at, 'SUCCESS', 'Success',
    convert_to(format(
      '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"Success"},"captureRequestId":"%s","paymentId":"%s",'
      || '"captureAmount":{"value":"%s","currency":"%s"},"captureId":"%s","captureTime":"2026-01-01T00:00:00.000+00:00"}',
      request_id, payment_id, 1000 + n % 9000, $3::text, provider_capture_id
    ), 'UTF8'), at
  from (${PAST}) as past`;

/** The payload is as long as an encoded event, and as little use to compression. */
const INSERT_OUTBOX = `
  insert into outbox (id, aggregatetype, aggregateid, type, payload, capture_id, sequence, headers, created_at)
  select md5('event ' || n)::uuid, 'bench-000000-distinct.capture.succeeded', payment_id, 'capture.succeeded',
    sha512(convert_to('1 ' || n, 'UTF8')) || sha512(convert_to('2 ' || n, 'UTF8')) || sha512(convert_to('3 ' || n, 'UTF8'))
      || sha384(convert_to('4 ' || n, 'UTF8')),
    capture_id, 1,
    json_build_array(
      json_build_array('ce_specversion', '1.0'), json_build_array('ce_id', md5('event ' || n)::uuid),
      json_build_array('ce_source', '/capture-worker'), json_build_array('ce_type', 'capture.succeeded.v1'),
      json_build_array('ce_subject', capture_id), json_build_array('ce_time', at),
      json_build_array('content-type', 'application/avro'),
      json_build_array('traceparent', '00-' || md5('trace ' || n) || '-' || left(md5('span ' || n), 16) || '-01')
    ), at
  from (${PAST}) as past`;
