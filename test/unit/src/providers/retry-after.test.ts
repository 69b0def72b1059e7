import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryAfterOf } from '../../../../src/providers/retry-after.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const after = (value: string | string[], more: Readonly<Record<string, string>> = {}): number | null =>
  retryAfterOf({ 'retry-after': value, ...more }, NOW);

describe('Retry-After', () => {
  it('is seconds, or a date', () => {
    assert.equal(after('120'), 120_000);
    assert.equal(after(' 7 '), 7_000);
    assert.equal(after('Sun, 01 Mar 2026 12:01:30 GMT'), 90_000);
  });

  it('counts a date from the clock of who sent it, if that is told', () => {
    const date = 'Sun, 01 Mar 2026 13:00:00 GMT';
    assert.equal(after('Sun, 01 Mar 2026 13:00:05 GMT', { date }), 5_000);
    assert.equal(after('Sun, 01 Mar 2026 12:00:05 GMT', { date: 'nonsense' }), 5_000);
    assert.equal(after('10', { date }), 10_000);
  });

  it('is ignored if it isn’t there, is nonsense, or has passed', () => {
    assert.equal(retryAfterOf({}, NOW), null);
    const nonsense = ['', '-1', '0', '1.5', '1e9', '12345678901', 'soon', '2026-03-01T12:01:00Z', '5 s'];
    const dates = [
      'Sun, 01 Mar 2026 11:59:59 GMT',
      'Sun, 01 Mar 2026 12:01:00 CET',
      'Sun, 01 Mar 2026 25:00:00 GMT',
    ];
    for (const value of [...nonsense, ...dates]) assert.equal(after(value), null, value);
    assert.equal(after(['1', '2']), null);
  });
});
