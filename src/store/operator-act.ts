import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import type { Act, Refusal, Standing } from '../capture/operator.js';
import { isChanged, isRefusal, standingWords } from '../capture/operator.js';
import type { Acted, CaptureAction, Change, OperatorStore } from '../ports/operator.js';
import { writeAction } from './operator-actions.js';
import { lockedStanding, standingOf } from './operator-standing.js';
import { writeFolds } from './record-write.js';
import type { Fold, Folding } from './record.js';
import { assertWritable } from './record.js';
import type { Session, Statement } from './session.js';
import { withTransaction } from './session.js';

/** How a capture is asked for from now on. What was ordered is kept beside another amount. The state follows in the same transaction. */
const AMEND: Statement = {
  name: 'operator_amend',
  text: `
    update captures
    set amount = $2::bigint, ordered_amount = case when amount = $2 then ordered_amount else coalesce(ordered_amount, amount) end,
      generation = $3, request_id = $4, attempts_before = $5, body = $6::bytea
    where capture_id = $1::uuid`,
};

/** What operators do to captures, in PostgreSQL. */
export function createOperatorStore({
  pool,
  ...folding
}: Folding & { readonly pool: pg.Pool }): OperatorStore {
  return {
    standing: (captureId) => standingOf(pool, captureId),
    act: (action, decide) => act(pool, action, decide, folding),
    hear: (action, pieces) => hear(pool, action, pieces, folding),
  };
}

/** Nothing is written unless all of it is: evidence, state, schedule, event, and who did it. */
async function act(
  pool: pg.Pool,
  action: CaptureAction,
  decide: (standing: Standing) => Act | Refusal,
  folding: Folding,
): Promise<Acted | null> {
  return withTransaction(pool, 'acting on a capture', async (session) => {
    const standing = await lockedStanding(session, action.captureId);
    if (standing === null) return null;
    const decided = decide(standing);
    if (isRefusal(decided)) return decided;
    const { piece, capture, becomes, otherwise } = decided;
    const { capture: before } = standing;
    const folded = foldInto({ ...standing, capture }, [piece], folding);
    const { capture: after } = folded.decision;
    if (after.status.state !== becomes) return otherwise;
    if (capture !== before) await amend(session, capture);
    await writeFolds(session, [folded]);
    await writeChange(session, action, { before, after });
    return { done: true, before, after };
  });
}

async function hear(
  pool: pg.Pool,
  action: CaptureAction,
  pieces: readonly Evidence[],
  folding: Folding,
): Promise<Change | null> {
  return withTransaction(pool, 'recording an answer', async (session) => {
    const standing = await lockedStanding(session, action.captureId);
    if (standing === null) return null;
    const folded = foldInto(standing, pieces, folding);
    const change = { before: standing.capture, after: folded.decision.capture };
    await writeFolds(session, [folded]);
    if (isChanged(change)) await writeChange(session, action, change);
    return change;
  });
}

export function foldInto(
  { capture, evidence, now }: Standing,
  fresh: readonly Evidence[],
  { fold, encode }: Folding,
): Fold {
  const all = [...evidence, ...fresh];
  const decision = fold(capture, all, now);
  assertWritable(capture, decision, all);
  const event = decision.event && encode(decision.event, capture.traceparent);
  return { decision, event, fresh, evidenceCount: all.length, now };
}

async function writeChange(
  session: Session,
  action: CaptureAction,
  { before, after }: Change,
): Promise<void> {
  const changed = { changedFrom: changeWords(before, after), changedTo: changeWords(after, before) };
  await writeAction(session, { ...action, account: null, ...changed });
}

async function amend(session: Session, capture: Capture): Promise<void> {
  const { captureId, money, generation, requestId, attemptsBefore, body } = capture;
  await session.query(AMEND, [
    captureId,
    money.amount.toString(),
    generation,
    requestId,
    attemptsBefore,
    body,
  ]);
}

/** A capture's standing, and what is asked for where that differs from the other. */
export function changeWords(capture: Capture, other: Capture): string {
  const { amount } = capture.money;
  const words = standingWords(capture);
  return amount === other.money.amount ? words : `${words}, ${amount.toString()} minor units`;
}
