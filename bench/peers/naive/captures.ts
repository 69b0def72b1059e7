import type { Pool } from 'pg';
import type { Order, Outcome } from './order.js';

const CLAIM = `
  insert into captures (payment_id, capture_id, request_id, order_id, amount, currency)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (payment_id) do nothing`;

const EARLIER = `
  select provider_capture_id, captured_at, settled_at
  from captures
  where payment_id = $1 and state = 'succeeded'`;

const SETTLE = `
  update captures
  set state = 'succeeded', provider_capture_id = $2, captured_at = $3, settled_at = $4
  where payment_id = $1`;

interface EarlierRow {
  readonly provider_capture_id: string;
  readonly captured_at: Date;
  readonly settled_at: Date;
}

/** The record of captures, a statement at a time, each committed by itself. */
export interface Captures {
  /** Notes that the payment is about to be captured. Resolves with the outcome if it was captured before. */
  claim(order: Order): Promise<Outcome | null>;
  settle(order: Order, outcome: Outcome): Promise<void>;
}

export function createCaptures(pool: Pool): Captures {
  return {
    claim: async ({ paymentId, captureId, requestId, orderId, amount, currency }) => {
      const { rowCount } = await pool.query(CLAIM, [
        paymentId,
        captureId,
        requestId,
        orderId,
        amount,
        currency,
      ]);
      if (rowCount === 1) return null;
      const [row] = (await pool.query<EarlierRow>(EARLIER, [paymentId])).rows;
      if (row === undefined) return null;
      return {
        providerCaptureId: row.provider_capture_id,
        capturedAt: row.captured_at,
        settledAt: row.settled_at,
      };
    },
    settle: async ({ paymentId }, { providerCaptureId, capturedAt, settledAt }) => {
      await pool.query(SETTLE, [paymentId, providerCaptureId, capturedAt, settledAt]);
    },
  };
}
