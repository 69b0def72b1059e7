import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCapture, readQuery } from '../../../../sandbox/yabandpay/requests.js';

const DATA = {
  trade_id: 'trade',
  amount: '24.9',
  currency: 'EUR',
  description: 'books',
  notify_url: 'https://shop.example/notify',
  request_id: 'a1b2c3d4e5f6a1b2c3d4e5f6',
};

function refusalOf(change: Readonly<Record<string, string>>): readonly [string, string] | null {
  const read = readCapture('user', { ...DATA, ...change });
  return 'refused' in read ? [read.refused, read.why] : null;
}

describe('reading a capture', () => {
  it('takes it in minor units, as its user asked for it', () => {
    assert.deepEqual(readCapture('user', DATA), {
      request: {
        merchant: 'user',
        paymentId: 'trade',
        requestId: 'a1b2c3d4e5f6a1b2c3d4e5f6',
        amount: { value: 2490n, currency: 'EUR' },
      },
    });
  });

  for (const name of Object.keys(DATA)) {
    it(`refuses one without ${name}: -3001`, () => {
      const rest = Object.fromEntries(Object.entries(DATA).filter(([other]) => other !== name));
      assert.deepEqual(readCapture('user', rest), { refused: '-3001', why: `${name} must be given.` });
    });
  }

  it('refuses empty fields, but for notify_url', () => {
    for (const name of Object.keys(DATA)) {
      const expected = name === 'notify_url' ? null : ['-3001', `${name} must be given.`];
      assert.deepEqual(refusalOf({ [name]: '' }), expected);
    }
  });

  const requestIds = ['a'.repeat(23), `${'a'.repeat(24)}-`, `${'a'.repeat(23)}é`, `${'a'.repeat(24)}\n`];
  for (const request_id of requestIds) {
    it(`refuses the request id ${JSON.stringify(request_id)}: -4118`, () => {
      assert.equal(refusalOf({ request_id })?.[0], '-4118');
    });
  }

  it('takes longer request ids', () => {
    assert.equal(refusalOf({ request_id: 'A9'.repeat(50) }), null);
  });

  it('refuses a currency or an amount out of form: -3001', () => {
    for (const change of [{ currency: 'eur' }, { currency: 'EURO' }, { amount: '24.999' }, { amount: '0' }]) {
      assert.equal(refusalOf(change)?.[0], '-3001');
    }
    assert.equal(refusalOf({ amount: '24.9', currency: 'JPY' })?.[0], '-3001');
  });
});

describe('reading a query', () => {
  it('needs a trade', () => {
    assert.deepEqual(readQuery('user', { trade_id: 'trade' }), {
      request: { merchant: 'user', tradeId: 'trade' },
    });
    for (const data of [{}, { trade_id: '' }]) {
      assert.deepEqual(readQuery('user', data), { refused: '-3001', why: 'trade_id must be given.' });
    }
  });
});
