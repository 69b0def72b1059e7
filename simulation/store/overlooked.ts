import type { Capture } from '../../src/capture/capture.js';
import type { OverlookedRequest } from '../../src/ports/store.js';
import type { ScheduledAction } from '../../src/capture/schedule.js';
import { rowOf } from './captures.js';
import type { Session } from './session.js';

/** See `WaitingStore.overlooked`. */
export function overlooked(
  session: Session,
  { unsentForMs, contradictedForMs, limit }: OverlookedRequest,
): readonly string[] {
  const { tables } = session;
  const now = session.now().getTime();
  const isUnsent = ({ announced, createdAt }: Capture): boolean =>
    announced === null && createdAt.getTime() <= now - unsentForMs;
  const isContradicted = ({ review, contradictedAt }: Capture): boolean =>
    review === null && contradictedAt !== null && contradictedAt.getTime() <= now - contradictedForMs;

  /** What is due at infinity waits for a person already. */
  function waiting(
    account: string,
    action: ScheduledAction,
    isOverlooked: (capture: Capture) => boolean,
  ): string[] {
    return [...tables.schedule.rows.values()]
      .filter((row) => row.account === account && row.action === action && row.dueAt < Infinity)
      .toSorted((one, other) => one.dueAt - other.dueAt)
      .map(({ captureId }) => captureId)
      .filter((captureId) => isOverlooked(rowOf(session, captureId).capture))
      .slice(0, limit);
  }

  const accounts = new Set([...tables.schedule.rows.values()].map(({ account }) => account));
  return [...accounts]
    .toSorted()
    .flatMap((account) => [
      ...waiting(account, 'send', isUnsent),
      ...waiting(account, 'inquire', isContradicted),
    ]);
}
