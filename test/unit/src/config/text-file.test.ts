import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readTextFile } from '../../../../src/config/text-file.js';

const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'text-file-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});

/** A path in the folder, with a file of this content if one is given. */
function at(name: string, content?: string | Uint8Array): string {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

function whyNot(path: string): { readonly unreadable: string; readonly isThere: boolean } {
  const read = readTextFile(path);
  return 'unreadable' in read ? read : assert.fail(read.text.slice(0, 64));
}

describe('readTextFile', () => {
  it('reads a file, also through links, as Kubernetes mounts secrets', () => {
    mkdirSync(at('..2024'));
    at('..2024/password', 'pässword\n');
    symlinkSync('..2024', at('..data'));
    symlinkSync('..data/password', at('password'));
    assert.deepEqual(readTextFile(at('password')), { text: 'pässword\n' });
    assert.deepEqual(readTextFile(at('marked', '\ufeffa')), { text: 'a' });
    assert.deepEqual(readTextFile(at('empty', '')), { text: '' });
  });

  it('reads 1 MiB and nothing larger, however large, and says both sizes', () => {
    assert.deepEqual(readTextFile(at('full', 'x'.repeat(MIB))), { text: 'x'.repeat(MIB) });
    for (const bytes of [MIB + 1, 600 * MIB, 3_000 * MIB]) {
      const path = at('large', '');
      // A hole, which takes no room on the disk.
      truncateSync(path, bytes);
      assert.deepEqual(whyNot(path), {
        unreadable: `it has ${String(bytes)} bytes, and at most 1048576 (1 MiB) are read: is it the right file?`,
        isThere: true,
      });
    }
  });

  it('never waits for a pipe or a device', () => {
    execFileSync('mkfifo', [at('pipe')]);
    symlinkSync('/dev/zero', at('device'));
    for (const [path, unreadable] of [
      [at('pipe'), 'it is a pipe: give a file'],
      [at('device'), 'it is a device: give a file'],
      ['/dev/null', 'it is a device: give a file'],
      [folder, 'it is a folder'],
    ] as const)
      assert.deepEqual(whyNot(path), { unreadable, isThere: true });
  });

  it('refuses what is not UTF-8 instead of changing it', () => {
    for (const content of [
      Buffer.from('pässword', 'latin1'),
      Buffer.from([0x30, 0x82, 0x04, 0xbe, 0x02, 0x01]),
    ])
      assert.deepEqual(whyNot(at('binary', content)), {
        unreadable:
          'it is not UTF-8: save text as UTF-8, and give keys and certificates as PEM, not in their binary form (DER, PKCS#12)',
        isThere: true,
      });
    assert.match(
      whyNot(at('wide', Buffer.from('a', 'utf16le'))).unreadable,
      /^it is UTF-16: save it as UTF-8$/,
    );
  });

  it('tells a path that leads to nothing', () => {
    symlinkSync('circle', at('circle'));
    for (const [path, unreadable] of [
      [at('none'), 'there is no such file'],
      [at('full/none'), 'part of its path is not a folder'],
      [at('x'.repeat(300)), 'its path is too long'],
      [at('circle'), 'its links lead in a circle'],
    ] as const)
      assert.deepEqual(whyNot(path), { unreadable, isThere: false });
  });
});
