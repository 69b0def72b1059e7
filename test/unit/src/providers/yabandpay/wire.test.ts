import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBody } from '../../../../../src/providers/json.js';
import type { CaptureAnswer } from '../../../../../src/providers/yabandpay/wire.js';
import { captureAnswer, inquiryAnswer } from '../../../../../src/providers/yabandpay/wire.js';

const NO_TRADE = { trade_id: null, state: null, amount: null, currency: null, paid_time: null };

function read(body: string): CaptureAnswer | null {
  return readBody(Buffer.from(body), captureAnswer);
}

/** The trade of an answer with these members, written as they are; `null` if the answer can't be read. */
function tradeOf(members: string): unknown {
  return read(`{"status":true,"code":"200","message":"","data":{${members}}}`)?.data ?? null;
}

describe('an answer', () => {
  it('needs a status and a code, and nothing else', () => {
    assert.deepEqual(read('{"status":false,"code":"-403"}'), {
      status: false,
      code: '-403',
      message: null,
      data: null,
    });
  });

  it('can write its code as a number', () => {
    assert.equal(read('{"status":true,"code":200}')?.code, '200');
    assert.equal(read('{"status":false,"code":-4084}')?.code, '-4084');
  });

  it('has no data where there is nothing in it', () => {
    for (const data of ['null', '""', '[]']) {
      assert.deepEqual(read(`{"status":true,"code":"200","data":${data}}`)?.data, null, data);
    }
    assert.deepEqual(read('{"status":true,"code":"200","data":{}}')?.data, NO_TRADE);
  });

  for (const body of [
    '',
    'null',
    '[]',
    '{}',
    '<html>busy</html>',
    '{"status":true}',
    '{"code":"200"}',
    '{"status":"true","code":"200"}',
    '{"status":1,"code":"200"}',
    '{"status":null,"code":"200"}',
    '{"status":true,"code":null}',
    '{"status":true,"code":true}',
    '{"status":true,"code":"200","data":"paid"}',
    '{"status":true,"code":"200","data":[{}]}',
    '{"status":true,"code":"200","data":true}',
    '{"status":true,"status":false,"code":"200"}',
  ]) {
    it(`is not read from ${body}`, () => {
      assert.equal(read(body), null);
    });
  }
});

describe('a trade', () => {
  it('is what of it decides, with everything else left out', () => {
    const members =
      '"order_id":"2350","trade_id":"t","amount":"24.99","currency":"EUR","settlement_amount":"23.00",' +
      '"settlement_currency":"CHF","exchange_rate":"1","state":"paid","paid_time":"1720684254"';
    assert.deepEqual(tradeOf(members), {
      trade_id: 't',
      state: 'paid',
      amount: '24.99',
      currency: 'EUR',
      paid_time: new Date('2024-07-11T07:50:54Z'),
    });
  });

  it('can leave members out, or empty', () => {
    assert.deepEqual(tradeOf('"trade_id":"","state":"","amount":"","currency":"","paid_time":""'), NO_TRADE);
  });

  for (const amount of ['24.99', '1', '0', '-1', '0.10', '1.0E7', '92233720368547758.07']) {
    it(`has the characters of its amount: ${amount}, in quotes or not`, () => {
      assert.deepEqual(tradeOf(`"amount":"${amount}"`), { ...NO_TRADE, amount });
      assert.deepEqual(tradeOf(`"amount":${amount}`), { ...NO_TRADE, amount });
    });
  }

  for (const members of [
    '"amount":"24,99"',
    '"amount":"24.99 EUR"',
    '"amount":" 1"',
    '"amount":"1."',
    '"amount":"one"',
    '"amount":true',
    '"amount":{"value":"1"}',
    `"amount":"${'1'.repeat(41)}"`,
    '"currency":"eur"',
    '"currency":"€"',
    '"currency":978',
    '"state":0',
    '"state":{}',
    `"state":"${'x'.repeat(65)}"`,
    '"trade_id":7',
    '"trade_id":"a\\u0000b"',
  ]) {
    it(`is not read with ${members.slice(0, 40)}`, () => {
      assert.equal(tradeOf(members), null);
    });
  }

  it('loses a time that can not be read, and nothing more', () => {
    const times = {
      '1720684254': new Date('2024-07-11T07:50:54Z'),
      '"2024-07-11T09:50:54+02:00"': new Date('2024-07-11T07:50:54Z'),
      '"2024-07-11 09:50:54"': null,
      '"0"': null,
      '"1720684254000"': null,
      '"now"': null,
      '{}': null,
    };
    for (const [written, time] of Object.entries(times)) {
      assert.deepEqual(tradeOf(`"state":"paid","paid_time":${written}`), {
        ...NO_TRADE,
        state: 'paid',
        paid_time: time,
      });
    }
  });
});

describe('an answer to an inquiry', () => {
  it('has its trade one level deeper', () => {
    const deep = (data: string): unknown =>
      readBody(Buffer.from(`{"status":true,"code":"200","data":${data}}`), inquiryAnswer)?.data;
    assert.deepEqual(deep('{"transaction_info":{"state":"paid"}}'), {
      transaction_info: { ...NO_TRADE, state: 'paid' },
    });
    for (const data of ['{}', '{"transaction_info":null}', '{"transaction_info":[]}']) {
      assert.deepEqual(deep(data), { transaction_info: null });
    }
    assert.equal(deep('{"transaction_info":"paid"}'), undefined);
  });
});
