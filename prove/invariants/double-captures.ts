import type { Invariant } from './invariant.js';

/** No money is asked for under a second request id: by the sandbox's own count, and by what it moved. */
export const doubleCaptures: Invariant = ({ providers, orders }) => {
  const asked = new Map(
    orders.map((order) => [order.paymentId, order.captureAmount ?? order.authorisedAmount]),
  );
  const moved = providers.book.flatMap(({ paymentId, captured }) => {
    const most = asked.get(paymentId) ?? 0n;
    if (captured <= most) return [];
    return [
      {
        id: paymentId,
        says: `the provider moved ${String(captured)} minor units, ${String(most)} were ordered`,
      },
    ];
  });
  if (providers.doubleCaptures === 0) return moved;
  const counted = `money was asked for again under another request id, ${String(providers.doubleCaptures)} times`;
  return [{ id: 'the books', says: counted }, ...moved];
};
