import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userOf, wordsOption } from '../../../../src/cli/account-options.js';

describe('wordsOption', () => {
  const read = wordsOption(20);

  it('takes a line of text, without the spaces around it', () => {
    assert.equal(read('  prices, öäü 价格 '), 'prices, öäü 价格');
    assert.equal(read('x'.repeat(20)), 'x'.repeat(20));
  });

  const refused: [string, RegExp][] = [
    ['', /must not be blank/],
    [' \n ', /must not be blank/],
    ['x'.repeat(21), /It has 21 characters, and at most 20 are kept/],
    ['one\ntwo', /without control characters/],
    ['red \u001b[31m', /without control characters/],
    ['back \u202e wards', /without control characters/],
  ];
  for (const [text, words] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => read(text), words);
    });
  }
});

describe('userOf', () => {
  it('is the user of the terminal, by the first name that can be kept', () => {
    assert.equal(userOf({ env: { USER: 'ann' } }), 'ann');
    assert.equal(userOf({ env: { USER: ' ', LOGNAME: 'bob' } }), 'bob');
    assert.equal(userOf({ env: { USER: 'a\nb', LOGNAME: 'bob' } }), 'bob');
  });

  it('is whom the system names where the environment names nobody, and never blank', () => {
    assert.notEqual(userOf({ env: {} })?.trim(), '');
  });
});
