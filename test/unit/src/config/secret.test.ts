import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readSecret } from '../../../../src/config/secret.js';

const folder = mkdtempSync(join(tmpdir(), 'secret-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});
mkdirSync(join(folder, 'keys'));
writeFileSync(join(folder, 'empty'), '\n');
writeFileSync(join(folder, 'with-mark'), '\ufeffhunter2');
writeFileSync(join(folder, 'utf-16'), Buffer.from('\ufeffhunter2', 'utf16le'));
writeFileSync(join(folder, 'utf-16-bare'), Buffer.from('hunter2', 'utf16le'));

const env = { WALLET_KEY: 'hunter2', EMPTY: '' };

function unreadable(reference: { file: string } | { env: string }): string {
  const read = readSecret(reference, { env, folder });
  return 'unreadable' in read ? read.unreadable : assert.fail(read.place);
}

describe('readSecret', () => {
  it('never shows what stands in the place of a path and could be the secret itself', () => {
    for (const secret of [
      'hunter2secret',
      'aGVsbG8/d29ybGQ=',
      '/hunter2',
      'hunter2.secret',
      '../../../../../../../../../hunter2',
      `-----BEGIN PRIVATE KEY-----\nMII/E\n-----END PRIVATE KEY-----\n`,
      'nul/\0hunter2',
      'hunter2'.repeat(1_000),
    ])
      assert.equal(
        unreadable({ file: secret }),
        `names no file that exists (not shown, in case it is the secret itself); relative paths begin in ${folder}`,
      );
  });

  it('shows a path that leads into a folder, or to something that is no secret', () => {
    const [missing, empty] = [join(folder, 'keys/none.pem'), join(folder, 'empty')];
    for (const file of [missing, 'keys/none.pem', './keys/none.pem'])
      assert.equal(unreadable({ file }), `the file ${missing} can't be read: there is no such file`);
    assert.match(unreadable({ file: 'keys' }), /keys can't be read: it is a folder/);
    assert.equal(unreadable({ file: 'empty' }), `the file ${empty} is empty`);
  });

  it('never shows what stands in the place of a variable and could be the secret itself', () => {
    for (const secret of ['hunter2secret', 'HUNTER2', 'JBSWY3DPEHPK3PXP', 'hunter_2', '_HUNTER', 'A_b'])
      assert.equal(
        unreadable({ env: secret }),
        'names no variable that is set (not shown, in case it is the secret itself)',
      );
    assert.equal(unreadable({ env: 'WALLET_KYE' }), 'the variable WALLET_KYE is not set');
    assert.equal(unreadable({ env: 'EMPTY' }), 'the variable EMPTY is not set');
  });

  it('takes nothing for a variable that every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      assert.match(unreadable({ env: name }), /names no variable that is set/);
  });

  it('reads a file without the mark that editors put before it, and knows one that is no UTF-8 text', () => {
    const read = readSecret({ file: 'with-mark' }, { env, folder });
    assert.equal('secret' in read && read.secret, 'hunter2');
    for (const file of ['utf-16', 'utf-16-bare'])
      assert.match(unreadable({ file }), /utf-16(-bare)? can't be read: it is UTF-16: save it as UTF-8$/);
  });
});
