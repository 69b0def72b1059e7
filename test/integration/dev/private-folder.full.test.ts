import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, lchown, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { trySignal } from '../../../dev/watchdog/kill.js';
import { withClient } from '../../../dev/stack/postgres.js';
import { cloneInto } from '../../support/clone.js';
import {
  bareEnvironment,
  openPlaceholders,
  processesWith,
  runStack,
  type Placeholders,
} from '../../support/stack-process.js';

const weAreRoot = process.getuid?.() === 0;

describe('a clone in a folder that only its owner may enter', () => {
  let folder: string;
  let clone: string;
  let placeholders: Placeholders;

  before(async () => {
    // mkdtemp makes it with mode 0700, as the command mktemp does.
    folder = await mkdtemp(join(tmpdir(), 'private: '));
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    clone = join(folder, 'a clone');
    placeholders = await openPlaceholders();
    await cloneInto(clone);
  });

  after(async () => {
    for (const pid of processesWith(folder)) trySignal(pid, 'SIGKILL');
    placeholders.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });

  it('runs PostgreSQL for the user who owns it, even if its temporary folder is as private', async () => {
    const temporary = await privateFolder('tmp');
    const { dataDir, owner } = await runFrom(clone, temporary);
    // Root's PostgreSQL is another user's, who can't come in here: its data must have gone elsewhere.
    assert.equal(dataDir.startsWith(temporary), !weAreRoot);
    assert.equal(owner !== 0, true);
    assert.deepEqual(await readdir(temporary), []);
  });

  // Only root can try what another user may.
  if (weAreRoot) {
    it('runs PostgreSQL for a user who is not root and has no home', async () => {
      const nobody = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
      const temporary = await privateFolder('nobody');
      await giveTo(folder, nobody);
      const { dataDir, owner } = await runFrom(clone, temporary, nobody);
      assert.equal(dataDir.startsWith(temporary), true);
      assert.equal(owner, nobody);
      assert.deepEqual(await readdir(temporary), []);
    });

    it('refuses a data folder that PostgreSQL could not enter, and says why', async () => {
      const stack = runStack({
        root: clone,
        env: bareEnvironment(placeholders.env),
        args: ['--data', join(folder, 'data')],
      });
      assert.equal(await stack.ended, 1);
      assert.equal((await readdir(folder)).includes('data'), false);
      await assert.rejects(stack.announced, /can't enter .*\/data .*: choose a data folder/);
    });
  }

  async function privateFolder(name: string): Promise<string> {
    const path = join(folder, name);
    await mkdir(path);
    await chmod(path, 0o700);
    return path;
  }

  /** Starts the clone's PostgreSQL, asks it something, stops it, and says where its data was and whose. */
  async function runFrom(
    root: string,
    temporary: string,
    uid?: number,
  ): Promise<{ dataDir: string; owner: number }> {
    const env = bareEnvironment({
      ...placeholders.env,
      TMPDIR: temporary,
      ...(uid !== undefined && { HOME: '/nonexistent' }),
    });
    const stack = runStack({ root, env, ...(uid !== undefined && { uid }) });
    const { env: printed, dataDir } = await stack.announced;
    const { rows } = await withClient(printed['DATABASE_URL'] ?? '', (client) =>
      client.query('select 1 as one'),
    );
    assert.deepEqual(rows, [{ one: 1 }]);
    const owner = (await stat(join(dataDir, 'postgres', 'cluster'))).uid;
    trySignal(stack.pid, 'SIGTERM');
    assert.equal(await stack.ended, 0);
    assert.deepEqual(processesWith(dataDir), []);
    await assert.rejects(stat(dataDir), /ENOENT/);
    return { dataDir, owner };
  }
});

async function giveTo(path: string, uid: number): Promise<void> {
  await lchown(path, uid, uid);
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), uid, uid);
  }
}
