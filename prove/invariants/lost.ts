import type { Facts } from '../facts.js';
import type { Flaw, Invariant } from './invariant.js';

/**
 * Each order is a capture that has an outcome, or is openly without one, and each message that can't become one is a dead letter. A good
 * order is no dead letter, and no other topic has any.
 */
export const lost: Invariant = (facts) => [
  ...facts.orders.flatMap((order) => lostOrder(order.paymentId, facts)),
  ...facts.poison
    .filter((key) => !facts.deadLetters.some((letter) => letter.key === key))
    .map((key) => ({ id: key, says: 'a bad message has no dead letter' })),
  ...facts.deadLetters
    .filter(({ key }) => !facts.poison.includes(key))
    .map(({ key }) => ({ id: key, says: 'a good order became a dead letter' })),
  ...facts.strayDeadLetters.map((topic) => ({ id: topic, says: 'has a dead letter' })),
];

const KEPT = new Set(['succeeded', 'failed', 'pending']);

function lostOrder(paymentId: string, { rows }: Facts): readonly Flaw[] {
  const row = rows.find((one) => one.paymentId === paymentId);
  if (row === undefined) return [{ id: paymentId, says: 'the order has no capture' }];
  if (KEPT.has(row.state) || row.review !== null) return [];
  return [{ id: paymentId, says: `is still ${row.state}, and nobody was told to look at it` }];
}
