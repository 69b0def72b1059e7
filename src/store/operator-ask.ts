import type pg from 'pg';
import type { Refusal, Standing } from '../capture/operator.js';
import { standingWords } from '../capture/operator.js';
import type { Acted, CaptureAction } from '../ports/operator.js';
import { writeAction } from './operator-actions.js';
import { lockedStanding } from './operator-standing.js';
import type { Statement } from './session.js';
import { withTransaction } from './session.js';

/**
 * Brings the capture's row forward, also one that waits for a person, or adds one where there is an outcome. The fold of what the provider
 * says sets or removes it.
 */
const ASK_NOW: Statement = {
  name: 'operator_ask_now',
  text: `
    insert into schedule (capture_id, account, action, due_at)
    values ($1::uuid, $2, 'inquire', now())
    on conflict (capture_id) do update set due_at = least(schedule.due_at, excluded.due_at)`,
};

/**
 * Makes an inquiry due now, whatever the schedule said, unless `decide` refuses it; a worker makes it. Null where the capture doesn't
 * exist.
 */
export async function askNow(
  pool: pg.Pool,
  action: CaptureAction,
  decide: (standing: Standing) => Refusal | null,
): Promise<Acted | null> {
  return withTransaction(pool, 'making an inquiry due', async (session) => {
    const standing = await lockedStanding(session, action.captureId);
    if (standing === null) return null;
    const refusal = decide(standing);
    if (refusal !== null) return refusal;
    const { capture } = standing;
    await session.query(ASK_NOW, [capture.captureId, capture.account]);
    const words = standingWords(capture);
    const changed = { changedFrom: words, changedTo: `${words}, inquiry due` };
    await writeAction(session, { ...action, account: null, ...changed });
    return { done: true, before: capture, after: capture };
  });
}
