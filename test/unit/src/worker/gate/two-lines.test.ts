import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTwoLines } from '../../../../../src/worker/gate/two-lines.js';

describe('two lines', () => {
  it('take turns while both wait; in each who came first goes first', () => {
    const lines = createTwoLines<string>();
    for (const name of ['order 1', 'order 2', 'order 3', 'order 4']) lines.add('order', name);
    for (const name of ['due 1', 'due 2']) lines.add('due', name);
    assert.deepEqual([lines.length, lines.lengthOf('due')], [6, 2]);
    assert.deepEqual(lines.clear(), ['order 1', 'due 1', 'order 2', 'due 2', 'order 3', 'order 4']);
    assert.equal(lines.next(), undefined);
  });

  it('let one go on alone, and whoever comes to the other is next', () => {
    const lines = createTwoLines<string>();
    for (const name of ['due 1', 'due 2', 'due 3']) lines.add('due', name);
    assert.deepEqual([lines.next(), lines.next()], ['due 1', 'due 2']);
    lines.add('order', 'order 1');
    assert.deepEqual(lines.clear(), ['order 1', 'due 3']);
  });
});
