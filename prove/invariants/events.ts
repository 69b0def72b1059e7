import type { Facts, OutboxRow, PublishedEvent } from '../facts.js';
import { groupBy } from '../group-by.js';
import type { Flaw, Invariant } from './invariant.js';

/**
 * Each capture's events count from 1 without a gap, no id stands for two, and each was published, byte for byte as it was stored. After the
 * database has lost a span an outcome counts on from above it, and what was published in the span is on no record.
 */
export const events: Invariant = (facts) => [
  ...sequences(facts),
  ...repeated(facts.outbox.map(({ eventId }) => eventId)),
  ...unpublished(facts),
  ...(facts.hasLostSpan ? [] : strangers(facts)),
  ...outOfOrder(facts),
];

function sequences({ rows, outbox, hasLostSpan }: Facts): readonly Flaw[] {
  const bySequence = groupBy(outbox, ({ captureId }) => captureId);
  return rows.flatMap(({ captureId, sequence }) => {
    const has = (bySequence.get(captureId) ?? []).map((event) => event.sequence).toSorted((a, b) => a - b);
    const steps = has.filter((one, index) => one !== (has[index - 1] ?? 0) + 1);
    const isCounted = hasLostSpan ? steps.length <= 1 && steps.every(isAboveLoss) : steps.length === 0;
    if (isCounted && (has.at(-1) ?? 0) === sequence) return [];
    return [
      { id: captureId, says: `has events ${has.join(', ') || 'none'}, and counts ${String(sequence)}` },
    ];
  });
}

/** Above all that a run can have published before. */
function isAboveLoss(sequence: number): boolean {
  return sequence > 1_000_000;
}

function repeated(ids: readonly string[]): readonly Flaw[] {
  return [...groupBy(ids, (id) => id)]
    .filter(([, same]) => same.length > 1)
    .map(([id, same]) => ({ id, says: `stands for ${String(same.length)} events` }));
}

function unpublished({ outbox, published, hasLostSpan }: Facts): readonly Flaw[] {
  const byId = groupBy(published, ({ eventId }) => eventId);
  return outbox.flatMap(({ eventId, payload, type }) => {
    const all = byId.get(eventId) ?? [];
    const isStored = ({ value }: PublishedEvent): boolean => Buffer.compare(value, payload) === 0;
    const copies = hasLostSpan ? all.filter(isStored) : all;
    if (copies.length === 0) return [{ id: eventId, says: 'was never published' }];
    const flaws: Flaw[] = [];
    if (!copies.every(isStored))
      flaws.push({ id: eventId, says: 'was published with other bytes than are stored' });
    if (copies.some(({ topic }) => !topic.endsWith(type)))
      flaws.push({ id: eventId, says: `is ${type} and was published elsewhere` });
    return flaws;
  });
}

function strangers({ outbox, published }: Facts): readonly Flaw[] {
  const known = new Set(outbox.map(({ eventId }) => eventId));
  return published
    .filter(({ eventId }) => !known.has(eventId))
    .map(({ eventId }) => ({ id: eventId, says: 'was published and is on no record' }));
}

/** Within a topic a capture's events appear first in the order of their sequence. */
function outOfOrder({ outbox, published }: Facts): readonly Flaw[] {
  const byId = new Map(outbox.map((row) => [row.eventId, row]));
  const seen = new Set<string>();
  const last = new Map<string, OutboxRow>();
  const flaws: Flaw[] = [];
  for (const { topic, eventId } of published) {
    const row = byId.get(eventId);
    if (row === undefined || seen.has(eventId)) continue;
    seen.add(eventId);
    const place = `${topic} ${row.captureId}`;
    if ((last.get(place)?.sequence ?? 0) > row.sequence)
      flaws.push({ id: eventId, says: `event ${String(row.sequence)} appeared after a later one` });
    last.set(place, row);
  }
  return flaws;
}
