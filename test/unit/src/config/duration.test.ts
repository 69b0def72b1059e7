import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../../src/config/duration.js';

describe('parseDuration', () => {
  it('reads every unit into ms', () => {
    assert.equal(parseDuration('0ms'), 0);
    assert.equal(parseDuration('500ms'), 500);
    assert.equal(parseDuration('25s'), 25_000);
    assert.equal(parseDuration('5m'), 300_000);
    assert.equal(parseDuration('12h'), 43_200_000);
    assert.equal(parseDuration('30d'), 2_592_000_000);
  });

  it('refuses what could be meant in two ways, or in none', () => {
    for (const text of [
      '25',
      '25 s',
      '-1s',
      '1.5s',
      's',
      '',
      '25S',
      '25sec',
      '1h30m',
      ' 25s',
      '1e3ms',
      '9999999999s',
    ])
      assert.equal(parseDuration(text), null, text);
  });
});

describe('formatDuration', () => {
  it('uses the largest unit that fits', () => {
    assert.equal(formatDuration(0), '0ms');
    assert.equal(formatDuration(90_000), '90s');
    assert.equal(formatDuration(60_000), '1m');
    assert.equal(formatDuration(2_592_000_000), '30d');
  });

  it('writes what parseDuration reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (ms) => parseDuration(formatDuration(ms)) === ms),
    );
  });
});
