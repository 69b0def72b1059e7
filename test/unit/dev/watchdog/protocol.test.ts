import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applyMessage,
  decodeMessage,
  encodeMessage,
  nothingGuarded,
  type GuardMessage,
} from '../../../../dev/watchdog/protocol.js';

describe("the watchdog's messages", () => {
  it('come through as they were sent, one a line', () => {
    const message: GuardMessage = { op: 'folder', path: '/a b/\n"c' };
    const line = encodeMessage(message);
    assert.equal(line.indexOf('\n'), line.length - 1);
    assert.deepEqual(decodeMessage(line), message);
  });

  it('are nothing if they were cut off', () => {
    assert.equal(decodeMessage('{"op":"folder","pa'), undefined);
  });

  it('add up to what is guarded', () => {
    const guarded = nothingGuarded();
    const messages: GuardMessage[] = [
      { op: 'process', pid: 1, signal: 'SIGTERM', graceMs: 10 },
      { op: 'process', pid: 2, signal: 'SIGINT', graceMs: 20 },
      { op: 'folder', path: '/a' },
      { op: 'folder', path: '/b' },
      { op: 'forget-process', pid: 1 },
      { op: 'forget-folder', path: '/a' },
    ];
    for (const message of messages) applyMessage(guarded, message);
    assert.deepEqual([...guarded.processes.values()], [{ pid: 2, signal: 'SIGINT', graceMs: 20 }]);
    assert.deepEqual([...guarded.folders], ['/b']);
    assert.equal(guarded.goodbye, false);
    applyMessage(guarded, { op: 'goodbye' });
    assert.equal(guarded.goodbye, true);
  });
});
