import type { AccountPause } from '../../src/ports/pauses.js';
import type { Session } from './session.js';

/** As `pauseAccount` of the store does it, but for the entry that says who did it. */
export function pause({ tables, now, transaction }: Session, account: string): boolean {
  return transaction(() => {
    if (tables.pauses.has(account)) return false;
    tables.pauses.set(account, { account, pausedAt: now(), pausedBy: 'operator', reason: 'none was given' });
    return true;
  });
}

export function resume({ tables, transaction }: Session, account: string): boolean {
  return transaction(() => {
    const isPaused = tables.pauses.has(account);
    tables.pauses.delete(account);
    return isPaused;
  });
}

export function listPauses({ tables }: Session): readonly AccountPause[] {
  return [...tables.pauses.rows.values()].toSorted((one, other) => (one.account < other.account ? -1 : 1));
}
