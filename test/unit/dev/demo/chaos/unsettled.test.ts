import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Unsettled } from '../../../../../dev/demo/chaos/unsettled.js';
import { isSettled, unsettledText } from '../../../../../dev/demo/chaos/unsettled.js';

const SETTLED: Unsettled = { inDoubt: 0, sinceMs: 0, inReview: 2, notices: 0, ahead: 0 };

describe('what is unsettled', () => {
  it('is nothing once only people are waited for', () => {
    assert.ok(isSettled(SETTLED));
    assert.ok(!isSettled({ ...SETTLED, inDoubt: 1 }));
    assert.ok(!isSettled({ ...SETTLED, notices: 1 }));
    assert.ok(!isSettled({ ...SETTLED, ahead: 1 }));
    assert.ok(!isSettled({ ...SETTLED, ahead: null }), 'the providers were not asked yet');
  });

  it('is told with how much, and since when', () => {
    assert.equal(unsettledText(SETTLED), '0 unsettled, 2 in review, 0 notifications to read');
    assert.equal(
      unsettledText({ ...SETTLED, inDoubt: 3, sinceMs: 12_400, notices: 4, ahead: null }),
      '3 unsettled (the oldest for 12 s), 2 in review, 4 notifications to read',
    );
    assert.equal(
      unsettledText({ ...SETTLED, ahead: 5 }),
      '0 unsettled, 2 in review, 0 notifications to read, 5 payments of which providers still tell',
    );
  });
});
