import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBody } from '../../../../../src/providers/json.js';
import { captureAnswer, orderQueryAnswer } from '../../../../../src/providers/payermax/wire.js';

function read(body: string): ReturnType<typeof captureAnswer.parse> | null {
  return readBody(Buffer.from(body), captureAnswer);
}

/** An acceptance whose data are these members. */
function accepted(members: string): string {
  return `{"code":"APPLY_SUCCESS","msg":"Success.","data":{${members}}}`;
}

const NOTHING = {
  captureNo: null,
  requestId: null,
  outTradeNo: null,
  amount: null,
  currency: null,
  status: null,
  succeededTime: null,
  errorCode: null,
  errorMsg: null,
};

describe('an answer', () => {
  it('is read if it has a code, and nothing else is needed', () => {
    const bare = { code: 'SYSTEM_ERROR', msg: null, data: null };
    assert.deepEqual(read('{"code":"SYSTEM_ERROR"}'), bare);
    assert.deepEqual(read('{"code":"SYSTEM_ERROR","msg":null,"data":null}'), bare);
    assert.deepEqual(read(accepted('')), { code: 'APPLY_SUCCESS', msg: 'Success.', data: NOTHING });
    assert.deepEqual(readBody(Buffer.from(accepted('"status":"SUCCESS","requestId":7')), orderQueryAnswer), {
      code: 'APPLY_SUCCESS',
      msg: 'Success.',
      data: { status: 'SUCCESS' },
    });
  });

  it('is read whole', () => {
    const members =
      '"captureNo":"C1","requestId":"R1","outTradeNo":"O1","amount":10.50,"currency":"SAR","status":"SUCCESS",' +
      '"isFinal":"True","createdTime":"2023-08-06T23:50:59 +0000","succeededTime":"2023-08-06T23:51:00 +0000"';
    assert.deepEqual(read(accepted(members))?.data, {
      ...NOTHING,
      captureNo: 'C1',
      requestId: 'R1',
      outTradeNo: 'O1',
      amount: '10.50',
      currency: 'SAR',
      status: 'SUCCESS',
      succeededTime: new Date('2023-08-06T23:51:00Z'),
    });
  });

  for (const body of [
    '',
    'null',
    '[]',
    '{}',
    '{"code":',
    '<html>busy</html>',
    '{"code":null}',
    '{"code":200}',
    `{"code":"${'X'.repeat(65)}"}`,
    '{"code":"APPLY_SUCCESS","data":"SUCCESS"}',
    '{"code":"APPLY_SUCCESS","code":"SYSTEM_ERROR"}',
    accepted('"status":1'),
    accepted('"requestId":7'),
    accepted('"requestId":"a\\u0000b"'),
    accepted('"outTradeNo":{}'),
    accepted('"status":"PENDING","status":"SUCCESS"'),
  ]) {
    it(`is not read from ${body.slice(0, 90)}`, () => {
      assert.equal(read(body), null);
    });
  }

  it('loses what only informs when that is unreadable, and nothing more', () => {
    const members =
      '"status":"FAILED","captureNo":"a\\u0000b","succeededTime":"soon","errorCode":7,"errorMsg":{},"isFinal":[1]';
    assert.deepEqual(read(accepted(members))?.data, { ...NOTHING, status: 'FAILED' });
  });

  it('takes an empty reason as none', () => {
    assert.deepEqual(read(accepted('"errorCode":"","errorMsg":""'))?.data, NOTHING);
  });

  it('says the same whatever isFinal is: it is not about this capture', () => {
    for (const isFinal of ['true', 'false', '"True"', '"False"', 'null']) {
      assert.deepEqual(read(accepted(`"isFinal":${isFinal}`))?.data, NOTHING);
    }
  });
});

describe('an amount in an answer', () => {
  for (const [written, literal] of Object.entries({
    '10': '10',
    '"10"': '10',
    '100.10': '100.10',
    '"100.10"': '100.10',
    '1.0E7': '1.0E7',
    '-1': '-1',
    '92233720368547758.07': '92233720368547758.07',
  })) {
    it(`is the characters of ${written}`, () => {
      assert.equal(read(accepted(`"amount":${written}`))?.data?.amount, literal);
    });
  }

  for (const other of ['true', '{}', '""', '"ten"', '"10,00"', '" 10"', '"0x10"', '"10 USD"']) {
    it(`makes the whole answer unreadable if it is ${other}`, () => {
      assert.equal(read(accepted(`"amount":${other}`)), null);
    });
  }

  it('makes it unreadable with a currency that is none, too', () => {
    for (const other of ['"usd"', '"US"', '""', '840']) {
      assert.equal(read(accepted(`"currency":${other}`)), null, other);
    }
  });
});
