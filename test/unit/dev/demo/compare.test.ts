import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Books } from '../../../../dev/demo/compare.js';
import { compareBooks } from '../../../../dev/demo/compare.js';
import type { DemoOrder } from '../../../../dev/demo/orders.js';
import { WALLET_SHOP } from '../../../../dev/demo/shops.js';

const ORDER: DemoOrder = {
  shop: WALLET_SHOP,
  orderId: 'o1',
  paymentId: 'p1',
  reference: 'r1',
  authorisedAmount: 100n,
  captureAmount: 40n,
  currency: 'IQD',
  scenario: { kind: 'normal' },
};

function books(change: Partial<Books> = {}): Books {
  return {
    orders: [ORDER],
    poison: ['bad'],
    book: [{ paymentId: 'p1', currency: 'IQD', captured: 40n }],
    rows: [
      {
        provider: 'wallet',
        captureId: 'c1',
        orderId: 'o1',
        paymentId: 'p1',
        amount: 40n,
        currency: 'IQD',
        state: 'succeeded',
        sequence: 1,
      },
    ],
    events: [{ captureId: 'c1', type: 'capture.succeeded', sequence: 1, amount: 40n, currency: 'IQD' }],
    deadLetters: ['bad'],
    ...change,
  };
}

function kinds(change: Partial<Books>): string[] {
  return compareBooks(books(change)).map(({ kind }) => kind);
}

const [row] = books().rows;
const [event] = books().events;
assert.ok(row !== undefined && event !== undefined);

describe('comparing the books', () => {
  it('finds nothing where all agree, also where an outcome is open or an event came twice', () => {
    assert.deepEqual(compareBooks(books()), []);
    const pending = { rows: [{ ...row, state: 'pending' }], events: [{ ...event, type: 'capture.pending' }] };
    assert.deepEqual(kinds(pending), []);
    assert.deepEqual(kinds({ ...pending, book: [] }), []);
    assert.deepEqual(kinds({ events: [event, event] }), []);
  });

  it('finds what was lost', () => {
    assert.deepEqual(kinds({ rows: [], events: [], book: [] }), ['lost']);
    assert.deepEqual(kinds({ events: [] }), ['lost']);
    assert.deepEqual(kinds({ rows: [{ ...row, sequence: 0 }], events: [] }), ['lost']);
    assert.deepEqual(kinds({ deadLetters: [] }), ['lost']);
    assert.deepEqual(kinds({ rows: [{ ...row, sequence: 2 }] }), ['lost']);
  });

  it('finds money, states and events that disagree', () => {
    const wrong: Partial<Books>[] = [
      { book: [] },
      { book: [{ paymentId: 'p1', currency: 'IQD', captured: 80n }] },
      { book: [{ paymentId: 'p1', currency: 'EUR', captured: 40n }] },
      { rows: [{ ...row, state: 'failed' }], events: [{ ...event, type: 'capture.failed' }] },
      { rows: [{ ...row, state: 'sending' }] },
      // Pending, but the provider moved something else than was asked.
      {
        rows: [{ ...row, state: 'pending' }],
        events: [{ ...event, type: 'capture.pending' }],
        book: [{ paymentId: 'p1', currency: 'IQD', captured: 41n }],
      },
      { rows: [{ ...row, amount: 41n }], events: [{ ...event, amount: 41n }] },
      { rows: [{ ...row, orderId: 'other' }] },
      { events: [{ ...event, type: 'capture.failed' }] },
      { events: [{ ...event, amount: 41n }] },
      { events: [event, { ...event, sequence: 2 }] },
      { events: [event, { ...event, captureId: 'c2' }] },
      { deadLetters: ['bad', 'good'] },
      { book: [...books().book, { paymentId: 'p2', currency: 'IQD', captured: 1n }] },
      { rows: [row, { ...row, captureId: 'c2', paymentId: 'p2', sequence: 0, state: 'planned' }] },
    ];
    for (const change of wrong) {
      const found = kinds(change);
      assert.ok(
        found.includes('mismatch'),
        JSON.stringify(change, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      );
    }
  });
});
