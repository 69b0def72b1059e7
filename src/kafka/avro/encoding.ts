import { CaptureWorkerError } from '../../errors.js';
import { fitsInt64 } from './long.js';
import { frame } from './wire-format.js';
import type { RegisteredContract } from '../schema-registry.js';

/** Encodes a record as a value of the contract's topic. Throws what avsc throws for a record that isn't of the schema: a mistake of ours. */
export function encodeValue({ type, schemaId }: RegisteredContract, record: object): Buffer {
  return frame({ schemaId, payload: type.toBuffer(record) });
}

/** Throws AMOUNT_OUT_OF_RANGE for an amount that 64 bits can't hold; names the field. */
export function checkAmounts(amounts: Readonly<Record<string, bigint | null>>): void {
  for (const [field, amount] of Object.entries(amounts)) {
    if (amount === null || fitsInt64(amount)) continue;
    throw new CaptureWorkerError(
      'AMOUNT_OUT_OF_RANGE',
      `${field} is ${amount.toString()}, which a 64-bit number of minor units can't hold: check its unit`,
    );
  }
}
