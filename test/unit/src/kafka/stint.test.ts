import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createStint } from '../../../../src/kafka/stint.js';

describe('a stint', () => {
  it('knows how much is under way, also while it is ending', () => {
    const stint = createStint();
    const [first, second] = [stint.begin(), stint.begin()];
    assert.equal(stint.underWay, 2);
    first();
    stint.end();
    assert.equal(stint.underWay, 1);
    second();
    assert.equal(stint.underWay, 0);
  });

  it('tells once when it is ending', () => {
    const stint = createStint();
    let told = 0;
    stint.ending.addEventListener('abort', () => (told += 1));
    assert.equal(stint.ending.aborted, false);
    stint.end();
    stint.end();
    assert.equal(stint.ending.aborted, true);
    assert.equal(told, 1);
  });
});
