import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Metrics } from '../../../../src/metrics/metrics.js';
import { createMetrics } from '../../../../src/metrics/metrics.js';
import { METRICS } from '../../../../src/metrics/names.js';
import { aCapture } from '../../../support/captures.js';

function someMetrics(): Metrics {
  return createMetrics({ version: '1.2.3', ofProcess: false });
}

/** The samples of the page that begin with a name, without buckets. */
async function samples({ registry }: Metrics, name: string): Promise<string[]> {
  const page = await registry.metrics();
  return page.split('\n').filter((line) => line.startsWith(name) && !line.includes('_bucket'));
}

describe('createMetrics', () => {
  it('counts how messages ended, and why they became dead letters', async () => {
    const metrics = someMetrics();
    metrics.message('claimed', null);
    metrics.message('claimed', null);
    metrics.message('dead_letter', 'account_unknown');
    assert.deepEqual(await samples(metrics, 'capture_worker_messages_total'), [
      'capture_worker_messages_total{result="claimed"} 2',
      'capture_worker_messages_total{result="dead_letter"} 1',
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_dead_letters_total'), [
      'capture_worker_dead_letters_total{reason="account_unknown"} 1',
    ]);
  });

  it('counts captures by outcome and measures attempts by class, in seconds', async () => {
    const metrics = someMetrics();
    metrics.state(aCapture(), 'succeeded');
    metrics.attempt(aCapture(), 'captured', 250);
    metrics.attempt(aCapture(), 'captured', 1_750);
    assert.deepEqual(await samples(metrics, 'capture_worker_captures_total'), [
      'capture_worker_captures_total{provider="wallet",account="shop",outcome="succeeded"} 1',
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_attempt_duration_seconds'), [
      'capture_worker_attempt_duration_seconds_sum{provider="wallet",account="shop",class="captured"} 2',
      'capture_worker_attempt_duration_seconds_count{provider="wallet",account="shop",class="captured"} 2',
    ]);
  });

  it('counts requests to the notify endpoint by account and what became of them', async () => {
    const metrics = someMetrics();
    metrics.notifyRequest({ provider: 'wallet', account: 'shop' }, 'stored');
    metrics.notifyRequest(null, 'unknown_address');
    assert.deepEqual(await samples(metrics, 'capture_worker_notify_requests'), [
      'capture_worker_notify_requests_total{provider="wallet",account="shop",result="stored"} 1',
      'capture_worker_notify_requests_total{provider="none",account="none",result="unknown_address"} 1',
    ]);
  });

  it('counts what became of notifications, and shows those that are not where they belong', async () => {
    const metrics = someMetrics();
    metrics.notification('wallet', 'folded');
    metrics.notification('payermax', 'parked');
    metrics.deadLetter('undecodable');
    metrics.notifications({ queued: 3, parked: 2, oldestParkedAgeMs: 1_500 });
    assert.deepEqual(await samples(metrics, 'capture_worker_notifications_consumed_total'), [
      'capture_worker_notifications_consumed_total{provider="wallet",result="folded"} 1',
      'capture_worker_notifications_consumed_total{provider="payermax",result="parked"} 1',
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_dead_letters_total'), [
      'capture_worker_dead_letters_total{reason="undecodable"} 1',
    ]);
    const backlog = async (): Promise<string[]> => [
      ...(await samples(metrics, 'capture_worker_notification_queue_depth')),
      ...(await samples(metrics, 'capture_worker_parked')),
    ];
    assert.deepEqual(await backlog(), [
      'capture_worker_notification_queue_depth 3',
      'capture_worker_parked_notifications 2',
      'capture_worker_parked_oldest_age_seconds 1.5',
    ]);
    metrics.notifications({ queued: 0, parked: 0, oldestParkedAgeMs: null });
    assert.equal((await backlog())[2], 'capture_worker_parked_oldest_age_seconds 0');
  });

  it('measures batches', async () => {
    const metrics = someMetrics();
    metrics.batch('claim', 40, 10);
    assert.deepEqual(await samples(metrics, 'capture_worker_batch_size_sum'), [
      'capture_worker_batch_size_sum{operation="claim"} 40',
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_batch_duration_seconds_sum'), [
      'capture_worker_batch_duration_seconds_sum{operation="claim"} 0.01',
    ]);
  });

  it('asks the consumers for their numbers when they are wanted, and adds them up', async () => {
    const metrics = someMetrics();
    assert.deepEqual(await samples(metrics, 'capture_worker_in_flight'), ['capture_worker_in_flight 0']);
    let inFlight = 3;
    metrics.watchRunner(() => ({ inFlight, queued: 4, retries: 5, commitFailures: 6 }));
    assert.deepEqual(await samples(metrics, 'capture_worker_in_flight'), ['capture_worker_in_flight 3']);
    inFlight = 2;
    assert.deepEqual(await samples(metrics, 'capture_worker_in_flight'), ['capture_worker_in_flight 2']);
    assert.deepEqual(await samples(metrics, 'capture_worker_queued'), ['capture_worker_queued 4']);
    assert.deepEqual(await samples(metrics, 'capture_worker_retries'), ['capture_worker_retries_total 5']);
    assert.deepEqual(await samples(metrics, 'capture_worker_commit'), [
      'capture_worker_commit_failures_total 6',
    ]);
    metrics.watchRunner(() => ({ inFlight: 10, queued: 20, retries: 30, commitFailures: 40 }));
    assert.deepEqual(await samples(metrics, 'capture_worker_in_flight'), ['capture_worker_in_flight 12']);
    assert.deepEqual(await samples(metrics, 'capture_worker_retries'), ['capture_worker_retries_total 35']);
  });

  it('asks the relay for its numbers, and repeats no total', async () => {
    const metrics = someMetrics();
    metrics.watchRelay(() => ({ published: 10, batches: 2, failures: 1, shards: [0, 3, 7] }));
    await metrics.registry.metrics();
    assert.deepEqual(await samples(metrics, 'capture_worker_events'), [
      'capture_worker_events_published_total 10',
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_publish'), [
      'capture_worker_publish_batches_total 2',
      'capture_worker_publish_failures_total 1',
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_outbox_shards'), [
      'capture_worker_outbox_shards 3',
    ]);
  });

  it('asks the accounts’ gates for their numbers, and repeats no total', async () => {
    const metrics = someMetrics();
    metrics.watchAccounts(() => [
      {
        name: 'shop',
        state: 'broken',
        inFlight: 3,
        waiting: 2,
        turnedAway: { held: 0, broken: 7, told_to_wait: 0, full: 1, rate_limit: 0 },
        rateWaits: 4,
      },
    ]);
    await metrics.registry.metrics();
    assert.deepEqual(await samples(metrics, 'capture_worker_account_'), [
      'capture_worker_account_in_flight{account="shop"} 3',
      'capture_worker_account_waiting{account="shop"} 2',
      'capture_worker_account_state{account="shop",state="open"} 0',
      'capture_worker_account_state{account="shop",state="held"} 0',
      'capture_worker_account_state{account="shop",state="broken"} 1',
      'capture_worker_account_state{account="shop",state="told_to_wait"} 0',
      'capture_worker_account_deferred_total{account="shop",reason="held"} 0',
      'capture_worker_account_deferred_total{account="shop",reason="broken"} 7',
      'capture_worker_account_deferred_total{account="shop",reason="told_to_wait"} 0',
      'capture_worker_account_deferred_total{account="shop",reason="full"} 1',
      'capture_worker_account_deferred_total{account="shop",reason="rate_limit"} 0',
      'capture_worker_account_rate_waits_total{account="shop"} 4',
    ]);
  });

  it('shows whether an account is held', async () => {
    const metrics = someMetrics();
    metrics.held('shop', true);
    assert.deepEqual(await samples(metrics, 'capture_worker_account_held'), [
      'capture_worker_account_held{account="shop"} 1',
    ]);
    metrics.held('shop', false);
    assert.deepEqual(await samples(metrics, 'capture_worker_account_held'), [
      'capture_worker_account_held{account="shop"} 0',
    ]);
  });

  it('shows whether an account is paused', async () => {
    const metrics = someMetrics();
    metrics.paused('shop', true);
    assert.deepEqual(await samples(metrics, 'capture_worker_account_paused'), [
      'capture_worker_account_paused{account="shop"} 1',
    ]);
    metrics.paused('shop', false);
    assert.deepEqual(await samples(metrics, 'capture_worker_account_paused'), [
      'capture_worker_account_paused{account="shop"} 0',
    ]);
  });

  it('replaces the lag of partitions, and forgets those that are gone', async () => {
    const metrics = someMetrics();
    const row = { group: 'g', topic: 't' };
    metrics.lag([
      { ...row, partition: 0, lag: 5n },
      { ...row, partition: 1, lag: 6n },
    ]);
    metrics.lag([{ ...row, partition: 1, lag: 2n }]);
    assert.deepEqual(await samples(metrics, 'capture_worker_consumer_lag'), [
      'capture_worker_consumer_lag{group="g",topic="t",partition="1"} 2',
    ]);
  });

  it('shows unresolved captures with their oldest age over all currencies, and their money in major units', async () => {
    const metrics = someMetrics();
    const row = {
      provider: 'wallet',
      account: 'shop',
      state: 'pending',
      count: 2,
      inReview: 1,
      overdue: 2,
      contradicted: 0,
      oldestAgeMs: 1_000,
    } as const;
    metrics.unresolved([{ ...row, account: 'gone', money: { amount: 1n, currency: 'JPY' } }]);
    metrics.unresolved([
      { ...row, oldestAgeMs: 61_500, money: { amount: 150_500n, currency: 'IQD' } },
      { ...row, money: { amount: 2_499n, currency: 'USD' } },
    ]);
    const labels = 'provider="wallet",account="shop",state="pending"';
    assert.deepEqual(await samples(metrics, 'capture_worker_unresolved'), [
      `capture_worker_unresolved_captures{${labels}} 4`,
      `capture_worker_unresolved_oldest_age_seconds{${labels}} 61.5`,
      `capture_worker_unresolved_amount{${labels},currency="IQD"} 150.5`,
      `capture_worker_unresolved_amount{${labels},currency="USD"} 24.99`,
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_captures_in_review'), [
      `capture_worker_captures_in_review{${labels}} 2`,
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_overdue_captures'), [
      `capture_worker_overdue_captures{${labels}} 4`,
    ]);
  });

  it('counts an outcome that is contradicted or waits for a person, and calls it no unresolved capture', async () => {
    const metrics = someMetrics();
    const outcome = { provider: 'wallet', account: 'shop', state: 'succeeded', count: 3 } as const;
    const money = { amount: 150_500n, currency: 'IQD' };
    metrics.unresolved([{ ...outcome, inReview: 1, overdue: 3, contradicted: 2, oldestAgeMs: 1_000, money }]);
    const labels = 'provider="wallet",account="shop",state="succeeded"';
    assert.deepEqual(await samples(metrics, 'capture_worker_unresolved'), []);
    assert.deepEqual(await samples(metrics, 'capture_worker_overdue_captures'), []);
    assert.deepEqual(await samples(metrics, 'capture_worker_captures_in_review'), [
      `capture_worker_captures_in_review{${labels}} 1`,
    ]);
    assert.deepEqual(await samples(metrics, 'capture_worker_contradicted_captures'), [
      `capture_worker_contradicted_captures{${labels}} 2`,
    ]);
  });

  it('shows an empty outbox as no age at all', async () => {
    const metrics = someMetrics();
    metrics.outbox(3, 4_500);
    metrics.outbox(0, null);
    const shown = await samples(metrics, 'capture_worker_outbox');
    assert.deepEqual(shown.slice(-2), [
      'capture_worker_outbox_depth 0',
      'capture_worker_outbox_oldest_age_seconds 0',
    ]);
  });

  it('says what runs', async () => {
    assert.deepEqual(await samples(someMetrics(), 'capture_worker_build_info'), [
      `capture_worker_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
    ]);
  });

  it('adds the process, if asked to, and shares nothing with another registry', async () => {
    const metrics = createMetrics({ version: '1', ofProcess: true });
    metrics.message('claimed', null);
    assert.match(await metrics.registry.metrics(), /^process_cpu_seconds_total \d/m);
    assert.deepEqual(await samples(someMetrics(), 'capture_worker_messages_total{'), []);
  });
});

describe('docs/metrics.md', () => {
  it('lists every metric with its type and labels, and no other', async () => {
    const declared = await someMetrics().registry.getMetricsAsJSON();
    const labels = new Map<string, readonly string[]>(
      Object.values(METRICS).map(({ name, labelNames }) => [name, labelNames]),
    );
    const expected = declared.map(({ name, type }) => [
      name,
      String(type),
      (labels.get(name) ?? []).join(' '),
    ]);
    const rows = readFileSync('docs/metrics.md', 'utf8').matchAll(
      /^\| `(capture_worker_\w+)` +\| (\w+) +\| (.+?) +\| .{10,} \|$/gm,
    );
    const documented = [...rows].map(([, name, type, names = '']) => [
      name,
      type,
      [...names.matchAll(/\w+/g)].map(String).join(' '),
    ]);
    assert.deepEqual(documented.toSorted(), expected.toSorted());
    assert.equal(labels.size, expected.length);
  });
});
