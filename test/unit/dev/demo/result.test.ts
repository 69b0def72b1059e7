import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Books, Break } from '../../../../dev/demo/compare.js';
import { WALLET_SHOP } from '../../../../dev/demo/shops.js';
import type { ResultInput } from '../../../../dev/demo/result.js';
import { isSound, jsonOf, resultOf, tableOf } from '../../../../dev/demo/result.js';

function books(): Books {
  const row = { provider: 'wallet', orderId: 'o', amount: 1_000n, currency: 'IQD', sequence: 1 } as const;
  return {
    orders: ['1', '2', '3'].map((name) => ({
      shop: WALLET_SHOP,
      orderId: `o${name}`,
      paymentId: `p${name}`,
      reference: `r${name}`,
      authorisedAmount: 1_000n,
      captureAmount: null,
      currency: 'IQD',
      scenario: { kind: 'normal' },
    })),
    poison: ['x'],
    book: [
      { paymentId: 'p1', currency: 'IQD', captured: 1_000n },
      { paymentId: 'p3', currency: 'IQD', captured: 1_000n },
    ],
    rows: [
      { ...row, captureId: 'c1', paymentId: 'p1', state: 'succeeded' },
      { ...row, captureId: 'c2', paymentId: 'p2', state: 'failed' },
      { ...row, captureId: 'c3', paymentId: 'p3', state: 'pending' },
    ],
    events: [
      { captureId: 'c1', type: 'capture.succeeded', sequence: 1, amount: 1_000n, currency: 'IQD' },
      { captureId: 'c2', type: 'capture.failed', sequence: 1, amount: 1_000n, currency: 'IQD' },
      { captureId: 'c3', type: 'capture.pending', sequence: 1, amount: 1_000n, currency: 'IQD' },
    ],
    deadLetters: ['x'],
  };
}

function input(breaks: Break[], doubleCaptures = 0): ResultInput {
  const posting = { entryId: 'e1', captureId: 'c1', currency: 'IQD' };
  return {
    books: books(),
    ledger: [
      { ...posting, account: 'provider_receivable', amount: 1_000n },
      { ...posting, account: 'sales', amount: -1_000n },
    ],
    customerMessages: [
      { messageId: 'm0', captureId: 'c1', kind: 'pending' },
      { messageId: 'm1', captureId: 'c1', kind: 'succeeded' },
      { messageId: 'm2', captureId: 'c2', kind: 'correction_failed' },
    ],
    breaks,
    doubleCaptures,
    messages: 6,
    seconds: 1.2345,
    chaos: null,
  };
}

/** Of a hundred calls, so many were troubled. */
function troubled(breaks: Break[], calls: number): ResultInput {
  const rows = books().rows.map((row) => ({
    ...row,
    review: row.state === 'pending' ? 'cancelled_in_doubt' : null,
  }));
  return { ...input(breaks), chaos: { rows, events: [], calls: { all: 100, troubled: calls } } };
}

function result(breaks: Break[], doubleCaptures = 0): ReturnType<typeof resultOf> {
  return resultOf(input(breaks, doubleCaptures));
}

describe('a demo’s result', () => {
  it('counts orders, outcomes, dead letters and repeats', () => {
    assert.deepEqual(result([]), {
      orders: 3,
      captures: { succeeded: 1, failed: 1, pending: 1 },
      byProvider: {
        wallet: { succeeded: 1, failed: 1, pending: 1 },
        yabandpay: { succeeded: 0, failed: 0, pending: 0 },
        payermax: { succeeded: 0, failed: 0, pending: 0 },
      },
      deadLetters: 1,
      duplicates: 2,
      doubleCaptures: 0,
      lost: 0,
      mismatches: 0,
      ledgerBalanced: true,
      byCurrency: { IQD: { providers: '1000', rows: '1000', events: '1000', ledger: '1000' } },
      breaks: [],
      seconds: 1.2,
      chaos: null,
    });
  });

  it('has as JSON what chaos adds, and nothing of it without chaos', () => {
    const { chaos, ...plain } = result([]);
    assert.equal(chaos, null);
    assert.deepEqual(JSON.parse(jsonOf(result([]))), plain);
    const withChaos = resultOf(troubled([], 30));
    assert.deepEqual(JSON.parse(jsonOf(withChaos)), {
      ...plain,
      guessed: 0,
      unresolved: 0,
      unknownToResolved: { p50: null, p99: null },
      corrections: 0,
      troubledCalls: 0.3,
      inReview: 1,
    });
  });

  it('is sound with chaos only if nothing was guessed or left unresolved, and there was trouble', () => {
    assert.ok(isSound(resultOf(troubled([], 30))));
    assert.ok(!isSound(resultOf(troubled([{ kind: 'lost', id: 'c', says: '' }], 30))));
    assert.ok(!isSound(resultOf(troubled([{ kind: 'guessed', id: 'c', says: '' }], 30))));
    assert.ok(!isSound(resultOf(troubled([{ kind: 'unresolved', id: 'c', says: '' }], 30))));
    assert.ok(!isSound(resultOf(troubled([], 29))));
  });

  it('shows with chaos what was troubled, corrected and left to people', () => {
    const input = troubled([], 29);
    const table = tableOf(resultOf(input), input);
    assert.match(table, /Troubled: 29 % of 100 calls, WHICH IS TOO LITTLE\. Guessed: 0\. Unresolved: 0\.\n/);
    assert.match(
      table,
      /corrected: 0 \(0 succeeded after all, 0 failed after all\), 0 reversed in the ledger, 1 customers told\.\n/,
    );
    assert.match(table, /their providers don’t tell: 1 \(wallet pending, cancelled in doubt: 1\)\.\n/);
  });

  it('is sound only if nothing was captured twice, lost, mismatched or unbalanced', () => {
    assert.ok(isSound(result([])));
    assert.ok(!isSound(result([], 1)));
    assert.ok(!isSound(result([{ kind: 'lost', id: 'c', says: '' }])));
    assert.ok(!isSound(result([{ kind: 'mismatch', id: 'c', says: '' }])));
    assert.ok(!isSound(result([{ kind: 'unbalanced', id: 'e', says: '' }])));
  });

  it('is shown in money that people read, with every break named', () => {
    const breaks: Break[] = [{ kind: 'lost', id: 'c9', says: 'event 1 was never published' }];
    const table = tableOf(result(breaks), input(breaks));
    assert.match(table, /wallet +1 +1 +1\n/);
    assert.match(table, /the published events +1 +1 +1\n/);
    assert.match(table, /the customers’ messages +1 +1 +0\n/);
    assert.match(table, /IQD +1\.000 IQD +1\.000 IQD +1\.000 IQD +1\.000 IQD\n/);
    assert.match(table, /The ledger is balanced\.\n/);
    assert.match(table, /Of the 1 pending, the providers moved 1\.000 IQD/);
    assert.match(table, /lost: c9: event 1 was never published/);
  });
});
