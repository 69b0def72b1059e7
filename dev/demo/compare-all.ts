import type pg from 'pg';
import type { Cast } from './cast.js';
import { compareTruth } from './chaos/truth.js';
import { compareApplied, readApplied } from './compare-applied.js';
import { collectBooks } from './collect.js';
import { compareBooks } from './compare.js';
import { compareLedger, readLedger, unbalancedEntries } from './compare-ledger.js';
import { compareMessages } from './compare-messages.js';
import { capturedByCurrency, compareTotals } from './compare-totals.js';
import type { DemoPlan } from './orders.js';
import type { Result, ResultInput } from './result.js';
import { resultOf } from './result.js';
import type { Scene } from './scene.js';
import { watchUntil } from './watch.js';

export interface Played {
  readonly scene: Scene;
  readonly plan: DemoPlan;
  readonly cast: Cast;
  readonly pool: pg.Pool;
  readonly seconds: number;
  /** Whether outcomes are held against what is true, too. */
  readonly chaos: boolean;
  /** Ends the wait for what isn't booked and told yet. */
  readonly signal: AbortSignal;
}

export interface Compared {
  readonly result: Result;
  readonly input: ResultInput;
}

/** How often the books are read anew since something has changed meanwhile. */
const READINGS = 10;

const CHANGES = 'select coalesce(sum(sequence), 0)::int as changes from captures';

/**
 * Compares the books as they stood at one moment. The worker asks on about what is open, so an outcome may come while they are read, one
 * after the other: then they are read again, once everybody is through with it.
 */
export async function compareWhenStill(played: Played): Promise<Compared> {
  for (let reading = 1; ; reading += 1) {
    const before = await changesIn(played.pool);
    await untilTold(played);
    const compared = await compareAll(played);
    if (before === (await changesIn(played.pool)) || reading === READINGS) return compared;
  }
}

async function changesIn(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ changes: number }>(CHANGES);
  return rows[0]?.changes ?? 0;
}

/** Waits until all that has changed so far is published, booked and told. */
async function untilTold({ scene, pool, signal }: Played): Promise<void> {
  const nothing = (): undefined => undefined;
  await watchUntil(scene, pool, {
    onProgress: nothing,
    check: () => Promise.resolve(),
    subscribers: true,
    signal,
  });
}

/** Reads everybody's books as they are now, and holds them against each other. */
async function compareAll({ scene, plan, cast, pool, seconds, chaos }: Played): Promise<Compared> {
  const [{ books, doubleCaptures, truth, calls }, ledger, applied] = await Promise.all([
    collectBooks(scene, plan, pool),
    readLedger(pool),
    readApplied(pool),
  ]);
  const customerMessages = cast.gateway.sent();
  const breaks = [
    ...compareBooks(books),
    ...unbalancedEntries(ledger),
    ...compareLedger(books.rows, ledger),
    ...compareMessages(books.rows, customerMessages),
    ...compareApplied(applied, books.events, customerMessages),
    ...compareTotals(capturedByCurrency(books, ledger)),
    ...(chaos ? compareTruth(books.rows, books.events, truth) : []),
  ];
  const input = {
    books,
    ledger,
    customerMessages,
    breaks,
    doubleCaptures,
    messages: plan.messages.length,
    seconds,
    chaos: chaos ? { rows: books.rows, events: books.events, calls } : null,
  };
  return { result: resultOf(input), input };
}
