/** Every metric of ours: its name, its labels and what it means. docs/metrics.md lists the same; a test holds the two together. */
export const METRICS = {
  messages: metric('capture_worker_messages_total', 'Orders consumed, by how they ended', ['result']),
  deadLetters: metric('capture_worker_dead_letters_total', 'Messages put on a dead-letter topic', ['reason']),
  captures: metric(
    'capture_worker_captures_total',
    'Captures that an attempt brought to an outcome or left without one',
    ['provider', 'account', 'outcome'],
  ),
  attemptDuration: metric(
    'capture_worker_attempt_duration_seconds',
    'Calls to providers, by what was answered',
    ['provider', 'account', 'class'],
  ),
  inquiryDuration: metric(
    'capture_worker_inquiry_duration_seconds',
    'Inquiries to providers, by the class of the answer',
    ['provider', 'account', 'class'],
  ),
  inFlight: metric('capture_worker_in_flight', 'Messages being worked on', []),
  accountHeld: metric(
    'capture_worker_account_held',
    '1 while the provider refuses the credentials of an account',
    ['account'],
  ),
  accountInFlight: metric('capture_worker_account_in_flight', 'Calls to the provider under way', ['account']),
  accountWaiting: metric('capture_worker_account_waiting', 'Captures that wait in the line for a call', [
    'account',
  ]),
  accountState: metric('capture_worker_account_state', '1 for the state that the account is in', [
    'account',
    'state',
  ]),
  accountDeferred: metric(
    'capture_worker_account_deferred_total',
    'Orders that the account could not take at once, left to the schedule',
    ['account', 'reason'],
  ),
  accountRateWaits: metric(
    'capture_worker_account_rate_waits_total',
    'Calls that waited for the rate limit of the account',
    ['account'],
  ),
  accountPaused: metric('capture_worker_account_paused', '1 while an account is paused by a person', [
    'account',
  ]),
  batchSize: metric('capture_worker_batch_size', 'Items written to the database together', ['operation']),
  batchDuration: metric('capture_worker_batch_duration_seconds', 'How long one batch took', ['operation']),
  queued: metric(
    'capture_worker_queued',
    'Messages taken from Kafka that wait behind their key or for a place',
    [],
  ),
  retries: metric('capture_worker_retries_total', 'Messages tried again because a part was away', []),
  commitFailures: metric('capture_worker_commit_failures_total', 'Commits of offsets that failed', []),
  published: metric('capture_worker_events_published_total', 'Events appended to their topics', []),
  publishBatches: metric('capture_worker_publish_batches_total', 'Batches in which events were appended', []),
  publishFailures: metric('capture_worker_publish_failures_total', 'Rounds of publishing that failed', []),
  shards: metric('capture_worker_outbox_shards', 'Shards of the outbox that this process publishes', []),
  lag: metric('capture_worker_consumer_lag', 'Messages that the group has not done', [
    'group',
    'topic',
    'partition',
  ]),
  outboxDepth: metric('capture_worker_outbox_depth', 'Events not yet published', []),
  outboxAge: metric(
    'capture_worker_outbox_oldest_age_seconds',
    'Age of the oldest event not yet published',
    [],
  ),
  notifyRequests: metric(
    'capture_worker_notify_requests_total',
    'Requests to the notify endpoint, by what became of them',
    ['provider', 'account', 'result'],
  ),
  notificationsConsumed: metric(
    'capture_worker_notifications_consumed_total',
    'Notifications of providers consumed, by what became of them',
    ['provider', 'result'],
  ),
  notificationQueue: metric(
    'capture_worker_notification_queue_depth',
    'Notifications stored and not yet published',
    [],
  ),
  parked: metric('capture_worker_parked_notifications', 'Notifications that wait for their capture', []),
  parkedAge: metric('capture_worker_parked_oldest_age_seconds', 'How long the oldest of them has waited', []),
  unresolved: metric('capture_worker_unresolved_captures', 'Captures without an outcome', [
    'provider',
    'account',
    'state',
  ]),
  unresolvedAge: metric(
    'capture_worker_unresolved_oldest_age_seconds',
    'Age of the oldest capture without an outcome',
    ['provider', 'account', 'state'],
  ),
  unresolvedAmount: metric(
    'capture_worker_unresolved_amount',
    'Money of captures without an outcome, in major units',
    ['provider', 'account', 'state', 'currency'],
  ),
  inReview: metric('capture_worker_captures_in_review', 'Captures that wait for a person', [
    'provider',
    'account',
    'state',
  ]),
  overdue: metric(
    'capture_worker_overdue_captures',
    'Captures without an outcome whose authorisation has expired',
    ['provider', 'account', 'state'],
  ),
  contradicted: metric(
    'capture_worker_contradicted_captures',
    'Captures whose published outcome evidence contradicts',
    ['provider', 'account', 'state'],
  ),
  collectErrors: metric(
    'capture_worker_collect_errors_total',
    'Readings for metrics that failed or took too long',
    ['source'],
  ),
  collected: metric(
    'capture_worker_collect_last_success_timestamp_seconds',
    'When a reading last succeeded',
    ['source'],
  ),
  build: metric('capture_worker_build_info', 'Always 1; its labels say what runs', ['version', 'node']),
} as const;

function metric<const Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
  return { name, help, labelNames };
}
