import type pg from 'pg';
import type { Break, RowEntry } from './compare.js';

/** A posting in the ledger: minor units, debits positive. */
export interface LedgerPosting {
  readonly entryId: string;
  readonly captureId: string;
  readonly account: string;
  readonly currency: string;
  readonly amount: bigint;
}

const POSTINGS = `
  select p.entry_id, e.capture_id, p.account, p.currency, p.amount::text as amount
  from ledger.postings p
  join ledger.entries e using (entry_id)
  order by p.entry_id, p.account`;

export async function readLedger(pool: pg.Pool): Promise<LedgerPosting[]> {
  const { rows } =
    await pool.query<Readonly<Record<'entry_id' | 'capture_id' | 'account' | 'currency' | 'amount', string>>>(
      POSTINGS,
    );
  return rows.map(({ entry_id, capture_id, account, currency, amount }) => ({
    entryId: entry_id,
    captureId: capture_id,
    account,
    currency,
    amount: BigInt(amount),
  }));
}

/** Entries whose debits and credits aren't the same in each currency. None in a ledger that balances. */
export function unbalancedEntries(ledger: readonly LedgerPosting[]): Break[] {
  const sums = sumsBy(ledger, ({ entryId, currency }) => [entryId, currency]);
  return [...sums.values()]
    .filter(({ sum }) => sum !== 0n)
    .map(({ of: { entryId, captureId, currency }, sum }) => ({
      kind: 'unbalanced',
      id: entryId,
      says: `the entry of capture ${captureId} is off by ${String(sum)} minor units of ${currency}`,
    }));
}

/** The account that shows what providers owe for captures, and what the entries of captures that aren't undone come to there. */
export const RECEIVABLE = 'provider_receivable';

/**
 * Holds the ledger against the worker's rows: of each capture that succeeded the provider owes the amount, of the others nothing, and
 * there is no capture that no row knows.
 */
export function compareLedger(rows: readonly RowEntry[], ledger: readonly LedgerPosting[]): Break[] {
  const receivable = ledger.filter(({ account }) => account === RECEIVABLE);
  const booked = sumsBy(receivable, ({ captureId, currency }) => [captureId, currency]);
  const owed = sumsBy(
    rows.filter(({ state }) => state === 'succeeded'),
    ({ captureId, currency }) => [captureId, currency],
  );
  return [...new Set([...booked.keys(), ...owed.keys()])].flatMap((key) => {
    const [inLedger, inRows] = [booked.get(key), owed.get(key)];
    const [has, should] = [inLedger?.sum ?? 0n, inRows?.sum ?? 0n];
    const of = inLedger?.of ?? inRows?.of;
    if (has === should || of === undefined) return [];
    const says =
      `the ledger has ${String(has)} minor units of ${of.currency} owed by the provider, ` +
      `the worker captured ${String(should)}`;
    return [{ kind: 'mismatch', id: of.captureId, says } as const];
  });
}

interface Sum<Item> {
  readonly of: Item;
  readonly sum: bigint;
}

function sumsBy<Item extends { readonly amount: bigint }>(
  items: readonly Item[],
  keyOf: (item: Item) => readonly string[],
): ReadonlyMap<string, Sum<Item>> {
  const sums = new Map<string, Sum<Item>>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    sums.set(key, { of: item, sum: (sums.get(key)?.sum ?? 0n) + item.amount });
  }
  return sums;
}
