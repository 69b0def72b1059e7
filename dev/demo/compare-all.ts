import type pg from 'pg';
import type { Cast } from './cast.js';
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

export interface Played {
  readonly scene: Scene;
  readonly plan: DemoPlan;
  readonly cast: Cast;
  readonly pool: pg.Pool;
  readonly seconds: number;
}

/** Reads everybody's books as they are now, and holds them against each other. */
export async function compareAll({
  scene,
  plan,
  cast,
  pool,
  seconds,
}: Played): Promise<{ readonly result: Result; readonly input: ResultInput }> {
  const [{ books, doubleCaptures }, ledger, applied] = await Promise.all([
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
  ];
  const input = {
    books,
    ledger,
    customerMessages,
    breaks,
    doubleCaptures,
    messages: plan.messages.length,
    seconds,
  };
  return { result: resultOf(input), input };
}
