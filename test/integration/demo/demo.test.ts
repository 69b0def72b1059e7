import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../../src/package-root.js';

const run = promisify(execFile);

describe('the demo', () => {
  it('ends with a line of JSON in which nothing was captured twice, lost or mismatched', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
    const main = join(packageRoot(), 'dist/dev/demo/main.js');
    const { stdout } = await run(process.execPath, [main, '--orders', '90', '--random-seed', 'a', '--json'], {
      env: process.env,
    });
    const lines = stdout.trimEnd().split('\n');
    const result = JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
    const captures = result['captures'] as Record<string, number>;
    assert.deepEqual(Object.keys(result), [
      'orders',
      'captures',
      'byProvider',
      'deadLetters',
      'duplicates',
      'doubleCaptures',
      'lost',
      'mismatches',
      'seconds',
    ]);
    assert.deepEqual([result['doubleCaptures'], result['lost'], result['mismatches']], [0, 0, 0]);
    assert.equal((captures['succeeded'] ?? 0) + (captures['failed'] ?? 0) + (captures['pending'] ?? 0), 90);
    const byProvider = result['byProvider'] as Record<string, Record<string, number>>;
    assert.deepEqual(Object.keys(byProvider), ['wallet', 'yabandpay', 'payermax']);
    for (const [provider, { succeeded = 0, failed = 0, pending = 0 }] of Object.entries(byProvider)) {
      assert.equal(succeeded + failed + pending, 30, provider);
      assert.ok(
        succeeded > 15 && failed > 0 && pending > 0,
        `${provider}: ${JSON.stringify(byProvider[provider])}`,
      );
    }
    assert.deepEqual(await readdir(folder), [], 'no file is left behind');
    await rm(folder, { recursive: true });
  });

  it('refuses options that make no sense, and says what it takes', async () => {
    const main = join(packageRoot(), 'dist/dev/demo/main.js');
    await assert.rejects(
      run(process.execPath, [main, '--orders', 'many']),
      /a whole number from 1 to 1000000/,
    );
  });
});
