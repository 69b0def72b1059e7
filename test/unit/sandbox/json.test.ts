import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../../sandbox/json.js';

const read = (text: string | Uint8Array): unknown => parseJson(Buffer.from(text));

describe('a body as JSON', () => {
  it('is read as by any reader', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        assert.deepEqual(read(text), JSON.parse(text));
      }),
    );
  });

  it('is not read if it is none, or not in UTF-8', () => {
    for (const text of ['', '{', '{} {}', '01', Buffer.from('"é"', 'latin1')])
      assert.equal(read(text), undefined);
  });

  for (const twice of [
    '{"amount":1,"amount":100.00}',
    '{"a":1,"a":1}',
    '{"a":1,"b":2,"a":3}',
    '{"a" : 1 ,\n"a"\t:2}',
    '{"a":{},"a":[]}',
    '{"a":{"b":1},"c":{"d":{"x":1,"x":2}}}',
    '[1,{"a":1},{"a":1,"a":2}]',
    '{"data":{"amount":1},"data":{"amount":2}}',
    '{"amount":1,"amo\\u0075nt":2}',
    '{"a\\"b":1,"a\\u0022b":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
  ]) {
    it(`is not read with a member twice: ${twice}`, () => {
      assert.equal(read(twice), undefined);
    });
  }

  for (const once of [
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":{"b":1},"c":{"b":2},"b":3}',
    '{"a":"a","b":["a","a","a"]}',
    '{"a":"{\\"a\\":1,","b":"\\"a\\":"}',
    '{"a":1,"A":2,"a ":3}',
    '{"constructor":1,"toString":2}',
  ]) {
    it(`is read with a name in several places: ${once}`, () => {
      assert.deepEqual(read(once), JSON.parse(once));
    });
  }

  it('is not read with a member twice, whatever is around it', () => {
    const name = fc.string();
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        name,
        fc.dictionary(name, fc.jsonValue()),
        (a, b, twice, more) => {
          const before = JSON.stringify({ ...more, [twice]: a }).slice(0, -1);
          const text = `[${JSON.stringify(b)},${before},${JSON.stringify(twice)}:${JSON.stringify(b)}}]`;
          assert.equal(read(text), undefined);
        },
      ),
    );
  });
});
