import type pg from 'pg';
import type { CaptureStore, Licensor } from '../ports/store.js';
import { claim } from './claim.js';
import type { Folding } from './record.js';
import { record } from './record.js';
import { start } from './start.js';
import { takeDue } from './take-due.js';

export interface CaptureStoreOptions extends Folding {
  readonly licenceOf: Licensor;
  /** Made by `createPool`. */
  readonly pool: pg.Pool;
}

/**
 * The store of captures in PostgreSQL. Operations reject with STORE_REFUSED_DATA, where the values are at fault, or STORE_UNAVAILABLE,
 * where trying again can help; after the latter a batch may have been written, and writing it again does no harm.
 */
export function createCaptureStore({ pool, fold, encode, licenceOf }: CaptureStoreOptions): CaptureStore {
  return {
    claim: (requests) => claim(pool, requests),
    start: (requests) => start(pool, requests, licenceOf),
    record: (requests) => record(pool, requests, { fold, encode }),
    takeDue: (request) => takeDue(pool, request),
  };
}
