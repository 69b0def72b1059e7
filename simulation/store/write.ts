import type { EncodedEvent } from '../../src/ports/store.js';
import type { Fold } from '../../src/store/record.js';
import { isNotified, scheduleRow } from '../../src/store/record-write.js';
import { rowOf } from './captures.js';
import { refuse } from './constraints.js';
import type { Session } from './session.js';

/** Writes all that follows from new evidence: the capture, the evidence, the event with its place in the queue, and the schedule. */
export function writeFold(session: Session, fold: Fold): void {
  const { tables, lacks } = session;
  const { event, fresh, decision } = fold;
  const { captureId, status, sequence, announced, review, corrections, contradictedAt } = decision.capture;
  const row = rowOf(session, captureId);
  const evidence = new Map(row.evidence);
  for (const piece of fresh) {
    if (evidence.has(piece.evidenceId)) refuse(`evidence ${piece.evidenceId} is there already`);
    if ((piece.kind === 'operator') !== (piece.knew !== undefined))
      refuse(`evidence ${piece.evidenceId} is against evidence_operator_says_what_was_known`);
    evidence.set(piece.evidenceId, piece);
  }
  const folded = { status, announced, review, corrections, contradictedAt };
  const kept = lacks('sequence_not_kept') ? 0 : sequence;
  tables.captures.set(captureId, {
    ...row,
    capture: { ...row.capture, ...folded, sequence: kept },
    evidence,
  });
  if (event !== null)
    session.within('outbox_apart', () => {
      queue(session, event);
    });
  session.within('schedule_apart', () => {
    reschedule(session, fold);
  });
}

function queue({ tables, now, nextId }: Session, { event, record }: EncodedEvent): void {
  const row = { event, record, createdAt: now() };
  tables.outbox.add(row);
  tables.outboxQueue.set(nextId(), row);
}

/** What comes from outside puts no inquiry off. What may never be due, since a person must look, is put off all the same. */
function reschedule({ tables, lacks }: Session, fold: Fold): void {
  const { decision, now } = fold;
  if (decision.schedule.change === 'clear') tables.schedule.delete(decision.capture.captureId);
  const next = scheduleRow(decision, now);
  if (next === null) return;
  const { captureId, account, action } = next;
  const before = tables.schedule.get(captureId);
  const wanted = next.dueAt === 'infinity' ? Infinity : next.dueAt.getTime();
  const isAskedAlready = before?.action === 'inquire' && action === 'inquire' && wanted < Infinity;
  const dueAt =
    isAskedAlready && isNotified(fold) && !lacks('notification_delays')
      ? Math.min(before.dueAt, wanted)
      : wanted;
  tables.schedule.set(captureId, { captureId, account, action, dueAt });
}
