import { canBeAsked } from '../../src/capture/capture.js';
import type { PromisedInquiry } from '../../src/ports/store.js';
import type { Session } from './session.js';

/** As `wakeInquiry` of the store does it. */
export function wakeInquiry(session: Session, captureId: string): boolean {
  const { tables } = session;
  return session.transaction(() => {
    const capture = tables.captures.get(captureId)?.capture;
    if (capture === undefined || !canBeAsked(capture)) return false;
    const now = session.now().getTime();
    const row = tables.schedule.get(captureId);
    const isWoken =
      row === undefined
        ? capture.status.state === 'failed'
        : row.action === 'inquire' && row.dueAt > now && row.dueAt < Infinity;
    const { account } = capture;
    if (isWoken) tables.schedule.set(captureId, { captureId, account, action: 'inquire', dueAt: now });
    return isWoken;
  });
}

/** As `wakeAsPromised` of the store does it. */
export function wakeAsPromised(session: Session, { captureId, sequence, at }: PromisedInquiry): boolean {
  const { tables } = session;
  return session.transaction(() => {
    const row = tables.schedule.get(captureId);
    const promised = at.getTime();
    const isKept =
      row?.action === 'inquire' &&
      row.dueAt > promised &&
      row.dueAt < Infinity &&
      promised > session.now().getTime() &&
      tables.captures.get(captureId)?.capture.sequence === sequence;
    if (isKept) tables.schedule.set(captureId, { ...row, dueAt: promised });
    return isKept;
  });
}
