import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hasCode } from '../../../../../src/errors.js';
import { checkAmounts } from '../../../../../src/kafka/avro/encoding.js';

it('lets every 64-bit amount and none pass', () => {
  checkAmounts({ a: 2n ** 63n - 1n, b: -(2n ** 63n), c: 0n, d: null });
});

it('refuses a larger amount and names its field', () => {
  for (const amount of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n + 5n]) {
    assert.throws(
      () => {
        checkAmounts({ first: 1n, captureAmount: amount });
      },
      (error) =>
        hasCode(error, 'AMOUNT_OUT_OF_RANGE') &&
        (error as Error).message.startsWith(`captureAmount is ${amount.toString()}, `),
    );
  }
});
