import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileLength, lastLines, recentText } from '../../../../dev/stack/log-file.js';

describe('a log file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'log-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is read from where the present run began', async () => {
    const path = join(folder, 'a.log');
    await writeFile(path, 'of an earlier run\nof this run\n');
    assert.equal(await recentText(path, 'of an earlier run\n'.length), 'of this run\n');
    assert.equal(await recentText(path, await fileLength(path)), '');
  });

  it('is read from its end if it is long', async () => {
    const path = join(folder, 'b.log');
    await writeFile(path, `${'x'.repeat(100_000)}end`);
    const text = await recentText(path);
    assert.equal(text.length, 8192);
    assert.ok(text.endsWith('xend'));
  });

  it('that is not there is empty', async () => {
    assert.equal(await fileLength(join(folder, 'none')), 0);
    assert.equal(await recentText(join(folder, 'none')), '');
  });

  it('ends with the lines that a person is shown', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `line ${i}`);
    assert.deepEqual(lastLines(`${lines.join('\n')}\n\n`).split('\n'), lines.slice(-15));
  });
});
