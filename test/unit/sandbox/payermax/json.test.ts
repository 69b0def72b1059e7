import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ExactNumber, readDocument, writeJson } from '../../../../sandbox/payermax/json.js';

const read = (text: string | Uint8Array) => readDocument(Buffer.from(text));

describe('JSON whose numbers keep their text', () => {
  it('is read with the text of each number beside its value', () => {
    const document = read(
      '{ "a" : 100.10, "b":[1e2,-0.5E-3, "7"], "c":"1.0 \\" 2.0", "\\u0064":0.1, "3":true }',
    );
    const value = { a: 100.1, b: [100, -0.0005, '7'], c: '1.0 " 2.0', d: 0.1, '3': true };
    const literals = { a: '100.10', b: ['1e2', '-0.5E-3', '7'], c: '1.0 " 2.0', d: '0.1', '3': true };
    assert.deepEqual(document, { value, literals });
  });

  const none = {
    'no JSON': '{"a":',
    'two values': '{} {}',
    'a number of no JSON': '{"a":01}',
    'two amounts': '{"data":{"amount":1,"amount":100.00}}',
    'one amount twice': '{"data":{"amount":1.0,"amount":1.0}}',
    nothing: '',
  };
  for (const [what, text] of Object.entries(none)) {
    it(`is not ${what}`, () => {
      assert.equal(read(text), null);
    });
  }

  it('is not what is not in UTF-8', () => {
    assert.equal(read(Buffer.from('{"a":"é"}', 'latin1')), null);
  });

  it('has the same shape as the value, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const text = JSON.stringify(json);
        const asText: unknown = JSON.parse(text, (_name, value: unknown) =>
          typeof value === 'number' ? JSON.stringify(value) : value,
        );
        assert.deepEqual(read(text), { value: JSON.parse(text) as unknown, literals: asText });
      }),
    );
  });

  it('is written with numbers as they are given, and all else as usual', () => {
    const value = {
      amount: new ExactNumber('200.10'),
      list: [new ExactNumber('1e2'), null, 'a"b'],
      'n"': 3,
      t: true,
    };
    assert.equal(writeJson(value), '{"amount":200.10,"list":[1e2,null,"a\\"b"],"n\\"":3,"t":true}');
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        assert.equal(writeJson(json), JSON.stringify(json));
      }),
    );
  });
});
