import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { accountNames } from '../../../../src/config/account-names.js';

describe('accountNames', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'capture-worker-account-names-'));
  after(() => {
    rmSync(cwd, { recursive: true });
  });
  const namesIn = (text: string): ReturnType<typeof accountNames> => {
    writeFileSync(join(cwd, 'accounts.yaml'), text);
    return accountNames({}, { cwd });
  };

  it('reads the names alone, whatever is wrong with the accounts and their keys', () => {
    const text = 'shop:\n  provider: nobody\n  privateKey: { file: missing.pem }\nother: 7\n';
    assert.deepEqual(namesIn(text), { names: ['shop', 'other'] });
    assert.deepEqual(namesIn('shop: {}\nshop: {}\n'), { names: ['shop'] });
  });

  it('says why there are none to be had', () => {
    assert.match(JSON.stringify(namesIn('shop: [')), /the accounts file is no YAML/);
    const missing = accountNames({ CAPTURE_WORKER_ACCOUNTS_FILE: 'elsewhere.yaml' }, { cwd });
    assert.deepEqual(missing, { unreadable: "the accounts file can't be read: there is no such file" });
  });
});
