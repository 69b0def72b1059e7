import { isStorable } from '../capture/order.js';
import { CaptureWorkerError } from '../errors.js';

/** A column of a batch: one array parameter of a statement, to be `unnest`ed beside the others. */
export type Column = readonly (string | Uint8Array | null)[];

/**
 * Text. Refuses with STORE_REFUSED_DATA what PostgreSQL can't hold: it would refuse a NUL itself, but half a surrogate pair would be
 * silently replaced on the way to it.
 */
export function texts(values: readonly (string | null)[]): Column {
  // The blank keeps two halves in neighbouring values from looking like a pair.
  if (!isStorable(values.join(' '))) {
    const culprit = values.find((value) => value !== null && !isStorable(value)) ?? '';
    throw new CaptureWorkerError(
      'STORE_REFUSED_DATA',
      `a text holds a NUL character or half a surrogate pair: ${JSON.stringify(culprit.slice(0, 64))}`,
    );
  }
  return values;
}

/** Whole numbers. Throws a plain error for any other: they are computed here, so that is a fault of ours and of no data. */
export function integers(values: readonly (number | bigint | null)[]): Column {
  return values.map((value) => {
    if (typeof value === 'number' && !Number.isSafeInteger(value))
      throw new RangeError(`${String(value)} is no whole number`);
    return value === null ? null : value.toString();
  });
}

/** Times; `'infinity'` is PostgreSQL's own "never". Refuses an invalid date with STORE_REFUSED_DATA. */
export function times(values: readonly (Date | 'infinity' | null)[]): Column {
  return values.map((value) => {
    if (value === null || value === 'infinity') return value;
    if (Number.isNaN(value.getTime()))
      throw new CaptureWorkerError('STORE_REFUSED_DATA', 'a time is invalid');
    return value.toISOString();
  });
}

/** Refuses, with STORE_REFUSED_DATA, a batch that names a capture twice: its rows would depend on which came first. */
export function assertDistinct(captureIds: readonly string[]): void {
  if (new Set(captureIds).size === captureIds.length) return;
  const twice = captureIds.find((captureId, index) => captureIds.indexOf(captureId) !== index) ?? '';
  throw new CaptureWorkerError(
    'STORE_REFUSED_DATA',
    `a batch names capture ${twice} twice: write it in two batches`,
  );
}
