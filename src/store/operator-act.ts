import type pg from 'pg';
import type { Act, Refusal, Standing } from '../capture/operator.js';
import { isRefusal, standingWords } from '../capture/operator.js';
import type { Capture } from '../capture/capture.js';
import type { Acted, CaptureAction, OperatorStore } from '../ports/operator.js';
import { integers } from './columns.js';
import { writeAction } from './operator-actions.js';
import { lockedStanding, standingOf } from './operator-standing.js';
import { writeFolds } from './record-write.js';
import type { Folding } from './record.js';
import { assertWritable } from './record.js';
import type { Session, Statement } from './session.js';
import { withTransaction } from './session.js';

/** What was ordered is kept beside it, the first time. The state follows in the same transaction. */
const AMEND: Statement = {
  name: 'operator_amend',
  text: `
    update captures
    set amount = $2::bigint, body = $3::bytea, ordered_amount = coalesce(ordered_amount, amount)
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
  };
}

/** Nothing is written unless all of it is: evidence, state, schedule, event, and who did it. */
async function act(
  pool: pg.Pool,
  action: CaptureAction,
  decide: (standing: Standing) => Act | Refusal,
  { fold, encode }: Folding,
): Promise<Acted | null> {
  return withTransaction(pool, 'acting on a capture', async (session) => {
    const standing = await lockedStanding(session, action.captureId);
    if (standing === null) return null;
    const decided = decide(standing);
    if (isRefusal(decided)) return decided;
    const { piece, capture, becomes, otherwise } = decided;
    const { capture: before, now } = standing;
    const evidence = [...standing.evidence, piece];
    const decision = fold(capture, evidence, now);
    const after = decision.capture;
    if (after.status.state !== becomes) return otherwise;
    assertWritable(capture, decision);
    const event = decision.event && encode(decision.event, capture.traceparent);
    if (capture !== before) await amend(session, capture);
    await writeFolds(session, [{ decision, event, fresh: [piece], evidenceCount: evidence.length, now }]);
    const changed = { changedFrom: changeWords(before, after), changedTo: changeWords(after, before) };
    await writeAction(session, { ...action, account: null, ...changed });
    return { done: true, before, after };
  });
}

async function amend(session: Session, { captureId, money, body }: Capture): Promise<void> {
  await session.query(AMEND, [captureId, ...integers([money.amount]), body]);
}

/** A capture's standing, and what is asked for where that differs from the other. */
function changeWords(capture: Capture, other: Capture): string {
  const { amount } = capture.money;
  const words = standingWords(capture);
  return amount === other.money.amount ? words : `${words}, ${amount.toString()} minor units`;
}
