import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { packageRoot } from '../../../src/package-root.js';
import { fileLength } from '../../../dev/stack/log-file.js';
import { trySignal } from '../../../dev/watchdog/kill.js';
import { isAlive } from '../../../dev/watchdog/process-table.js';
import {
  bareEnvironment,
  eventually,
  openPlaceholders,
  processesWith,
  runStack,
  type StackCommand,
  type StackProcess,
} from '../../support/stack-process.js';

// Every folder and log of a stack lies below the temporary folder of its process, and every process of it but the watchdog names
// that folder in its command line: whatever a dead parent leaves behind is found by it.
describe('the end of the process that started a stack', () => {
  let folder: string;
  let temporary: string;
  let placeholders: Awaited<ReturnType<typeof openPlaceholders>>;
  let started: StackProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parent-death-'));
    await chmod(folder, 0o711);
    temporary = join(folder, 'tmp');
    await mkdir(temporary, { mode: 0o711 });
    placeholders = await openPlaceholders();
  });

  afterEach(async () => {
    // For a test that failed: nothing of it may disturb the next.
    if (started) trySignal(-started.pid, 'SIGKILL');
    for (const pid of processesWith(folder)) trySignal(pid, 'SIGKILL');
    placeholders.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  function start(command: StackCommand): StackProcess {
    started = runStack({ ...command, env: { ...command.env, TMPDIR: temporary } });
    return started;
  }

  async function nothingIsLeft(): Promise<void> {
    await eventually(
      async () => processesWith(temporary).length === 0 && (await readdir(temporary)).length === 0,
      `no process that names ${temporary} and nothing in it`,
    );
  }

  /** The first words of the slowest part: its program runs, and is far from ready. */
  async function registryWrites(): Promise<void> {
    await eventually(async () => {
      const [data = ''] = await readdir(temporary);
      return (await fileLength(join(temporary, data, 'logs', 'registry.log'))) > 0;
    }, 'the registry writes its log');
  }

  it('by kill -9 takes all parts, the watchdog and the data with it', async () => {
    const stack = start({ env: bareEnvironment() });
    const { pids } = await stack.announced;
    assert.deepEqual(Object.keys(pids).sort(), ['kafka', 'postgres', 'registry', 'watchdog']);
    assert.ok(Object.values(pids).every(isAlive));
    // Each leads a group, or this would throw: a Ctrl-C in the terminal reaches the parent only.
    for (const pid of Object.values(pids)) process.kill(-pid, 0);
    trySignal(stack.pid, 'SIGKILL');
    await nothingIsLeft();
    await eventually(() => !Object.values(pids).some(isAlive), `none of ${JSON.stringify(pids)}`);
  });

  it('by kill -9 while the parts are still starting leaves nothing either', async () => {
    const stack = start({ env: bareEnvironment() });
    await registryWrites();
    assert.doesNotMatch(stack.stderr(), /is up/);
    trySignal(stack.pid, 'SIGKILL');
    await nothingIsLeft();
  });

  it('by kill -9 during a download ends Maven, and what is there is not taken for a download', async () => {
    const cache = join(folder, 'cache');
    const bin = join(folder, 'bin');
    await mkdir(bin);
    // Writes the beginning of a download, and then takes its time.
    const maven = [
      '#!/bin/sh',
      'for arg; do case "$arg" in -Dstack.folder=*) out="${arg#*=}";; esac; done',
      'mkdir -p "$out/files" && echo half > "$out/files/a-runner.jar"',
      'while :; do sleep 1; done',
    ];
    await writeFile(join(bin, 'mvn'), maven.join('\n'), { mode: 0o755 });
    const env = bareEnvironment({ PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    const stack = start({ env, args: ['--cache', cache] });
    const half = async (): Promise<boolean> =>
      (await readdir(cache, { recursive: true }).catch(() => [])).some((name) =>
        name.endsWith('a-runner.jar'),
      );
    await eventually(half, 'a half download');
    trySignal(stack.pid, 'SIGKILL');
    await eventually(() => processesWith(cache).length === 0, `no process that names ${cache}`);
    await nothingIsLeft();
    await eventually(async () => !(await half()), 'the half download is removed');
  });

  // npm, the shell that it starts and the stack are three processes, of which a person's Ctrl-C reaches all and a kill only one.
  for (const [what, target, signal] of [
    ['by Ctrl-C in the terminal of npm', 'group', 'SIGINT'],
    ['by kill -9 of npm', 'npm', 'SIGKILL'],
  ] as const) {
    it(`${what} stops the stack in order`, async () => {
      const main = join(packageRoot(), 'dist', 'dev', 'stack', 'main.js');
      const scripts = { stack: `true && "${process.execPath}" "${main}"` };
      await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'clone', scripts }));
      const env = bareEnvironment(placeholders.env);
      const stack = start({ env, root: folder, command: ['npm', 'run', '--silent', 'stack', '--'] });
      const { pids } = await stack.announced;
      assert.deepEqual(Object.keys(pids).sort(), ['postgres', 'watchdog']);
      trySignal(target === 'group' ? -stack.pid : stack.pid, signal);
      await stack.ended;
      await nothingIsLeft();
      await eventually(() => !Object.values(pids).some(isAlive), `none of ${JSON.stringify(pids)}`);
      // In order: the stack said so itself, and left nothing to the watchdog.
      await eventually(
        () => /PostgreSQL +stopped/.test(stack.stderr()),
        'the stack says that it has stopped',
      );
    });
  }

  it('by a signal while the parts are still starting stops what was started', async () => {
    const stack = start({ env: bareEnvironment() });
    await registryWrites();
    trySignal(stack.pid, 'SIGINT');
    assert.equal(await stack.ended, 130);
    assert.deepEqual(processesWith(temporary), []);
    assert.deepEqual(await readdir(temporary), []);
  });
});
