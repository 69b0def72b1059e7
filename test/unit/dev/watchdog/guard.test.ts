import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../../../src/package-root.js';
import { endGroups, trySignal } from '../../../../dev/watchdog/kill.js';
import { isAlive, processEntry } from '../../../../dev/watchdog/process-table.js';
import { eventually } from '../../../support/stack-process.js';

const GUARD = pathToFileURL(join(packageRoot(), 'dist', 'dev', 'watchdog', 'guard.js')).href;

// A process that guards a child which ignores SIGTERM, with a child of its own, and a folder; then it does what it is told.
const GUARDIAN = `
  const { startGuard } = await import('${GUARD}');
  const { spawn } = await import('node:child_process');
  const guard = await startGuard();
  const child = spawn('/bin/sh', ['-c', 'trap "" TERM; sleep 60 & echo $!; wait; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const [grandchild] = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim().split('\\n'))));
  await guard.addProcess(child.pid, { graceMs: 200 });
  await guard.addFolder(process.argv[1]);
  console.log([guard.pid, child.pid, grandchild].join(' '));
  process.stdin.once('data', async (what) => {
    if (String(what) === 'close') await guard.close();
    process.exit(0);
  });
`;

describe('the watchdog', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guard-test-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function guardian(): Promise<{
    process: ChildProcess;
    pids: number[];
    tell: (what: string) => void;
  }> {
    const child = spawn(process.execPath, ['--input-type=module', '-e', GUARDIAN, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return { process: child, pids: line.split(' ').map(Number), tell: (what) => child.stdin.write(what) };
  }

  it('leaves everything as it is after a goodbye', async () => {
    const { process: parent, pids, tell } = await guardian();
    tell('close');
    await once(parent, 'exit');
    const [watchdog = 0, child = 0, grandchild = 0] = pids;
    assert.equal(isAlive(watchdog), false);
    assert.equal(isAlive(child) && isAlive(grandchild) && existsSync(folder), true);
    await endGroups([{ pid: child, signal: 'SIGKILL', graceMs: 1000 }]);
    await eventually(() => !isAlive(grandchild), 'the whole group has ended');
  });

  it('ends the whole group and removes the folder when its process exits without a goodbye', async () => {
    const { pids, tell } = await guardian();
    assert.equal(pids.every(isAlive), true);
    tell('exit');
    await eventually(() => !pids.some(isAlive), 'all have ended');
    assert.equal(existsSync(folder), false);
  });

  it('does not end by the signals that are meant for everybody', async () => {
    const { process: parent, pids } = await guardian();
    const [watchdog = 0, child = 0] = pids;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) trySignal(watchdog, signal);
    parent.kill('SIGKILL');
    await eventually(() => !isAlive(child) && !isAlive(watchdog), 'all have ended');
  });
});

describe('the process table', () => {
  it('knows this process and its parent', () => {
    assert.equal(processEntry(process.pid)?.parent, process.ppid);
    assert.equal(isAlive(process.pid), true);
    assert.equal(isAlive(process.ppid), true);
  });

  it('does not know a process that has ended', async () => {
    const child = spawn('/bin/sh', ['-c', 'exit 0']);
    await once(child, 'exit');
    assert.equal(isAlive(child.pid ?? 0), false);
    assert.equal(processEntry(child.pid ?? 0), undefined);
  });
});
