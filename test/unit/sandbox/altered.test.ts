import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alteredBody } from '../../../sandbox/altered.js';

const BODY = { code: '200', data: { state: 'paid', amount: '1', info: { a: 1, b: 2 } }, list: [1] };

function altered(members: Readonly<Record<string, unknown>>, deep: boolean): unknown {
  return JSON.parse(alteredBody(BODY, members, { deep }).toString());
}

describe('altering a body', () => {
  it('replaces, adds and removes members, and leaves the rest as it is', () => {
    for (const deep of [false, true]) {
      assert.deepEqual(altered({}, deep), BODY);
      assert.deepEqual(altered({ code: '1', more: true, list: null }, deep), {
        code: '1',
        data: BODY.data,
        more: true,
      });
    }
  });

  it('replaces objects whole unless it is deep', () => {
    assert.deepEqual(altered({ data: { state: 'x' } }, false), { ...BODY, data: { state: 'x' } });
  });

  it('if deep merges objects, however deep they are, and replaces what is none', () => {
    assert.deepEqual(altered({ data: { state: 'x', info: { a: null, c: 3 } } }, true), {
      ...BODY,
      data: { state: 'x', amount: '1', info: { b: 2, c: 3 } },
    });
    assert.deepEqual(altered({ data: [1], list: { a: 1 } }, true), { ...BODY, data: [1], list: { a: 1 } });
  });
});
