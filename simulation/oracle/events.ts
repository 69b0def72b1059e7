import type { CaptureEvent } from '../../src/capture/events.js';
import { EVENT_TYPES } from '../../src/capture/events.js';
import type { Broker } from '../log/broker.js';
import type { EventRow } from '../store/tables.js';
import type { Finding } from './findings.js';

/**
 * Whether the events of each capture are numbered from 1 without gaps, have ids of their own, name what they correct, and were published:
 * byte for byte as they were written, and in each topic in their order, where repetitions don't count.
 */
export function judgeEvents(outbox: readonly EventRow[], broker: Broker): readonly Finding[] {
  const captureIds = new Set(outbox.map(({ event }) => event.captureId));
  return [
    ...duplicateIds(outbox),
    ...[...captureIds].flatMap((captureId) => {
      const rows = outbox.filter(({ event }) => event.captureId === captureId);
      return [...sequenceOf(rows), ...supersededIn(rows)];
    }),
    ...EVENT_TYPES.flatMap((topic) => publishedOn(topic, outbox, broker)),
  ];
}

function broken(what: string): Finding {
  return { broken: 'events whole and in order', what };
}

function duplicateIds(outbox: readonly EventRow[]): readonly Finding[] {
  const ids = new Set(outbox.map(({ event }) => event.eventId));
  return ids.size === outbox.length ? [] : [broken('two events have one id')];
}

function sequenceOf(rows: readonly EventRow[]): readonly Finding[] {
  const wrong = rows.find(({ event }, index) => event.sequence !== index + 1);
  if (wrong === undefined) return [];
  const numbers = rows.map(({ event }) => event.sequence).join(', ');
  return [broken(`capture ${wrong.event.captureId} has events ${numbers}`)];
}

function isFinal({ type }: CaptureEvent): boolean {
  return type !== 'capture.pending';
}

function supersededIn(rows: readonly EventRow[]): readonly Finding[] {
  const finals = rows.map(({ event }) => event).filter(isFinal);
  return finals.flatMap((event, index) => {
    const before = finals[index - 1];
    return before === undefined || event.supersedes === before.eventId
      ? []
      : [broken(`event ${event.eventId} follows an outcome and doesn't supersede it`)];
  });
}

function publishedOn(topic: string, outbox: readonly EventRow[], broker: Broker): readonly Finding[] {
  const written = outbox.filter(({ record }) => record.topic === topic);
  const textOf = (value: Uint8Array | null): string => Buffer.from(value ?? []).toString('utf8');
  const messages = broker.all(topic);
  const texts = new Set(messages.map(({ value }) => textOf(value)));
  const known = new Map(written.map(({ event, record }) => [textOf(record.value), event]));
  const unpublished = written
    .filter(({ record }) => !texts.has(textOf(record.value)))
    .map(({ event }) => broken(`event ${event.eventId} was never published`));
  const strange = messages
    .filter(({ value }) => !known.has(textOf(value)))
    .map(({ offset }) => broken(`${topic} has, at ${offset.toString()}, what nobody wrote`));
  const last = new Map<string, number>();
  const seen = new Set<string>();
  const disordered = messages.flatMap(({ value }) => {
    const event = known.get(textOf(value));
    if (event === undefined || seen.has(event.eventId)) return [];
    seen.add(event.eventId);
    const before = last.get(event.captureId) ?? 0;
    last.set(event.captureId, event.sequence);
    return event.sequence > before ? [] : [broken(`event ${event.eventId} came after a later one`)];
  });
  return [...unpublished, ...strange, ...disordered];
}
