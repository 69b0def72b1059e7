import type { ReviewedRow } from '../../dev/demo/chaos/truth.js';
import { compareTruth } from '../../dev/demo/chaos/truth.js';
import type { Facts } from '../facts.js';
import type { Invariant } from './invariant.js';

/** No outcome, in a row or published last, is other than what the provider did; and none is missing that the provider would tell. */
export const wrongOutcomes: Invariant = (facts) =>
  compareTruth(facts.rows.filter(isToBeTold(facts)), publishedIn(facts), facts.providers.truth).map(
    ({ id, says }) => ({ id, says }),
  );

/**
 * Not so what waits for a person since no answer can be had: one that the provider has refused under every request id after an answer was
 * lost, of which an inquiry shows no more than that nothing was captured; and, after a lost span, one that nobody can be asked about and
 * that isn't repeated unless a person wants it.
 */
function isToBeTold({ providers, hasLostSpan }: Facts): (row: ReviewedRow) => boolean {
  const untouched = new Set(
    providers.truth.filter(({ byInquiry }) => byInquiry === 'authorised').map(({ paymentId }) => paymentId),
  );
  return ({ review, paymentId }) => {
    if (review === 'unverifiable') return !hasLostSpan;
    return review !== 'request_ids_refused' || !untouched.has(paymentId);
  };
}

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
