import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LagSample } from '../../../prove/recovery.js';
import { ordinaryLag, recoveryMs } from '../../../prove/recovery.js';

const samples = (...lags: (number | null)[]): LagSample[] =>
  lags.map((lag, at) => ({ atMs: at * 100, lag: lag === null ? null : BigInt(lag) }));

describe('the lag that is ordinary', () => {
  it('is the most that was seen, and what comes between two commits', () => {
    assert.equal(ordinaryLag(samples(3, 8, 5), 20, 500), 18n);
    assert.equal(ordinaryLag(samples(null), 20, 500), 10n);
  });
});

describe('recovery', () => {
  const since = { endedMs: 200, ordinary: 5n };

  it('takes until the lag was above for the last time', () => {
    assert.equal(recoveryMs(samples(1, 1, 1, 9, 2, 9, 9, 5, 5), since), 500);
  });

  it('takes no time where the lag never rose', () => {
    assert.equal(recoveryMs(samples(9, 9, 5, 4), since), 0);
  });

  it('isn’t there while the lag is above, or nobody can tell, or nobody has looked', () => {
    assert.equal(recoveryMs(samples(1, 1, 1, 6), since), null);
    assert.equal(recoveryMs(samples(1, 1, 1, null), since), null);
    assert.equal(recoveryMs(samples(1, 1), since), null);
  });

  it('takes a lag that nobody could tell for one above', () => {
    assert.equal(recoveryMs(samples(1, 1, 1, null, 3), since), 200);
  });
});
