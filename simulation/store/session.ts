import type { EventEncoder, Folder, Licensor } from '../../src/ports/store.js';
import type { NotificationEncoder } from '../../src/ports/notification-store.js';
import { assertConsistent } from './constraints.js';
import type { Tables } from './tables.js';
import { createTables } from './tables.js';
import { Journal } from './transaction.js';
import type { Weakness } from './weakness.js';

export interface StandInOptions {
  readonly fold: Folder;
  readonly licenceOf: Licensor;
  readonly encode: EventEncoder;
  readonly encodeNotification: NotificationEncoder;
  /** The database's clock. */
  readonly now: () => Date;
  /** The safeguards that are taken away; none if not given. */
  readonly weakened?: ReadonlySet<Weakness>;
  /** Given each step that a weakened transaction leaves out, once it is committed. Without it such a step is never made. */
  readonly apart?: (step: () => void) => void;
}

/** What every operation works with. */
export interface Session extends Pick<
  StandInOptions,
  'fold' | 'licenceOf' | 'encode' | 'encodeNotification'
> {
  readonly tables: Tables;
  readonly now: () => Date;
  readonly lacks: (safeguard: Weakness) => boolean;
  /** Runs `work` as one transaction: all that it writes, or nothing if it throws or leaves what the schema refuses. */
  readonly transaction: <Result>(work: () => Result) => Result;
  /** Writes as part of the transaction under way or, if this safeguard is lacking, apart from it. */
  readonly within: (safeguard: Weakness, write: () => void) => void;
  /** The next number of a queue. */
  readonly nextId: () => bigint;
}

export function createSession({ weakened = new Set(), apart, ...options }: StandInOptions): Session {
  const journal = new Journal();
  const changed = new Set<string>();
  const tables = createTables(journal, (captureId) => changed.add(captureId));
  let leftOut: (() => void)[] = [];
  let lastId = 0n;

  function lacks(safeguard: Weakness): boolean {
    return weakened.has(safeguard);
  }

  function transaction<Result>(work: () => Result): Result {
    leftOut = [];
    changed.clear();
    const result = journal.transaction(() => {
      const done = work();
      for (const captureId of changed) assertConsistent(captureId, tables, lacks);
      return done;
    });
    for (const write of leftOut)
      apart?.(() => {
        journal.transaction(write);
      });
    return result;
  }

  return {
    ...options,
    tables,
    lacks,
    transaction,
    within: (safeguard, write) => {
      if (lacks(safeguard)) leftOut.push(write);
      else write();
    },
    nextId: () => (lastId += 1n),
  };
}
