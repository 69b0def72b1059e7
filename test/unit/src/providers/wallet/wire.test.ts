import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBody } from '../../../../../src/providers/json.js';
import { captureAnswer, inquiryAnswer } from '../../../../../src/providers/wallet/wire.js';

const result = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'Success.' };

describe('a body', () => {
  const read = (body: string | Uint8Array): unknown => readBody(Buffer.from(body as string), captureAnswer);

  it('is read if it has a result, and nothing else is needed', () => {
    assert.deepEqual(read(JSON.stringify({ result })), {
      result,
      captureRequestId: null,
      paymentId: null,
      captureAmount: { value: null, currency: null },
      captureId: null,
      captureTime: null,
    });
  });

  for (const body of [
    '',
    'null',
    '[]',
    '"S"',
    '{}',
    '{"result":',
    '<html>busy</html>',
    '{"result":null}',
    '{"result":{"resultStatus":"S"}}',
    '{"result":{"resultCode":"SUCCESS"}}',
    '{"result":{"resultStatus":1,"resultCode":"SUCCESS"}}',
    `{"result":{"resultStatus":"S","resultCode":"${'X'.repeat(65)}"}}`,
    '{"result":{"resultStatus":"S","resultCode":"SUCCESS"},"captureRequestId":7}',
    '{"result":{"resultStatus":"S","resultCode":"SUCCESS"},"captureRequestId":"a\\u0000b"}',
  ]) {
    it(`is not read from ${body.slice(0, 90)}`, () => {
      assert.equal(read(body), null);
    });
  }

  it('is not read from bytes that are no UTF-8', () => {
    assert.equal(
      read(Buffer.from('{"result":{"resultStatus":"S","resultCode":"SUCC\xff"}}', 'latin1')),
      null,
    );
  });

  it('loses what only informs when that is unreadable, and nothing more', () => {
    const body = {
      result: { ...result, resultMessage: 5 },
      captureRequestId: null,
      captureId: 'a\0b',
      captureTime: 'soon',
    };
    assert.deepEqual(read(JSON.stringify(body)), {
      result: { ...result, resultMessage: null },
      captureRequestId: null,
      paymentId: null,
      captureAmount: { value: null, currency: null },
      captureId: null,
      captureTime: null,
    });
  });
});

describe('the amount of a capture on the wire', () => {
  const read = (captureAmount: unknown): unknown =>
    readBody(Buffer.from(JSON.stringify({ result, captureAmount })), captureAnswer)?.captureAmount;

  it('has either member, both or none', () => {
    assert.deepEqual(read({ value: '1', currency: 'IQD' }), { value: 1n, currency: 'IQD' });
    assert.deepEqual(read({ value: '0' }), { value: 0n, currency: null });
    assert.deepEqual(read({ currency: 'USD' }), { value: null, currency: 'USD' });
    for (const none of [undefined, null, {}, { value: null, currency: null }]) {
      assert.deepEqual(read(none), { value: null, currency: null });
    }
  });

  it('makes the whole answer unreadable if it is anything else', () => {
    for (const other of ['1', 1, [], { value: 1 }, { value: '1.0' }, { value: '' }, { currency: 'usd' }]) {
      assert.equal(read(other), undefined, JSON.stringify(other));
    }
  });
});

describe('an amount on the wire', () => {
  const read = (paymentAmount: unknown): unknown =>
    readBody(Buffer.from(JSON.stringify({ result, paymentAmount })), inquiryAnswer)?.paymentAmount;

  it('is digits in the smallest unit', () => {
    assert.deepEqual(read({ value: '150000', currency: 'IQD' }), { amount: 150_000n, currency: 'IQD' });
    assert.equal(read(null), null);
    assert.equal(read(undefined), null);
  });

  it('makes the whole answer unreadable if it is anything else', () => {
    for (const value of [150_000, '1.5', '-1', '1e3', '', ' 1', '12345678901234567', null]) {
      assert.equal(read({ value, currency: 'IQD' }), undefined, String(value));
    }
    for (const currency of ['iqd', 'IQ', '', null, 368]) {
      assert.equal(read({ value: '1', currency }), undefined, String(currency));
    }
  });
});
