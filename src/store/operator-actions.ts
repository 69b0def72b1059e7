import type pg from 'pg';
import type { OperatorAction, OperatorEntry } from '../ports/operator.js';
import { storable } from './columns.js';
import type { Row } from './row.js';
import { dateOf, textOf, textOrNull } from './row.js';
import type { Session, Statement } from './session.js';
import { withSession } from './session.js';

/** The columns that `operatorActionOf` reads, of a table named `o`. */
const ACTION_COLUMNS = `
  o.action_id, o.at, o.who, o.action, o.capture_id, o.account, o.reason, o.reference, o.changed_from, o.changed_to`;

const WRITE_ACTION: Statement = {
  name: 'write_operator_action',
  text: `
    insert into operator_actions (
      action_id, who, action, capture_id, account, reason, reference, changed_from, changed_to
    )
    values ($1::uuid, $2, $3, $4::uuid, $5, $6, $7, $8, $9)`,
};

/** Writes down what an operator does, in the transaction that does it. The time is the database's. */
export async function writeAction(session: Session, entry: OperatorEntry): Promise<void> {
  const { actionId, who, action, captureId, account, reason, reference, changedFrom, changedTo } = entry;
  await session.query(
    WRITE_ACTION,
    storable([actionId, who, action, captureId, account, reason, reference, changedFrom, changedTo]),
  );
}

const ACTIONS_ON_CAPTURE: Statement = {
  name: 'operator_actions_on_capture',
  text: `select ${ACTION_COLUMNS} from operator_actions o where o.capture_id = $1 order by o.at, o.action_id`,
};

/** What operators did to a capture, oldest first. */
export async function actionsOn(session: Session, captureId: string): Promise<readonly OperatorAction[]> {
  return (await session.query(ACTIONS_ON_CAPTURE, [captureId])).map(operatorActionOf);
}

const ACTIONS_ON_ACCOUNT: Statement = {
  name: 'operator_actions_on_account',
  text: `
    select ${ACTION_COLUMNS} from operator_actions o
    where o.account = $1
    order by o.at desc, o.action_id desc
    limit $2`,
};

/** What operators did to an account, newest first; not what they did to its captures. */
export async function actionsOnAccount(
  pool: pg.Pool,
  account: string,
  limit: number,
): Promise<readonly OperatorAction[]> {
  const rows = await withSession(pool, 'reading what was done to an account', (session) =>
    session.query(ACTIONS_ON_ACCOUNT, [...storable([account]), limit]),
  );
  return rows.map(operatorActionOf);
}

function operatorActionOf(row: Row): OperatorAction {
  return {
    actionId: textOf(row, 'action_id'),
    at: dateOf(row, 'at'),
    who: textOf(row, 'who'),
    action: textOf(row, 'action'),
    captureId: textOrNull(row, 'capture_id'),
    account: textOrNull(row, 'account'),
    reason: textOrNull(row, 'reason'),
    reference: textOrNull(row, 'reference'),
    changedFrom: textOrNull(row, 'changed_from'),
    changedTo: textOrNull(row, 'changed_to'),
  };
}
