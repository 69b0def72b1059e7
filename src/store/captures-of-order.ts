import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import { CAPTURE_COLUMNS, captureOf } from './capture-row.js';
import { storable } from './columns.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

/** By an index; an order has a handful of captures. */
const CAPTURES_OF_ORDER: Statement = {
  name: 'captures_of_order',
  text: `
    select ${CAPTURE_COLUMNS}
    from captures c where c.order_id = $1
    order by c.created_at, c.capture_id`,
};

/** The captures of the same order but this one, oldest first. */
export async function othersOfOrder(
  pool: pg.Pool,
  { orderId, captureId }: Pick<Capture, 'orderId' | 'captureId'>,
): Promise<readonly Capture[]> {
  const rows = await withSession(pool, "reading an order's captures", (session) =>
    session.query(CAPTURES_OF_ORDER, storable([orderId])),
  );
  return rows.map(captureOf).filter((other) => other.captureId !== captureId);
}
