import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guaranteesText } from '../../../../dev/guarantees/text.js';
import type { Report } from '../../../../prove/report.js';
import { reportOf } from '../../../../prove/report.js';
import type { Broken } from '../../../../simulation/process/work.js';
import { NOTHING_DONE } from '../../../../simulation/process/work.js';
import { MUTANTS } from '../../../../simulation/mutants.js';
import { resultOf } from '../../../../simulation/result.js';
import type { Result } from '../../../../simulation/result.js';

const BROKEN: Broken = { seed: 77, findings: [{ broken: 'nothing lost', what: 'a capture' }] };
const [MUTANT] = MUTANTS;

function simulation(broken: readonly Broken[]): Result {
  assert.ok(MUTANT !== undefined);
  return resultOf({
    firstSeed: 1,
    seconds: 61,
    done: { ...NOTHING_DONE, schedules: 100_000, crashes: 12_345, broken },
    hunted: [{ mutant: MUTANT, tried: 4, caught: BROKEN }],
  });
}

function faults(): Report {
  const invariants = {} as Report['faults'][number]['invariants'];
  return reportOf('seed', [
    {
      name: 'zombie',
      attacks: 'at most one capture',
      how: 'a worker stands still',
      ran: ['two builds'],
      runs: 20,
      failures: 1,
      unrun: ['nothing was under way'],
      crashes: 3,
      orders: 400,
      recoveryMs: { p50: 1_234, max: 5_678 },
      heldMs: { captures: 0, p50: null, max: null },
      invariants,
      breaks: [],
      seconds: 200,
    },
  ]);
}

describe('the guarantees', () => {
  it('say what was run, and what came of it', () => {
    const text = guaranteesText({ simulation: simulation([]), faults: faults() });
    assert.match(text, /100,000 schedules \(seeds 1 to 100,000\)/);
    assert.match(text, /\| nothing lost \| 0 of 100,000 \|/);
    assert.match(text, /1\/1 were noticed/);
    assert.match(text, /\| `claim_reference_not_unique` \| 77 \| nothing lost \|/);
    assert.match(text, /\| 20, and 1 that showed nothing \| 1 \| 1\.2 s, 5\.7 s \| – \|/);
    assert.match(text, /- `zombie`: two builds/);
  });

  it('hide nothing that was broken', () => {
    const text = guaranteesText({ simulation: simulation([BROKEN]), faults: null });
    assert.match(text, /\| nothing lost \| 1 of 100,000 \|/);
    assert.match(text, /Seeds that broke one: 77\./);
    assert.match(text, /Real faults have not been published yet/);
  });
});
