import { compareLedger, RECEIVABLE, unbalancedEntries } from '../../dev/demo/compare-ledger.js';
import type { Facts } from '../facts.js';
import type { Flaw, Invariant } from './invariant.js';

/** The subscriber's ledger balances, says what the worker's rows say, and what providers owe by it is what they moved. */
export const ledger: Invariant = (facts) => [
  ...unbalancedEntries(facts.ledger).map(({ id, says }) => ({ id, says })),
  ...compareLedger(facts.rows, facts.ledger).map(({ id, says }) => ({ id, says })),
  ...owed(facts),
];

function owed({ rows, ledger: postings, providers }: Facts): readonly Flaw[] {
  const moved = new Map(providers.book.map(({ paymentId, captured }) => [paymentId, captured]));
  return rows
    .filter(({ state }) => state === 'succeeded' || state === 'failed')
    .flatMap(({ captureId, paymentId }) => {
      const booked = postings
        .filter((posting) => posting.captureId === captureId && posting.account === RECEIVABLE)
        .reduce((sum, { amount }) => sum + amount, 0n);
      const captured = moved.get(paymentId) ?? 0n;
      if (booked === captured) return [];
      return [
        {
          id: paymentId,
          says: `the ledger has ${String(booked)} minor units, the provider moved ${String(captured)}`,
        },
      ];
    });
}
