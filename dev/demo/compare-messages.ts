import type { Break, RowEntry } from './compare.js';
import type { CustomerMessage } from './message-gateway.js';

/**
 * Holds the messages to customers against the worker's rows: what a customer was told last of a capture is what became of it, and nothing
 * was told twice. `sent` is in the order of sending. Of an open capture a customer may not have been told yet.
 */
export function compareMessages(rows: readonly RowEntry[], sent: readonly CustomerMessage[]): Break[] {
  const told = kindsByCapture(sent);
  const known = new Set(rows.map(({ captureId }) => captureId));
  return [
    ...rows.flatMap((row) => compareTold(row, told.get(row.captureId) ?? [])),
    ...[...told.keys()]
      .filter((captureId) => !known.has(captureId))
      .map((captureId) => wrong(captureId, 'a customer was told of a capture that is on no record')),
  ];
}

function kindsByCapture(sent: readonly CustomerMessage[]): ReadonlyMap<string, readonly string[]> {
  const kinds = new Map<string, string[]>();
  for (const { captureId, kind } of sent) kinds.set(captureId, [...(kinds.get(captureId) ?? []), kind]);
  return kinds;
}

function compareTold({ captureId, state }: RowEntry, kinds: readonly string[]): Break[] {
  // Two corrections of a failure can follow each other: the second one changes what the customer is asked to do.
  const twice = kinds.filter((kind, index) => kind === kinds[index - 1] && kind !== 'correction_failed');
  const last = kinds.at(-1)?.replace(/^correction_/, '') ?? null;
  const isFinal = state === 'succeeded' || state === 'failed';
  return [
    ...twice.map((kind) => wrong(captureId, `the customer was told twice: ${kind}`)),
    ...(isFinal && last === null
      ? [{ kind: 'lost', id: captureId, says: `is ${state}, and the customer was never told` } as const]
      : []),
    ...(last !== null && last !== state
      ? [wrong(captureId, `is ${state}, but the customer was told ${last}`)]
      : []),
  ];
}

function wrong(id: string, says: string): Break {
  return { kind: 'mismatch', id, says };
}
