import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { packageRoot } from '../../../src/package-root.js';

// The short form of `npm run check:node24`: without the unit tests, and on the stack of this run.
describe('Node 24', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'node24-test-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('runs a demo of 60 orders in which nothing was captured twice, lost or mismatched', async () => {
    const main = join(packageRoot(), 'dist/dev/node/main.js');
    const child = spawn(process.execPath, [main, '24', 'demo'], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 0, err);
    assert.match(err, /dist\/dev\/demo\/main\.js \S+ --json runs on Node v24\./);
    assert.match(
      err,
      /\npassed: a demo of 60 orders: Node v24\.[^\n]+dist\/src\/cli\/main\.js start \([1-9]/,
    );
    const result = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
    const { orders, doubleCaptures, lost, mismatches } = result;
    assert.deepEqual([orders, doubleCaptures, lost, mismatches], [60, 0, 0, 0]);
    assert.deepEqual(await readdir(folder), [], 'no file is left behind');
  });
});
