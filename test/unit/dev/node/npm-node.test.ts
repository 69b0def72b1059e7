import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { NodeUnavailableError, nodeFromNpm } from '../../../../dev/node/npm-node.js';
import type { FoundNode } from '../../../../dev/node/npm-answer.js';
import { createCrew } from '../../../../dev/stack/crew.js';
import { startGuard } from '../../../../dev/watchdog/guard.js';
import { answering, fakeNpm, type FakeNpm } from './fake-npm.js';

const OFFLINE = 'case "$*" in *--offline*)';

describe('Node from npm', () => {
  let npm: FakeNpm;
  const npms: FakeNpm[] = [];
  let said: string[];

  afterEach(async () => {
    for (const one of npms.splice(0)) await one.remove();
  });

  async function ask(script: string): Promise<FoundNode> {
    npm = await fakeNpm(script);
    npms.push(npm);
    said = [];
    const guard = await startGuard();
    try {
      return await nodeFromNpm(24, {
        crew: createCrew(guard),
        env: npm.env,
        cwd: npm.folder,
        logFile: join(npm.folder, 'npm.log'),
        say: (line) => said.push(line),
      });
    } finally {
      await guard.close();
    }
  }

  /** What people are told if Node can't be had. */
  async function complaint(script: string): Promise<string> {
    const error: unknown = await ask(script).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof NodeUnavailableError, String(error));
    return error.message;
  }

  it('is the one that npm runs, asked for by its major version and without a question', async () => {
    assert.deepEqual(await ask(answering('v24.1.0')), { version: 'v24.1.0', program: '/a/node' });
    const calls = await npm.calls();
    assert.equal(calls.length, 1);
    assert.match(calls[0] ?? '', /^exec --yes .*--package=node@24 -- node -p /);
    assert.doesNotMatch(calls[0] ?? '', /--offline/);
    assert.deepEqual(said, []);
  });

  it('is found behind what npm says on either output', async () => {
    const noise = 'echo "npm warn Unknown user config" >&2; echo "added 1 package"';
    assert.equal((await ask(`${noise}; ${answering('v24.1.0')}`)).version, 'v24.1.0');
  });

  it('comes from the cache if the registry can’t be asked, which is said', async () => {
    const { version } = await ask(
      `${OFFLINE} ${answering('v24.1.0')};; *) echo ENOTFOUND >&2; exit 1;; esac`,
    );
    assert.equal(version, 'v24.1.0');
    assert.deepEqual(said, ["npm can't fetch Node 24; looking whether its cache has it."]);
  });

  it('can’t be had if neither registry nor cache has it: the message names what to do and the end of what npm said', async () => {
    const message = await complaint(
      `${OFFLINE} echo "npm error code ENOTCACHED" >&2;; *) echo "npm error code ENOTFOUND" >&2;; esac; exit 1`,
    );
    assert.match(
      message,
      /^Node 24 could not be had: `npm exec --yes --package=node@24 -- node -p …` failed \(exit code 1\)/,
    );
    assert.match(message, /Check the network, `npm config get registry` and .* proxy/);
    // Of the two failures, the first is the one to mend.
    assert.match(message, /\n {2}npm error code ENOTFOUND$/);
  });

  it('can’t be had if npm fails after its Node has answered', async () => {
    assert.match(await complaint(`${answering('v24.1.0')}; exit 3`), /failed \(exit code 3\)/);
  });

  it('can’t be had if npm runs another: a package without its program lets the next node on the PATH run', async () => {
    const message = await complaint(answering('v20.20.2', '/usr/bin/node'));
    assert.match(message, /^Node 24 could not be had: .* ran Node v20\.20\.2 \(\/usr\/bin\/node\)/);
    assert.match(message, /npm_config_ignore_scripts=false/);
    assert.equal((await npm.calls()).length, 1, 'the cache would say the same');
  });

  it('can’t be had from an npm that answers nothing, or is not there', async () => {
    assert.match(await complaint('exit 0'), /could not be had/);
    assert.match(await complaint('exec not-there-at-all'), /exit code 127[^]*not-there-at-all/);
  });
});
