import { CaptureWorkerError } from '../errors.js';

/** A row as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Readers of one column each. What isn't what the column must hold is refused, never guessed: a row written by a later version, or by
 * hand, must not be read as something it doesn't say. They throw STORE_REFUSED_DATA, so that such a row is found by bisection and
 * holds no others.
 */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : notUnderstood(row, column, 'a text');
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column);
}

export function integerOf(row: Row, column: string): number {
  const value = row[column];
  return Number.isSafeInteger(value) ? Number(value) : notUnderstood(row, column, 'an integer');
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integerOf(row, column);
}

export function bigintOf(row: Row, column: string): bigint {
  const value = row[column];
  return typeof value === 'bigint' ? value : notUnderstood(row, column, 'a bigint');
}

export function bigintOrNull(row: Row, column: string): bigint | null {
  return row[column] === null ? null : bigintOf(row, column);
}

export function dateOf(row: Row, column: string): Date {
  const value = row[column];
  return value instanceof Date ? value : notUnderstood(row, column, 'a time');
}

export function dateOrNull(row: Row, column: string): Date | null {
  return row[column] === null ? null : dateOf(row, column);
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : notUnderstood(row, column, 'bytes');
}

export function bytesOrNull(row: Row, column: string): Uint8Array | null {
  return row[column] === null ? null : bytesOf(row, column);
}

export function booleanOf(row: Row, column: string): boolean {
  const value = row[column];
  return typeof value === 'boolean' ? value : notUnderstood(row, column, 'a boolean');
}

/** One of the words that this version knows. */
export function wordOf<Word extends string>(row: Row, column: string, words: readonly Word[]): Word {
  const value = row[column];
  return words.find((word) => word === value) ?? notUnderstood(row, column, `one of ${words.join(', ')}`);
}

export function notUnderstood(row: Row, column: string, wanted: string): never {
  const { [column]: value, capture_id: captureId } = row;
  throw new CaptureWorkerError(
    'STORE_REFUSED_DATA',
    `a row of capture ${String(captureId)} can't be understood: ${column} is ${String(value)}, not ${wanted}; ` +
      'was it written by a later version?',
  );
}
