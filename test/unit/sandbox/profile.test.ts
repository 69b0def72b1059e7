import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playedBy } from '../../../sandbox/profile.js';
import { profileSchema } from '../../../sandbox/profile-schema.js';
import { CALM } from '../../../sandbox/profiles.js';

describe('the declines of a profile', () => {
  const declines = { usual: ['ONE', 'OTHER'], knows: (code: string) => code !== 'FOREIGN' };

  it('are spread evenly over the codes that are usual at a provider, if they are one number', () => {
    const profile = profileSchema.parse({ decline: 0.5, unknown: 0.1 });
    const expected = { ...CALM, unknown: 0.1, decline: { ONE: 0.25, OTHER: 0.25 } };
    assert.deepEqual(playedBy(profile, declines), expected);
  });

  it('are left out where the provider does not have the code', () => {
    const profile = { ...CALM, decline: { ONE: 0.5, RARE: 0.2, FOREIGN: 0.3 } };
    assert.deepEqual(playedBy(profile, declines).decline, { ONE: 0.5, RARE: 0.2 });
  });
});

describe('what a provider cannot play of a profile', () => {
  const troubles = { usual: [], knows: () => true };

  it('are signatures to spoil, where it signs nothing', () => {
    assert.equal(playedBy(CALM, { ...troubles, signsAnswers: false }).signsAnswers, false);
    assert.equal(playedBy(CALM, troubles).signsAnswers, undefined);
  });

  it('are false notifications, where nobody can ask what is true', () => {
    const profile = { ...CALM, callbacks: { ...CALM.callbacks, contradicting: 0.5, late: 0.1 } };
    assert.deepEqual(playedBy(profile, { ...troubles, canBeAsked: false }).callbacks, {
      ...profile.callbacks,
      contradicting: 0,
    });
    assert.equal(playedBy(profile, troubles).callbacks.contradicting, 0.5);
  });
});
