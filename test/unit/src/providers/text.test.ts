import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isStorable } from '../../../../src/capture/order.js';
import { forPeople } from '../../../../src/providers/text.js';

describe("a provider's text for people", () => {
  it('is kept as it is when it can be stored', () => {
    assert.equal(forPeople('The order doesn’t exist. 😀'), 'The order doesn’t exist. 😀');
  });

  it('is cut to 512 characters, not through a pair', () => {
    assert.equal(forPeople('x'.repeat(600)).length, 512);
    assert.equal(forPeople(`${'x'.repeat(511)}😀`), `${'x'.repeat(511)}\uFFFD`);
  });

  it('can always be stored', () => {
    assert.equal(forPeople('a\0b\uD800c'), 'a\uFFFDb\uFFFDc');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => isStorable(forPeople(text))),
    );
  });
});
