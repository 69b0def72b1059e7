import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Operation } from './driver.js';
import { driverOf, outcomeOf } from './driver.js';
import { CAPTURE_OPERATIONS } from './operations.js';
import { QUEUE_OPERATIONS } from './queue-operations.js';
import type { StoreUnderTest } from './store-under-test.js';

/** What several workers, relays and people may do to one store, one after the other. A failure tells it in words. */
export const SEQUENCES: fc.Arbitrary<readonly Operation[]> = fc.array(
  fc
    .oneof({ weight: 3, arbitrary: CAPTURE_OPERATIONS }, { weight: 1, arbitrary: QUEUE_OPERATIONS })
    .map((operation) => ({ ...operation, toString: () => operation.told })),
  { minLength: 1, maxLength: 60, size: 'max' },
);

/** Does the same to two empty stores. Throws where they differ: in what they tell, or in the end in what is on record. */
export async function assertAlike(
  one: StoreUnderTest,
  other: StoreUnderTest,
  sequence: readonly Operation[],
): Promise<void> {
  const drivers = [driverOf(one), driverOf(other)] as const;
  for (const operation of sequence) {
    // Each at a time of its own.
    await Promise.all([one.pass(1), other.pass(1)]);
    const [told, toldOther] = [
      await outcomeOf(operation, drivers[0]),
      await outcomeOf(operation, drivers[1]),
    ];
    assert.deepEqual(told, toldOther, `they differ in what is told when somebody ${operation.told}`);
  }
  assert.deepEqual(await one.snapshot(), await other.snapshot(), 'they differ in what is on record');
}
