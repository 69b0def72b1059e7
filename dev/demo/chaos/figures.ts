import type { Break, EventEntry } from '../compare.js';
import type { ReviewedRow } from './truth.js';

/** An event with what tells how long a capture was open, and whether it corrects another. */
export interface DatedEvent extends EventEntry {
  readonly occurredAt: Date;
  readonly supersedes: string | null;
}

/** Calls for payments. */
export interface Calls {
  readonly all: number;
  readonly troubled: number;
}

/** What a demo with chaos tells beyond the others; the README says what each means. */
export interface ChaosFigures {
  readonly guessed: number;
  readonly unresolved: number;
  readonly unknownToResolved: Percentiles;
  readonly corrections: number;
  readonly troubledCalls: number;
  readonly inReview: number;
}

/** In ms; null if there was none. */
export interface Percentiles {
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface ChaosInput {
  readonly rows: readonly ReviewedRow[];
  readonly events: readonly DatedEvent[];
  readonly calls: Calls;
}

/** Trouble that hurts: below this share the run has shown little. */
export const LEAST_TROUBLED = 0.3;

export function figuresOf({ rows, events, calls }: ChaosInput, breaks: readonly Break[]): ChaosFigures {
  const of = (kind: Break['kind']): number => breaks.filter((one) => one.kind === kind).length;
  return {
    guessed: of('guessed'),
    unresolved: of('unresolved'),
    unknownToResolved: percentilesOf(openTimes(events)),
    corrections: events.filter(({ supersedes }) => supersedes !== null).length,
    troubledCalls: calls.all === 0 ? 0 : Math.round((calls.troubled / calls.all) * 1_000) / 1_000,
    inReview: rows.filter(({ review }) => review !== null).length,
  };
}

export function isWithstood({ guessed, unresolved, troubledCalls }: ChaosFigures): boolean {
  return guessed === 0 && unresolved === 0 && troubledCalls >= LEAST_TROUBLED;
}

/**
 * How long captures were open or wrong that weren't told right at once, in ms: from the first event to the one with the outcome that stands.
 * Those without an outcome aren't among them.
 */
function openTimes(events: readonly DatedEvent[]): number[] {
  const byCapture = new Map<string, DatedEvent[]>();
  for (const event of events) {
    const others = byCapture.get(event.captureId);
    if (others === undefined) byCapture.set(event.captureId, [event]);
    else others.push(event);
  }
  return [...byCapture.values()].flatMap((unsorted) => {
    const told = unsorted.toSorted((a, b) => a.sequence - b.sequence);
    const [first, last] = [told[0], told.at(-1)];
    if (first === undefined || last === undefined || first === last || last.type === 'capture.pending')
      return [];
    return [last.occurredAt.getTime() - first.occurredAt.getTime()];
  });
}

function percentilesOf(times: readonly number[]): Percentiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.ceil(sorted.length * share) - 1] ?? null;
  return { p50: at(0.5), p99: at(0.99) };
}
