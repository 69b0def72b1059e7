import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RowEntry } from '../../../../dev/demo/compare.js';
import type { LedgerPosting } from '../../../../dev/demo/compare-ledger.js';
import { compareLedger, unbalancedEntries } from '../../../../dev/demo/compare-ledger.js';

const row: RowEntry = {
  provider: 'wallet',
  captureId: 'c1',
  orderId: 'o1',
  paymentId: 'p1',
  amount: 40n,
  currency: 'IQD',
  state: 'succeeded',
  sequence: 1,
};

/** An entry for a capture: owed by the provider against sales. */
function entry(
  entryId: string,
  captureId: string,
  amount: bigint,
  currency = 'IQD',
): [LedgerPosting, LedgerPosting] {
  const posting = { entryId, captureId, currency };
  return [
    { ...posting, account: 'provider_receivable', amount },
    { ...posting, account: 'sales', amount: -amount },
  ];
}

describe('holding the ledger against the rows', () => {
  it('finds nothing where each success is booked once, also after a reversal', () => {
    assert.deepEqual(compareLedger([row], entry('e1', 'c1', 40n)), []);
    const again = [...entry('e1', 'c1', 40n), ...entry('e2', 'c1', -40n), ...entry('e3', 'c1', 40n)];
    assert.deepEqual(compareLedger([row], again), []);
    assert.deepEqual(unbalancedEntries(again), []);
    assert.deepEqual(compareLedger([{ ...row, state: 'failed' }], again.slice(0, 4)), []);
    assert.deepEqual(compareLedger([{ ...row, state: 'pending' }], []), []);
  });

  const wrong: [name: string, rows: RowEntry[], ledger: LedgerPosting[]][] = [
    ['a success that is not booked', [row], []],
    ['a success that is booked twice', [row], [...entry('e1', 'c1', 40n), ...entry('e2', 'c1', 40n)]],
    ['a success of another amount', [row], entry('e1', 'c1', 41n)],
    ['a failure that is booked', [{ ...row, state: 'failed' }], entry('e1', 'c1', 40n)],
    ['an open capture that is booked', [{ ...row, state: 'pending' }], entry('e1', 'c1', 40n)],
    ['a capture that is on no record', [], entry('e1', 'c1', 40n)],
    [
      'a success that is booked on another account',
      [row],
      entry('e1', 'c1', 40n).map((one) =>
        one.account === 'sales' ? { ...one, account: 'settlement' } : one,
      ),
    ],
  ];
  for (const [name, rows, ledger] of wrong) {
    it(`names ${name}`, () => {
      assert.deepEqual(
        compareLedger(rows, ledger).map(({ kind, id }) => [kind, id]),
        [['mismatch', 'c1']],
      );
    });
  }

  it('names a success in another currency, once for each of the two', () => {
    const breaks = compareLedger([row], entry('e1', 'c1', 40n, 'JPY'));
    assert.deepEqual(
      breaks.map(({ id, says }) => [id, /of (\w+)/.exec(says)?.[1]]),
      [
        ['c1', 'JPY'],
        ['c1', 'IQD'],
      ],
    );
  });
});

describe('the balance of each entry', () => {
  it('misses a posting, and names the entry and its capture', () => {
    const [receivable, sales] = entry('e1', 'c1', 40n);
    for (const [left, sum] of [
      [receivable, '40'],
      [sales, '-40'],
    ] as const) {
      const [found, ...others] = unbalancedEntries([left, ...entry('e2', 'c2', 7n)]);
      assert.deepEqual([found?.kind, found?.id, others], ['unbalanced', 'e1', []]);
      assert.match(found?.says ?? '', new RegExp(`c1 is off by ${sum} minor units of IQD`));
    }
  });

  it('is kept per currency', () => {
    const [receivable, sales] = entry('e1', 'c1', 40n);
    const ids = unbalancedEntries([receivable, { ...sales, currency: 'JPY' }]).map(({ id }) => id);
    assert.deepEqual(ids, ['e1', 'e1']);
  });
});
