import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { keysIn, privateKeyOf, publicKeyOf, secretIn } from '../../../sandbox/keys.js';

describe('keys in a folder', () => {
  let folder: string;
  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'sandbox-keys-')), 'deeper');
  });
  after(() => rm(join(folder, '..'), { recursive: true }));

  it('are made once, belong together, and are read after that', async () => {
    const made = await keysIn(folder, 'merchant');
    const signature = sign('sha256', Buffer.from('x'), made.privateKeyPem);
    assert.ok(verify('sha256', Buffer.from('x'), made.publicKeyPem, signature));
    assert.deepEqual(await keysIn(folder, 'merchant'), made);
    assert.equal(await readFile(join(folder, 'merchant-public.pem'), 'utf8'), made.publicKeyPem);
    assert.notEqual((await keysIn(folder, 'wallet')).privateKeyPem, made.privateKeyPem);
  });

  it('have their public half mended if it disagrees', async () => {
    const { publicKeyPem } = await keysIn(folder, 'merchant');
    await writeFile(join(folder, 'merchant-public.pem'), 'something else');
    await keysIn(folder, 'merchant');
    assert.equal(await readFile(join(folder, 'merchant-public.pem'), 'utf8'), publicKeyPem);
  });

  it('are refused by name if they cannot be read', async () => {
    await writeFile(join(folder, 'broken-private.pem'), 'no key');
    await assert.rejects(keysIn(folder, 'broken'), /broken-private\.pem: not a key in PEM/);
  });
});

describe('a secret in a folder', () => {
  let folder: string;
  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'sandbox-secret-')), 'deeper');
  });
  after(() => rm(join(folder, '..'), { recursive: true }));

  it('is made once, for its user alone, and read after that', async () => {
    const made = await secretIn(folder, 'shop');
    assert.match(made, /^[0-9a-f]{32}$/);
    assert.equal(await secretIn(folder, 'shop'), made);
    assert.equal((await stat(join(folder, 'shop.txt'))).mode & 0o777, 0o600);
    assert.notEqual(await secretIn(folder, 'other'), made);
  });

  it('may have been written by hand, with a line end or without', async () => {
    for (const text of ['mine', 'mine\n']) {
      await writeFile(join(folder, 'own.txt'), text);
      assert.equal(await secretIn(folder, 'own'), 'mine');
    }
  });
});

describe('a key', () => {
  it('must be RSA', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const publicPem = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
    assert.throws(() => privateKeyOf(pem, 'mine'), /mine: must be an RSA key, not ec/);
    assert.throws(() => publicKeyOf(publicPem, 'theirs'), /theirs: must be an RSA key, not ec/);
    assert.throws(() => publicKeyOf('', 'theirs'), /theirs: not a key in PEM/);
  });
});
