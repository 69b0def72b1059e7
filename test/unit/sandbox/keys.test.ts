import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { keysIn, privateKeyOf, publicKeyOf } from '../../../sandbox/keys.js';

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
