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

/** The account that shows what providers owe for captures. */
export const RECEIVABLE = 'provider_receivable';
const SALES = 'sales';

/**
 * Holds the ledger against the worker's rows: of each capture that succeeded the provider owes the amount, against sales; of the others, and
 * on every other account, there is nothing; and there is no capture that no row knows.
 */
export function compareLedger(rows: readonly RowEntry[], ledger: readonly LedgerPosting[]): Break[] {
  const should = rows
    .filter(({ state }) => state === 'succeeded')
    .flatMap(({ captureId, currency, amount }) => [
      { captureId, currency, account: RECEIVABLE, amount },
      { captureId, currency, account: SALES, amount: -amount },
    ]);
  const keyOf = ({ captureId, currency, account }: Booked): readonly string[] => [
    captureId,
    currency,
    account,
  ];
  const [has, wanted] = [sumsBy<Booked>(ledger, keyOf), sumsBy<Booked>(should, keyOf)];
  const wrong = new Map<string, string[]>();
  for (const key of new Set([...has.keys(), ...wanted.keys()])) {
    const [inLedger, inRows] = [has.get(key), wanted.get(key)];
    const [found, expected] = [inLedger?.sum ?? 0n, inRows?.sum ?? 0n];
    const of = inLedger?.of ?? inRows?.of;
    if (found === expected || of === undefined) continue;
    const id = JSON.stringify([of.captureId, of.currency]);
    const says = `${of.account} has ${String(found)} minor units of ${of.currency}, and should have ${String(expected)}`;
    wrong.set(id, [...(wrong.get(id) ?? []), says]);
  }
  return [...wrong].map(([id, says]) => ({
    kind: 'mismatch',
    // Made above, of two texts.
    id: (JSON.parse(id) as [string, string])[0],
    says: `in the ledger, ${says.join('; ')}`,
  }));
}

type Booked = Pick<LedgerPosting, 'captureId' | 'currency' | 'account' | 'amount'>;

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
