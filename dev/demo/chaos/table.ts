import type { LedgerPosting } from '../compare-ledger.js';
import type { CustomerMessage } from '../message-gateway.js';
import type { ReviewedRow } from './truth.js';
import type { ChaosFigures, ChaosInput } from './figures.js';
import { LEAST_TROUBLED } from './figures.js';

export interface Shown {
  readonly ledger: readonly LedgerPosting[];
  readonly customerMessages: readonly CustomerMessage[];
  readonly chaos: ChaosInput | null;
}

/** What chaos adds to the table, for people. */
export function chaosLines(figures: ChaosFigures, { ledger, customerMessages, chaos }: Shown): string[] {
  const { guessed, unresolved, unknownToResolved, corrections, troubledCalls, inReview } = figures;
  const reversals = new Set(
    ledger.map(({ entryId }) => entryId).filter((entryId) => entryId.endsWith(':reversal')),
  ).size;
  const became = (type: string): string =>
    String((chaos?.events ?? []).filter((event) => event.supersedes !== null && event.type === type).length);
  const told = customerMessages.filter(({ kind }) => kind.startsWith('correction_')).length;
  const few = troubledCalls < LEAST_TROUBLED ? ', WHICH IS TOO LITTLE' : '';
  return [
    `Troubled: ${percent(troubledCalls)} of ${String(chaos?.calls.all ?? 0)} calls${few}. Guessed: ${String(guessed)}. Unresolved: ${String(unresolved)}.`,
    `Not known at once, until known: ${seconds(unknownToResolved.p50)} for half of them, ${seconds(unknownToResolved.p99)} for all but one in a hundred.`,
    `Published outcomes that were corrected: ${String(corrections)} (${became('capture.succeeded')} succeeded after all, ${became('capture.failed')} failed after all), ${String(reversals)} reversed in the ledger, ${String(told)} customers told.`,
    `Waiting for a person, since their providers don’t tell: ${String(inReview)}${reasons(chaos?.rows ?? [])}.`,
  ];
}

function percent(share: number): string {
  return `${String(Math.round(share * 100))} %`;
}

function seconds(ms: number | null): string {
  return ms === null ? 'none' : `${(ms / 1_000).toFixed(1)} s`;
}

function reasons(rows: readonly ReviewedRow[]): string {
  const counts = new Map<string, number>();
  for (const { provider, state, review } of rows) {
    if (review === null) continue;
    const key = `${provider} ${state}, ${review.replaceAll('_', ' ')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const listed = [...counts].map(([what, count]) => `${what}: ${String(count)}`);
  return listed.length === 0 ? '' : ` (${listed.join('; ')})`;
}
