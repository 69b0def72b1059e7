import { parse } from 'postgres-array';
import type { Column } from '../../src/store/columns.js';

/** What PostgreSQL reads in a column of a batch, each value as text. */
export function valuesIn(column: Column | undefined): readonly (string | null)[] {
  return parse(column?.written ?? '{}', (text) => text);
}
