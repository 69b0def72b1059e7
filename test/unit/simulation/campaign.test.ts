import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { huntMutants, runCampaign } from '../../../simulation/campaign.js';
import { MUTANTS } from '../../../simulation/mutants.js';
import { counted } from '../../support/counts.js';

const SCHEDULES = counted(300, 5_000);
const signal = new AbortController().signal;

describe('the simulation', () => {
  it('breaks no promise', async () => {
    const seen: number[] = [];
    const done = await runCampaign({
      schedules: SCHEDULES,
      firstSeed: 1,
      processes: 2,
      signal,
      onProgress: ({ schedules }) => seen.push(schedules),
    });
    assert.deepEqual(done.broken, []);
    assert.equal(done.schedules, SCHEDULES);
    assert.ok(done.crashes > SCHEDULES / 4 && done.movements > SCHEDULES, JSON.stringify(done));
    assert.equal(seen.at(-1), SCHEDULES);
  });

  it('notices when any safeguard is taken away', async () => {
    const hunted = await huntMutants({
      schedules: 0,
      firstSeed: 1,
      processes: 2,
      signal,
      onProgress: () => undefined,
    });
    assert.equal(hunted.length, MUTANTS.length);
    for (const { mutant, caught } of hunted)
      assert.ok(caught !== null, `${mutant.name} survives its schedule`);
  });
});
