import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAYERMAX_CODES } from '../../../../../src/providers/payermax/codes.js';
import { orderQueryData, readOrderQuery } from '../../../../../src/providers/payermax/inquiry.js';

describe('an order query', () => {
  it('asks by the order number alone', () => {
    assert.equal(Buffer.from(orderQueryData('order_77')).toString('utf8'), '{"outTradeNo":"order_77"}');
  });

  for (const status of ['SUCCESS', 'PENDING', 'FAILED', 'CLOSED', 'AUTHORIZED', '']) {
    it(`decides nothing by ${JSON.stringify(status)}, which it keeps for people`, () => {
      assert.deepEqual(readOrderQuery({ code: 'APPLY_SUCCESS', msg: 'Success.', data: { status } }), {
        finding: { is: 'unknown' },
        code: status,
        message: 'Success.',
      });
    });
  }

  it('decides nothing without data or status', () => {
    for (const data of [null, { status: null }]) {
      const reading = readOrderQuery({ code: 'APPLY_SUCCESS', msg: null, data });
      assert.deepEqual(reading, { finding: { is: 'unknown' }, code: 'APPLY_SUCCESS', message: null });
    }
  });

  for (const { code, meaning } of [
    ...PAYERMAX_CODES,
    { code: 'CODE_OF_NO_PAGE', meaning: { is: 'unknown' } },
  ]) {
    const is = meaning.is === 'account_fault' || meaning.is === 'not_processed' ? meaning.is : 'unknown';
    it(`with ${code} is ${is}: the capture itself is never decided by it`, () => {
      const reading = readOrderQuery({ code, msg: 'A message.', data: null });
      assert.deepEqual(reading, { finding: { is }, code, message: 'A message.' });
    });
  }
});
