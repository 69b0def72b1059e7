import { compareTruth } from '../../dev/demo/chaos/truth.js';
import type { Facts } from '../facts.js';
import type { Invariant } from './invariant.js';

/** No outcome, in a row or published last, is other than what the provider did; and none is missing that the provider would tell. */
export const wrongOutcomes: Invariant = (facts) =>
  compareTruth(facts.rows, publishedIn(facts), facts.providers.truth).map(({ id, says }) => ({ id, says }));

function publishedIn({ published, outbox, rows }: Facts) {
  const ids = new Set(published.map(({ eventId }) => eventId));
  const money = new Map(rows.map(({ captureId, amount, currency }) => [captureId, { amount, currency }]));
  return outbox
    .filter(({ eventId }) => ids.has(eventId))
    .map(({ captureId, type, sequence }) => ({
      captureId,
      type,
      sequence,
      ...(money.get(captureId) ?? { amount: 0n, currency: '' }),
    }));
}
