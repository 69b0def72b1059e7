import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { lockedBy, tryLock, unlock } from '../../../../dev/stack/lock.js';
import { processEntry } from '../../../../dev/watchdog/process-table.js';

describe('a lock file', () => {
  let folder = '';
  let lock = '';

  beforeEach(async () => {
    if (folder !== '') await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'lock-test-'));
    lock = join(folder, 'lock');
  });
  after(() => rm(folder, { recursive: true }));

  const writeLock = (holder: object): Promise<void> => writeFile(lock, JSON.stringify(holder));

  it('is taken by one only, until it is given back', async () => {
    assert.deepEqual((await Promise.all([tryLock(lock), tryLock(lock), tryLock(lock)])).sort(), [
      false,
      false,
      true,
    ]);
    assert.equal(await lockedBy(lock), process.pid);
    await unlock(lock);
    assert.equal(await lockedBy(lock), undefined);
    assert.equal(await tryLock(lock), true);
    assert.deepEqual(await readdir(folder), ['lock']);
  });

  it('is taken over from a process that died', async () => {
    const { pid } = spawnSync('/bin/sh', ['-c', 'exit 0']);
    await writeLock({ pid, startedAt: '1' });
    assert.equal(await lockedBy(lock), undefined);
    assert.equal(await tryLock(lock), true);
    assert.equal(await lockedBy(lock), process.pid);
  });

  it('is not taken over from a living process', async () => {
    await writeLock({ pid: process.ppid, startedAt: processEntry(process.ppid)?.startedAt });
    assert.equal(await tryLock(lock), false);
    assert.deepEqual(await readdir(folder), ['lock']);
  });

  it('is taken over if its process id now belongs to another process', async () => {
    await writeLock({ pid: process.ppid, startedAt: 'long ago' });
    assert.equal(await tryLock(lock), true);
  });

  it('is taken over if it cannot be read', async () => {
    await writeFile(lock, '{"pid":');
    assert.equal(await tryLock(lock), true);
  });
});
