import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crashVariables, readCrashSettings } from '../../../../prove/crash/settings.js';

describe('what a process that is made to fail is told', () => {
  it('is read as it was given', () => {
    for (const settings of [
      { crash: { point: 'draining', arrival: 3 }, skewMs: null },
      { crash: null, skewMs: -300_000 },
    ])
      assert.deepEqual(readCrashSettings({ ...crashVariables(settings, '') }), settings);
  });

  it('goes with the options that Node has anyway', () => {
    const { NODE_OPTIONS = '' } = crashVariables({ crash: null, skewMs: 1 }, '--max-old-space-size=192');
    assert.match(
      NODE_OPTIONS,
      /^--max-old-space-size=192 --import file:\/\/\S+\/prove\/crash\/register\.js$/,
    );
  });

  it('is refused if a number is none', () => {
    assert.throws(() => readCrashSettings({ PROVE_CRASH_POINT: 'draining' }), /PROVE_CRASH_ARRIVAL/);
    assert.throws(() => readCrashSettings({ PROVE_CLOCK_SKEW_MS: 'soon' }), /PROVE_CLOCK_SKEW_MS/);
  });
});
