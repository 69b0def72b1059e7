import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { profileSchema } from '../../../sandbox/profile-schema.js';
import { CALM, PROFILES } from '../../../sandbox/profiles.js';

describe('reading a profile', () => {
  it('takes what is left out as calm', () => {
    assert.deepEqual(profileSchema.parse({}), CALM);
    assert.deepEqual(profileSchema.parse({ unknown: 0.5 }), { ...CALM, unknown: 0.5 });
  });

  it('takes what is left out of its callbacks as none', () => {
    const { callbacks } = profileSchema.parse({ callbacks: { late: 0.5 } });
    assert.deepEqual(callbacks, { ...CALM.callbacks, late: 0.5 });
  });

  it('takes the named ones', () => {
    for (const profile of Object.values(PROFILES)) assert.deepEqual(profileSchema.parse(profile), profile);
  });

  const mistakes: Record<string, unknown> = {
    'shares of more than 1 in all': { unknown: 0.5, serverError: 0.4, decline: { RISK_REJECT: 0.2 } },
    'such shares with one number of declines': { unknown: 0.5, decline: 0.6 },
    'a negative share': { unknown: -0.1 },
    'an unknown member': { unknwon: 0.1 },
    'shares of late and lost calls that are too many with the others': { lost: 0.5, late: 0.4, unknown: 0.2 },
    'shares of callbacks of more than 1': { callbacks: { none: 0.6, late: 0.5 } },
    'outages that never end': { outages: { everyMs: 1000, forMs: 1000 } },
    'lateness upside down': { lateMs: { within: 2, beyond: 1 } },
    'latencies upside down': { latencyMs: { min: 5, max: 4 } },
  };
  for (const [what, profile] of Object.entries(mistakes)) {
    it(`refuses ${what}`, () => {
      assert.equal(profileSchema.safeParse(profile).success, false);
    });
  }
});
