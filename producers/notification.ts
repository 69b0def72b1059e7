import type { OutboxRelay, OutboxRelayOptions } from './outbox-relay.js';
import { createOutboxRelay } from './outbox-relay.js';

/**
 * How often the queue is looked at, in ms. Whoever stores a notification wakes its own process, and any process may publish any of them: so
 * this is only for those of a process that died, and each look costs an idle worker as much as it costs a busy one.
 */
const POLL_EVERY_MS = 1_000;

/**
 * Appends stored notifications to `capture.notification`, keyed by what the provider captures by, and takes them off their queue once they
 * are acknowledged: at least once, and the same bytes again. It goes about it as the outbox relay does with events.
 */
export function createNotificationProducer(options: Omit<OutboxRelayOptions, 'what'>): OutboxRelay {
  return createOutboxRelay({ pollEveryMs: POLL_EVERY_MS, ...options, what: 'notifications' });
}
