import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import { isTrouble } from '../../../sandbox/troubled.js';
import { PROFILES } from '../../../sandbox/profiles.js';
import { playedBy } from '../../../sandbox/profile.js';
import { Director } from '../../../sandbox/script.js';

describe('trouble', () => {
  it('is what keeps the plain truth from the caller, or keeps it back', () => {
    const troubles: Scenario[] = [
      { kind: 'unknown', moved: true },
      { kind: 'in_process', moved: true },
      { kind: 'http', status: 500, moved: false },
      { kind: 'reset', when: 'before_read', moved: false },
      { kind: 'held', ms: 1 },
      { kind: 'stale', ms: 1 },
      { kind: 'wrong_amount' },
      { kind: 'garbage' },
      { kind: 'delay', ms: 1, then: { kind: 'truncated' } },
    ];
    for (const scenario of troubles) assert.ok(isTrouble(scenario), scenario.kind);
    const others: Scenario[] = [
      { kind: 'normal' },
      { kind: 'delay', ms: 1 },
      { kind: 'delay', ms: 1, then: { kind: 'normal' } },
      { kind: 'answer', resultCode: 'RISK_REJECT' },
    ];
    for (const scenario of others) assert.ok(!isTrouble(scenario), scenario.kind);
  });

  it('is counted, of the calls for payments that were entered and of those that an outage met', () => {
    const profile = playedBy(
      { ...PROFILES.calm, outages: { everyMs: 1_000, forMs: 999 } },
      { usual: [], knows: () => false },
    );
    const director = new Director({ profile, seed: '1' });
    const unknown: Scenario = { kind: 'unknown', moved: false };
    director.assign('p', { capture: [unknown, unknown], inquiry: null });
    director.next('capture', 'nobody’s');
    for (let call = 0; call < 3; call += 1) director.next('capture', 'p');
    director.next('inquiry', 'p');
    assert.deepEqual(director.troubled(), { all: 4, troubled: 2 });
    const moments = Array.from({ length: 100 }, (_, index) => index * 10);
    const met = moments.filter((at) => director.outage('wallet', at) !== null).length;
    assert.ok(met > 0 && met < moments.length);
    assert.deepEqual(director.troubled(), { all: 4 + met, troubled: 2 + met });
    director.reset();
    assert.deepEqual(director.troubled(), { all: 0, troubled: 0 });
  });
});
