import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runDemo } from '../../support/demo-run.js';

describe('the demo', () => {
  it('ends with a line of JSON in which nothing was captured twice, lost or mismatched', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-test-'));
    const { result } = await runDemo(['--orders', '90', '--random-seed', 'a', '--json'], folder);
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
      'ledgerBalanced',
      'byCurrency',
      'breaks',
      'seconds',
    ]);
    assert.deepEqual([result['doubleCaptures'], result['lost'], result['mismatches']], [0, 0, 0]);
    assert.equal(result['ledgerBalanced'], true);
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
    const byCurrency = result['byCurrency'] as Record<string, Record<string, string>>;
    assert.deepEqual(Object.keys(byCurrency), ['EUR', 'IQD', 'JPY', 'KWD', 'USD']);
    for (const { providers, ...others } of Object.values(byCurrency))
      assert.deepEqual(others, { rows: providers, events: providers, ledger: providers });
    assert.deepEqual(await readdir(folder), [], 'no file is left behind');
    await rm(folder, { recursive: true });
  });

  it('refuses options that make no sense, and says what it takes', async () => {
    for (const options of [
      ['--orders', 'many'],
      ['--orders', '0'],
      ['--ordres', '3'],
    ]) {
      await assert.rejects(runDemo(options), (error: { code?: number; stderr?: string }) => {
        assert.equal(error.code, 2, 'not the code that says that money is wrong');
        return /a whole number from 1 to 1000000|unknown option/.test(error.stderr ?? '');
      });
    }
  });
});
