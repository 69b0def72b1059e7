import type { Facts, OutboxRow } from '../facts.js';
import { groupBy } from '../group-by.js';
import type { Flaw, Invariant } from './invariant.js';

/** Each capture's events count from 1 without a gap, no id stands for two, and each was published, byte for byte as it was stored. */
export const events: Invariant = (facts) => [
  ...sequences(facts),
  ...repeated(facts.outbox.map(({ eventId }) => eventId)),
  ...unpublished(facts),
  ...strangers(facts),
  ...outOfOrder(facts),
];

function sequences({ rows, outbox }: Facts): readonly Flaw[] {
  const bySequence = groupBy(outbox, ({ captureId }) => captureId);
  return rows.flatMap(({ captureId, sequence }) => {
    const has = (bySequence.get(captureId) ?? []).map((event) => event.sequence).toSorted((a, b) => a - b);
    const wanted = Array.from({ length: sequence }, (_, index) => index + 1);
    if (has.join() === wanted.join()) return [];
    return [
      { id: captureId, says: `has events ${has.join(', ') || 'none'}, and counts ${String(sequence)}` },
    ];
  });
}

function repeated(ids: readonly string[]): readonly Flaw[] {
  return [...groupBy(ids, (id) => id)]
    .filter(([, same]) => same.length > 1)
    .map(([id, same]) => ({ id, says: `stands for ${String(same.length)} events` }));
}

function unpublished({ outbox, published }: Facts): readonly Flaw[] {
  const byId = groupBy(published, ({ eventId }) => eventId);
  return outbox.flatMap(({ eventId, payload, type }) => {
    const copies = byId.get(eventId) ?? [];
    if (copies.length === 0) return [{ id: eventId, says: 'was never published' }];
    const flaws: Flaw[] = [];
    if (copies.some(({ value }) => Buffer.compare(value, payload) !== 0))
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
