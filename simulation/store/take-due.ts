import type { DueCapture, TakeDueRequest } from '../../src/ports/store.js';
import { rowOf } from './captures.js';
import type { Session } from './session.js';
import type { ScheduleRow } from './tables.js';

const MINUTE_MS = 60_000;

/** See `CaptureStore.takeDue`. */
export function takeDue(session: Session, request: TakeDueRequest): readonly DueCapture[] {
  const { tables, now, lacks } = session;
  return session.transaction(() => {
    const due = dueRows(session, request).toSorted(byDueTime);
    return chosen(due, request)
      .toSorted(byDueTime)
      .map((row): DueCapture => {
        const { capture } = rowOf(session, row.captureId);
        const paused = tables.pauses.has(capture.account);
        const isTold = paused && row.action === 'send' && capture.announced !== null;
        const waitMs = Math.max(request.takenForMs, isTold ? MINUTE_MS : 0);
        const dueAt = now().getTime() + waitMs;
        if (!lacks('due_not_pushed')) tables.schedule.set(row.captureId, { ...row, dueAt });
        return { action: row.action, capture, takenAt: now(), paused };
      });
  });
}

function dueRows(session: Session, { actions }: TakeDueRequest): readonly ScheduleRow[] {
  const { tables, now, lacks } = session;
  const ignoresLeases = lacks('lease_not_kept');
  return [...tables.schedule.rows.values()].filter(({ captureId, action, dueAt }) => {
    if (!actions.includes(action)) return false;
    if (action !== 'lapse') return dueAt <= now().getTime();
    if (ignoresLeases) return true;
    const { status, leaseUntil } = rowOf(session, captureId).capture;
    return (
      dueAt <= now().getTime() && status.state === 'sending' && leaseUntil !== null && leaseUntil <= now()
    );
  });
}

/**
 * Of accounts with a room of their own as many as there is room for; of all other rows the oldest of each account, then the second of each,
 * and so on to the limit. A lapse needs no room.
 */
function chosen(due: readonly ScheduleRow[], { rooms, limit }: TakeDueRequest): readonly ScheduleRow[] {
  const turns = new Map<string, number>();
  const inTurn = due.map((row) => {
    const room = row.action === 'lapse' ? undefined : rooms.get(row.account);
    const line = `${room === undefined ? 'other' : 'own'} ${row.account}`;
    const turn = (turns.get(line) ?? 0) + 1;
    turns.set(line, turn);
    return { row, room, turn };
  });
  const inRooms = inTurn.filter(({ room, turn }) => room !== undefined && turn <= room);
  const others = inTurn
    .filter(({ room }) => room === undefined)
    .toSorted((one, other) => one.turn - other.turn || byDueTime(one.row, other.row))
    .slice(0, limit);
  return [...inRooms, ...others].map(({ row }) => row);
}

function byDueTime(one: ScheduleRow, other: ScheduleRow): number {
  return one.dueAt - other.dueAt;
}
