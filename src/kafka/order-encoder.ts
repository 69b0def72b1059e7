import type { OrderFulfilled } from '../capture/order.js';
import type { LogRecord } from '../ports/log.js';
import { cloudEventHeaders } from './cloud-events.js';
import { checkAmounts, encodeValue } from './avro/encoding.js';
import type { RegisteredContracts } from './schema-registry.js';

/** Encodes an order as a producer of orders would. Throws AMOUNT_OUT_OF_RANGE for an amount that 64 bits can't hold. */
export type OrderEncoder = (order: OrderFulfilled, traceparent?: string) => LogRecord;

export interface OrderOrigin {
  /** Who writes the orders: a URI reference, such as `/order-service`. */
  readonly source: string;
}

export function orderEncoder(contracts: RegisteredContracts, { source }: OrderOrigin): OrderEncoder {
  const contract = contracts['order.fulfilled'];
  return (order, traceparent) => {
    const { authorisedAmount, captureAmount } = order;
    checkAmounts({ authorisedAmount, captureAmount });
    return {
      topic: contract.topic,
      key: Buffer.from(order.paymentId, 'utf8'),
      value: encodeValue(contract, { ...order, references: Object.fromEntries(order.references) }),
      headers: cloudEventHeaders({
        id: order.eventId,
        type: 'order.fulfilled.v1',
        source,
        subject: order.orderId,
        time: order.fulfilledAt,
        traceparent: traceparent ?? null,
      }),
    };
  };
}
