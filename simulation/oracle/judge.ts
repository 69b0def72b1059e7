import type { ProviderName } from '../../src/capture/capture.js';
import { isFinal } from '../../src/capture/capture.js';
import type { Broker } from '../log/broker.js';
import type { Group } from '../log/group.js';
import type { PlannedOrder } from '../orders.js';
import type { Book } from '../providers/book.js';
import type { Provider } from '../providers/provider.js';
import type { CaptureRow } from '../store/tables.js';
import type { Views } from '../store/views.js';
import type { Subscriber } from '../subscriber.js';
import { judgeEvents } from './events.js';
import type { Finding } from './findings.js';
import type { Heard } from './kept.js';
import { judgeKept } from './kept.js';
import { judgeOutcome } from './outcomes.js';

/** All that a world has come to. */
export interface WorldState {
  readonly orders: readonly PlannedOrder[];
  readonly broker: Broker;
  readonly views: Views;
  readonly book: Book;
  readonly providers: ReadonlyMap<ProviderName, Provider>;
  readonly subscriber: Subscriber;
  readonly heard: readonly Heard[];
  readonly groups: readonly Group[];
}

/** Whether nothing is left to do, or to come; nor an answer that is still to be recorded. */
export function isSettled(state: WorldState): boolean {
  return unsettled(state).length === 0 && judgeKept(state.views, state.heard).length === 0;
}

/** What is left to do, or to come. */
function unsettled({ orders, views, book, providers, subscriber, groups }: WorldState): readonly string[] {
  const left: string[] = [];
  if (views.outboxQueue.size > 0) left.push(`${String(views.outboxQueue.size)} events aren't published`);
  if (views.notificationQueue.size > 0) left.push('notifications are queued');
  if ([...views.parked.values()].some(({ captureId }) => views.captures.has(captureId)))
    left.push('a notification is parked, and its capture is there');
  if (!groups.every(({ isThrough }) => isThrough)) left.push('not all that the topics have is committed');
  const claimed = new Set([...views.captures.values()].map(({ capture }) => capture.paymentId));
  for (const { paymentId, plan } of orders) {
    if (!claimed.has(paymentId)) left.push(`payment ${paymentId} has no capture`);
    if (providers.get(plan.provider)?.isOpen(paymentId) === true)
      left.push(`${paymentId} is open at its provider`);
  }
  for (const row of views.captures.values()) {
    const { captureId, paymentId, status, review, contradictedAt, sequence } = row.capture;
    const hasMoved = (book.payments.get(paymentId)?.movements.length ?? 0) > 0;
    const isDone =
      review !== null || (isFinal(status) && contradictedAt === null) || (!hasMoved && isHeldByAnother(row));
    if (!isDone) left.push(`capture ${captureId} is ${status.state}`);
    if ((subscriber.outcomes.get(captureId)?.sequence ?? 0) < sequence)
      left.push('a subscriber has not read all');
  }
  return left;
}

/**
 * Somebody else's capture holds the payment, by what the provider said. Nothing licenses another request then, so it stays open until its
 * provider shows an outcome.
 */
function isHeldByAnother({ capture, evidence }: CaptureRow): boolean {
  return (
    capture.status.state === 'pending' && [...evidence.values()].some(({ finding }) => finding.is === 'busy')
  );
}

export function judge(state: WorldState): readonly Finding[] {
  const { orders, views, book, broker, subscriber, heard } = state;
  return [
    ...unsettled(state).map((what): Finding => ({ broken: 'nothing lost', what })),
    ...orders.flatMap((order) => {
      const payment = book.payments.get(order.paymentId);
      if (payment === undefined) throw new Error(`${order.paymentId} isn't in the book`);
      const captures = [...views.captures.values()].filter(
        ({ capture }) => capture.paymentId === order.paymentId,
      );
      const captureId = captures[0]?.capture.captureId ?? '';
      const events = views.outbox.filter(({ event }) => event.captureId === captureId);
      return judgeOutcome({
        order,
        payment,
        captures,
        events,
        subscriber: subscriber.outcomes.get(captureId),
      });
    }),
    ...judgeEvents(views.outbox, broker),
    ...judgeKept(views, heard),
  ];
}
