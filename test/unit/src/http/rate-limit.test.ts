import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRateLimit } from '../../../../src/http/rate-limit.js';

describe('a rate limit', () => {
  function limitOf(sources = 10): { take: (source: string) => boolean; pass: (ms: number) => void } {
    let now = 0;
    const limit = createRateLimit({ burst: 3, perSecond: 2, sources, monotonic: () => now });
    return {
      take: (source) => limit.take(source),
      pass: (ms) => {
        now += ms;
      },
    };
  }
  const takes = (count: number, take: () => boolean): number =>
    Array.from({ length: count }, take).filter(Boolean).length;

  it('grants a burst, and then as many as time brings', () => {
    const { take, pass } = limitOf();
    assert.equal(
      takes(10, () => take('a')),
      3,
    );
    pass(400);
    assert.equal(
      takes(10, () => take('a')),
      0,
    );
    pass(100);
    assert.equal(
      takes(10, () => take('a')),
      1,
    );
    pass(60_000);
    assert.equal(
      takes(10, () => take('a')),
      3,
    );
  });

  it('counts each source by itself', () => {
    const { take } = limitOf();
    assert.equal(
      takes(10, () => take('a')),
      3,
    );
    assert.equal(
      takes(10, () => take('b')),
      3,
    );
  });

  it('remembers so many sources and no more', () => {
    const { take } = limitOf(2);
    takes(3, () => take('a'));
    takes(3, () => take('b'));
    assert.equal(take('b'), false);
    assert.equal(take('c'), true);
    // The first was forgotten for it.
    assert.equal(take('a'), true);
  });
});
