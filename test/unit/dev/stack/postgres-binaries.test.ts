import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { StackError } from '../../../../dev/stack/errors.js';
import { postgresBinaries } from '../../../../dev/stack/postgres-binaries.js';

// The programs are stand-ins that need a library's link, as the real ones do.
describe("PostgreSQL's programs", () => {
  let folder: string;
  let native: string;
  let copy: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'binaries-test-'));
    [native, copy] = [join(folder, 'native'), join(folder, 'copy')];
    for (const path of ['bin', 'lib', 'share/postgresql'])
      await mkdir(join(native, path), { recursive: true });
    for (const program of ['initdb', 'postgres']) {
      await writeFile(join(native, 'bin', program), '#!/bin/sh\ncat "$(dirname "$0")/../lib/libpq.so.5"\n', {
        mode: 0o755,
      });
    }
    await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library');
    await writeFile(join(native, 'share', 'postgresql', 'postgres.bki'), 'catalogue');
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
    await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are used where they are if they run there', async () => {
    await writeFile(join(native, 'lib', 'libpq.so.5'), 'library');
    assert.equal((await postgresBinaries(undefined, copy, native)).postgres, join(native, 'bin', 'postgres'));
    await assert.rejects(stat(copy), /ENOENT/);
  });

  it('are copied and mended if the install script did not make their links', async () => {
    assert.equal((await postgresBinaries(undefined, copy, native)).initdb, join(copy, 'bin', 'initdb'));
    assert.equal(await readlink(join(copy, 'lib', 'libpq.so.5')), 'libpq.so.5.18');
    assert.equal(await readFile(join(copy, 'lib', 'libpq.so.5'), 'utf8'), 'library');
  });

  it('are copied so that everybody can use them, whatever the umask was', async () => {
    for (const path of ['bin', 'bin/postgres', 'bin/initdb']) await chmod(join(native, path), 0o700);
    await chmod(join(native, 'lib', 'libpq.so.5.18'), 0o600);
    await postgresBinaries(undefined, copy, native);
    const modes = await Promise.all(
      ['', 'bin', 'bin/postgres', 'lib/libpq.so.5.18'].map(
        async (path) => (await stat(join(copy, path))).mode & 0o777,
      ),
    );
    assert.deepEqual(modes, [0o755, 0o755, 0o755, 0o644]);
  });

  it('that cannot be run at all are refused, with the reason and a way out', async () => {
    await writeFile(join(native, 'bin', 'postgres'), '#!/bin/sh\necho "cannot load" >&2; exit 1\n');
    await assert.rejects(postgresBinaries(undefined, copy, native), (error) => {
      assert.ok(error instanceof StackError);
      assert.equal(error.code, 'STACK_NO_POSTGRES');
      assert.match(error.message, /\(cannot load\).*DATABASE_URL/);
      return true;
    });
  });
});
