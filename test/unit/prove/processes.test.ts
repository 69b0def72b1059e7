import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endedBadly } from '../../../prove/processes.js';

describe('a process that was told to stop', () => {
  it('ends well with exit code 0, and with nothing else', async () => {
    assert.deepEqual(await endedBadly('A worker', { ended: Promise.resolve('exit code 0') }), []);
    for (const how of ['exit code 8', 'SIGKILL'])
      assert.deepEqual(await endedBadly('A worker', { ended: Promise.resolve(how) }), [
        `A worker was told to stop, and ended with ${how}`,
      ]);
  });
});
