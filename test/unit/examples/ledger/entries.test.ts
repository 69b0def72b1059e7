import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '../../../../examples/ledger/entries.js';
import { book } from '../../../../examples/ledger/entries.js';
import type { CaptureEvent } from '../../../../examples/subscriber/events.js';

const INT64_MAX = 2n ** 63n - 1n;

function anEvent(change: Partial<CaptureEvent> = {}): CaptureEvent {
  const event = {
    eventId: 'event-1',
    captureId: 'capture-1',
    orderId: 'order-1',
    provider: 'wallet',
    account: 'shop',
    amount: 150_000n,
    currency: 'IQD',
    sequence: 1,
    occurredAt: new Date('2026-03-01T12:00:00.000Z'),
    outcome: 'succeeded',
    newAuthorisationNeeded: true,
    ...change,
  } as const;
  return event;
}

/** All events of one capture, numbered from 1. More happens here than the product would ever publish. */
const anyCapture: fc.Arbitrary<readonly CaptureEvent[]> = fc
  .array(
    fc.record({
      outcome: fc.constantFrom('succeeded', 'failed', 'pending'),
      amount: fc.bigInt({ min: 1n, max: INT64_MAX }),
      currency: fc.constantFrom('IQD', 'USD'),
      provider: fc.constantFrom('wallet', 'one that will come'),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((steps) =>
    steps.map((step, index) =>
      anEvent({ ...step, sequence: index + 1, eventId: `event-${String(index + 1)}` }),
    ),
  );

/** Any of them, in any order, any number of times. */
const anyDelivery = anyCapture.chain((events) =>
  fc.array(fc.constantFrom(...events), { minLength: 1, maxLength: 12 }),
);

/** What ledger.ts does with the database: applies an event only if it is above the last one applied, and only adds. */
class Books {
  readonly entries: Entry[] = [];
  newest: CaptureEvent | null = null;
  standing: Entry | null = null;

  apply(event: CaptureEvent): void {
    if (this.newest !== null && event.sequence <= this.newest.sequence) return;
    this.newest = event;
    const { reversal, capture, stands } = book(this.standing, deepFrozen(event));
    this.entries.push(...[reversal, capture].filter((entry) => entry !== null).map(deepFrozen));
    this.standing = this.entries.find(({ entryId }) => entryId === stands) ?? null;
  }
}

/** The sums of postings by account and currency; those that are zero are left out. */
function balancesOf(entries: readonly Entry[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { account, currency, amount } of entries.flatMap(({ postings }) => postings)) {
    const key = `${account} ${currency}`;
    const sum = (sums.get(key) ?? 0n) + amount;
    if (sum === 0n) sums.delete(key);
    else sums.set(key, sum);
  }
  return sums;
}

/** Writing to what is frozen throws. */
function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    Object.values(value).forEach(deepFrozen);
    Object.freeze(value);
  }
  return value;
}

describe('book', () => {
  it('debits what the provider owes and credits what was sold, once a capture succeeded', () => {
    const { reversal, capture } = book(null, anEvent());
    assert.equal(reversal, null);
    assert.deepEqual(capture, {
      entryId: 'event-1:capture',
      captureId: 'capture-1',
      eventId: 'event-1',
      kind: 'capture',
      reverses: null,
      provider: 'wallet',
      accountName: 'shop',
      occurredAt: new Date('2026-03-01T12:00:00.000Z'),
      postings: [
        { account: 'provider_receivable', currency: 'IQD', amount: 150_000n },
        { account: 'sales', currency: 'IQD', amount: -150_000n },
      ],
    });
  });

  it('books nothing for what is pending or failed', () => {
    for (const outcome of ['pending', 'failed'] as const) {
      assert.deepEqual(book(null, anEvent({ outcome })), { reversal: null, capture: null, stands: null });
    }
  });

  it('reverses what stands with the opposite postings, by an entry of the event that corrects it', () => {
    const { capture } = book(null, anEvent());
    const correction = anEvent({
      eventId: 'event-2',
      sequence: 2,
      outcome: 'failed',
      occurredAt: new Date('2026-03-02T12:00:00.000Z'),
      // What is reversed is what was booked, whatever the correction says.
      amount: 1n,
      provider: 'payermax',
      account: 'other',
    });
    assert.deepEqual(book(capture, correction), {
      reversal: {
        entryId: 'event-2:reversal',
        captureId: 'capture-1',
        eventId: 'event-2',
        kind: 'reversal',
        reverses: 'event-1:capture',
        provider: 'wallet',
        accountName: 'shop',
        occurredAt: new Date('2026-03-02T12:00:00.000Z'),
        postings: [
          { account: 'provider_receivable', currency: 'IQD', amount: -150_000n },
          { account: 'sales', currency: 'IQD', amount: 150_000n },
        ],
      },
      capture: null,
      stands: null,
    });
  });

  it('books a success of something else that follows a success as a reversal and an entry', () => {
    const { capture } = book(null, anEvent());
    const others = [{ amount: 1n }, { currency: 'USD' }, { provider: 'payermax' }, { account: 'other' }];
    for (const other of others) {
      const booking = book(capture, anEvent({ eventId: 'event-2', sequence: 2, ...other }));
      assert.equal(booking.reversal?.reverses, 'event-1:capture');
      assert.equal(booking.capture?.entryId, 'event-2:capture');
      assert.equal(booking.stands, 'event-2:capture');
    }
  });

  it('books nothing for the same success again, whatever came between', () => {
    const { capture } = book(null, anEvent());
    assert.ok(capture !== null);
    const standing = { ...capture, postings: capture.postings.toReversed() };
    const again = anEvent({
      eventId: 'event-9',
      sequence: 9,
      occurredAt: new Date('2026-03-09T12:00:00.000Z'),
    });
    assert.deepEqual(book(standing, again), { reversal: null, capture: null, stands: 'event-1:capture' });
  });

  it('keeps every entry at zero in each currency, whatever is delivered how often in what order', () => {
    fc.assert(
      fc.property(anyDelivery, (events) => {
        const books = new Books();
        for (const event of events) {
          books.apply(event);
          for (const { postings } of books.entries) {
            for (const currency of new Set(postings.map((posting) => posting.currency))) {
              const ofCurrency = postings.filter((posting) => posting.currency === currency);
              assert.equal(
                ofCurrency.reduce((sum, { amount }) => sum + amount, 0n),
                0n,
              );
            }
            assert.ok(postings.length >= 2 && postings.every(({ amount }) => amount !== 0n));
          }
        }
      }),
    );
  });

  it('ends with what the newest event says, and nothing else', () => {
    fc.assert(
      fc.property(anyDelivery, (events) => {
        const books = new Books();
        for (const event of events) books.apply(event);
        const newest = events.reduce((one, other) => (other.sequence > one.sequence ? other : one));
        const { outcome, amount, currency } = newest;
        const expected: [string, bigint][] =
          outcome === 'succeeded'
            ? [
                [`provider_receivable ${currency}`, amount],
                [`sales ${currency}`, -amount],
              ]
            : [];
        assert.deepEqual(balancesOf(books.entries), new Map(expected));
        assert.equal(books.standing !== null, outcome === 'succeeded');
      }),
    );
  });

  it('only ever adds entries, each of an id of its own, and reverses each capture at most once', () => {
    fc.assert(
      fc.property(anyDelivery, (events) => {
        const books = new Books();
        for (const event of events) books.apply(event);
        const ids = books.entries.map(({ entryId }) => entryId);
        assert.equal(new Set(ids).size, ids.length);
        const reversed = new Set<string>();
        for (const { kind, reverses, postings } of books.entries) {
          assert.equal(kind === 'reversal', reverses !== null);
          if (reverses === null) continue;
          const undone = books.entries.find(({ entryId }) => entryId === reverses);
          assert.equal(undone?.kind, 'capture');
          assert.ok(!reversed.has(reverses));
          reversed.add(reverses);
          assert.deepEqual(
            postings,
            undone.postings.map((posting) => ({ ...posting, amount: -posting.amount })),
          );
        }
      }),
    );
  });
});
