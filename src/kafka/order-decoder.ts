import type { OrderFulfilled } from '../capture/order.js';
import type { Rejection } from '../capture/rejection.js';
import type { RegisteredContracts } from './schema-registry.js';
import { valueDecoder } from './avro/value-decoder.js';
import type { DecoderParts } from './avro/writer-schemas.js';

/**
 * Decodes the value of an `order.fulfilled` message, or says why it is a dead letter. Rejects with REGISTRY_UNAVAILABLE while the
 * writer's schema can't be learnt: then the message must wait and be tried again, since nothing is wrong with it.
 */
export type OrderDecoder = (value: Uint8Array | null) => Promise<OrderFulfilled | Rejection>;

/** An `order.fulfilled` as its schema has it: `OrderFulfilled`, but for the map. */
interface OrderRecord extends Omit<OrderFulfilled, 'references'> {
  readonly references: Readonly<Record<string, string>>;
}

export function orderDecoder(contracts: RegisteredContracts, parts: DecoderParts): OrderDecoder {
  const decode = valueDecoder(contracts['order.fulfilled'], parts);
  return async (value) => {
    const decoded = await decode(value);
    if ('rejected' in decoded) return decoded;
    // Decoded as our own schema, so of its shape.
    const order = decoded.record as OrderRecord;
    return { ...order, references: new Map(Object.entries(order.references)) };
  };
}
