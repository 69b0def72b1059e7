import type { Act, Refusal, Standing } from '../../src/capture/operator.js';
import { isChanged, isRefusal, standingWords } from '../../src/capture/operator.js';
import type { Evidence } from '../../src/capture/evidence.js';
import type { Acted, CaptureAction, Change } from '../../src/ports/operator.js';
import { changeWords, foldInto } from '../../src/store/operator-act.js';
import { rowOf } from './captures.js';
import { refuse } from './constraints.js';
import { copyOf } from './copies.js';
import type { Session } from './session.js';
import { writeFold } from './write.js';

/** See `OperatorStore.standing`. */
export function standing({ tables, now }: Session, captureId: string): Standing | null {
  const row = tables.captures.get(captureId);
  if (row === undefined) return null;
  // Whoever decides by it may keep it.
  return copyOf({ capture: row.capture, evidence: [...row.evidence.values()], now: now() });
}

/** See `OperatorStore.act`. */
export function act(
  session: Session,
  action: CaptureAction,
  decide: (standing: Standing) => Act | Refusal,
): Acted | null {
  return session.transaction(() => {
    const found = standing(session, action.captureId);
    if (found === null) return null;
    const decided = decide(found);
    if (isRefusal(decided)) return decided;
    const { piece, capture, becomes, otherwise } = decided;
    const { capture: before } = found;
    const folded = foldInto({ ...found, capture }, [piece], session);
    const { capture: after } = folded.decision;
    if (after.status.state !== becomes) return otherwise;
    const { money, generation, requestId, attemptsBefore, body } = capture;
    const row = rowOf(session, action.captureId);
    const amended = { ...row.capture, money, generation, requestId, attemptsBefore, body };
    if (capture !== before) session.tables.captures.set(action.captureId, { ...row, capture: amended });
    writeFold(session, folded);
    writeAction(session, action, changeWords(before, after), changeWords(after, before));
    return { done: true, before, after };
  });
}

/** See `OperatorStore.hear`. */
export function hear(session: Session, action: CaptureAction, pieces: readonly Evidence[]): Change | null {
  return session.transaction(() => {
    const found = standing(session, action.captureId);
    if (found === null) return null;
    const folded = foldInto(found, pieces, session);
    const change = { before: found.capture, after: folded.decision.capture };
    writeFold(session, folded);
    if (isChanged(change))
      writeAction(
        session,
        action,
        changeWords(change.before, change.after),
        changeWords(change.after, change.before),
      );
    return change;
  });
}

/** As `askNow` of the store does it. */
export function askNow(
  session: Session,
  action: CaptureAction,
  decide: (standing: Standing) => Refusal | null,
): Acted | null {
  const { tables, now } = session;
  return session.transaction(() => {
    const found = standing(session, action.captureId);
    if (found === null) return null;
    const refusal = decide(found);
    if (refusal !== null) return refusal;
    const { capture } = found;
    const { captureId, account } = capture;
    const row = tables.schedule.get(captureId) ?? { captureId, account, action: 'inquire', dueAt: Infinity };
    tables.schedule.set(captureId, { ...row, dueAt: Math.min(row.dueAt, now().getTime()) });
    const words = standingWords(capture);
    writeAction(session, action, words, `${words}, inquiry due`);
    return { done: true, before: capture, after: capture };
  });
}

function writeAction(
  { tables, now }: Session,
  action: CaptureAction,
  changedFrom: string,
  changedTo: string,
): void {
  if (tables.actions.has(action.actionId)) refuse(`action ${action.actionId} is there already`);
  tables.actions.set(action.actionId, { ...action, account: null, changedFrom, changedTo, at: now() });
}
