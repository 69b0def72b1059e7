import { viewOf } from '../bytes.js';
import { isStorable } from '../capture/order.js';
import { CaptureWorkerError } from '../errors.js';

/**
 * A column of a batch: one array parameter of a statement, to be `unnest`ed beside the others, in PostgreSQL's own notation. It is written
 * here since we know what needs no escaping; the driver would look at each value. Neither a text nor a list, so that the compiler refuses to
 * have it taken for a single value, or taken apart into several.
 */
export class Column {
  readonly written: string;

  constructor(written: string) {
    this.written = written;
  }

  /** What the driver sends. It asks every object for this. */
  toPostgres(): string {
    return this.written;
  }
}

/** Text. Refuses as `storable` does. */
export function texts(values: readonly (string | null)[]): Column {
  return arrayOf(storable(values), quoted);
}

/**
 * The same values, each a parameter of its own. Refuses with STORE_REFUSED_DATA what PostgreSQL can't hold: it would refuse a NUL itself,
 * but half a surrogate pair would be silently replaced on the way to it.
 */
export function storable<Text extends string | null>(values: readonly Text[]): readonly Text[] {
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

/** Bytes, in hexadecimal. */
export function byteStrings(values: readonly (Uint8Array | null)[]): Column {
  return arrayOf(values, (bytes) => `"\\\\x${viewOf(bytes).toString('hex')}"`);
}

/** Whole numbers. Throws a plain error for any other: they are computed here, so that is a fault of ours and of no data. */
export function integers(values: readonly (number | bigint | null)[]): Column {
  return arrayOf(values, (value) => {
    if (typeof value === 'number' && !Number.isSafeInteger(value))
      throw new RangeError(`${String(value)} is no whole number`);
    return value.toString();
  });
}

/** Times; `'infinity'` is PostgreSQL's own "never". Refuses an invalid date with STORE_REFUSED_DATA. */
export function times(values: readonly (Date | 'infinity' | null)[]): Column {
  return arrayOf(values, (value) => (value === 'infinity' ? value : time(value)));
}

/** One time. Refuses as `times` does. */
export function time(value: Date): string {
  if (Number.isNaN(value.getTime())) throw new CaptureWorkerError('STORE_REFUSED_DATA', 'a time is invalid');
  return value.toISOString();
}

function arrayOf<Value>(values: readonly (Value | null)[], written: (value: Value) => string): Column {
  let text = '{';
  let separator = '';
  for (const value of values) {
    text += separator + (value === null ? 'NULL' : written(value));
    separator = ',';
  }
  return new Column(`${text}}`);
}

const SPECIAL = /["\\]/;
const ALL_SPECIAL = /["\\]/g;

/** Always in quotes, so that no word is taken for NULL and nothing empty for nothing. */
function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replace(ALL_SPECIAL, '\\$&')}"` : `"${text}"`;
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
