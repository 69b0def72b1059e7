import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasPassed, summaryOf } from '../../../../dev/node/summary.js';
import type { Outcome } from '../../../../dev/node/run.js';
import { partOf } from '../../../../dev/node/parts.js';

const part = partOf('demo', { orders: 60 });
const good: Outcome = {
  how: 'exit code 0',
  seconds: 12.34,
  processes: 9,
  seen: new Map([['dist/sandbox/main.js', 1]]),
  faults: [],
};

describe('a run on another Node', () => {
  it('has passed if it ended well and nothing is to be said against its processes', () => {
    assert.equal(hasPassed(good), true);
    assert.equal(hasPassed({ ...good, how: 'exit code 1' }), false);
    assert.equal(hasPassed({ ...good, how: 'SIGKILL' }), false);
    assert.equal(hasPassed({ ...good, faults: ['One ran on Node v20.0.0.'] }), false);
  });

  it('is summed up with the version and what ran', () => {
    assert.deepEqual(summaryOf(part, good, 'v24.1.0'), [
      'passed: a demo of 60 orders: Node v24.1.0, 12.3 s, 9 processes, among them dist/sandbox/main.js (1)',
    ]);
  });

  it('is summed up with how it ended and every fault, up to ten', () => {
    const faults = Array.from({ length: 12 }, (_, index) => `fault ${String(index)}`);
    assert.deepEqual(summaryOf(part, { ...good, how: 'exit code 2', faults }, 'v24.1.0'), [
      'FAILED: a demo of 60 orders: Node v24.1.0, 12.3 s, exit code 2',
      ...faults.slice(0, 10).map((fault) => `  ${fault}`),
      '  and 2 more',
    ]);
  });
});
