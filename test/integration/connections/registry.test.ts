import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createAuthority } from '../../support/certificates.js';
import type { Told } from '../../support/cli.js';
import { runCli } from '../../support/cli.js';
import type { RegistryGate } from '../../support/registry-gate.js';
import { openRegistryGate } from '../../support/registry-gate.js';

type Variables = Readonly<Record<string, string>>;

const USER = 'wörker';
const PASSWORD = 'pass:word-4711';
const TOKENS = ['token-one-4711', 'token-two-4711'] as const;

describe('a schema registry behind TLS and a login', () => {
  const url = process.env['SCHEMA_REGISTRY_URL'] ?? assert.fail('run with npm test');
  let folder: string;
  let gate: RegistryGate;
  let goodToken: string = TOKENS[0];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'registry-gate-test-'));
    const [ours, others] = await Promise.all([createAuthority('ours'), createAuthority('others')]);
    await writeFile(join(folder, 'ca.pem'), ours.certificate);
    await writeFile(join(folder, 'other-ca.pem'), others.certificate);
    await writeFile(join(folder, 'token'), `${goodToken}\n`);
    const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
    gate = await openRegistryGate(url, await ours.issue({ names: ['localhost'] }), (authorization) => {
      if (authorization === 'Bearer powerless-4711') return 403;
      return [basic, `Bearer ${goodToken}`].includes(authorization) ? null : 401;
    });
  });
  after(async () => {
    gate.close();
    await rm(folder, { recursive: true });
  });

  function register(change: Variables): Promise<Told> {
    const env = {
      SCHEMA_REGISTRY_URL: gate.origin + new URL(url).pathname,
      SCHEMA_REGISTRY_CA_FILE: 'ca.pem',
      CAPTURE_WORKER_TOPIC_PREFIX: `gate-${randomBytes(6).toString('hex')}.`,
      ...change,
    };
    return runCli(['schemas', 'register'], env, folder);
  }

  async function passes(change: Variables): Promise<void> {
    const { code, out, err } = await register(change);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /order\.fulfilled-value: registered, id \d+/);
  }

  it('lets us register by user and password', async () => {
    await passes({ SCHEMA_REGISTRY_USERNAME: USER, SCHEMA_REGISTRY_PASSWORD: PASSWORD });
  });

  it('lets us register by a token, and by the one that has replaced it in its file', async () => {
    await passes({ SCHEMA_REGISTRY_TOKEN: TOKENS[0] });
    await passes({ SCHEMA_REGISTRY_TOKEN_FILE: 'token' });
    goodToken = TOKENS[1];
    assert.equal((await register({ SCHEMA_REGISTRY_TOKEN_FILE: 'token' })).code, 4);
    await writeFile(join(folder, 'token'), goodToken);
    await passes({ SCHEMA_REGISTRY_TOKEN_FILE: 'token' });
  });

  it('is refused with 4 and what to look at, without the secret', async () => {
    const user = { SCHEMA_REGISTRY_USERNAME: USER, SCHEMA_REGISTRY_PASSWORD: PASSWORD };
    const cases: readonly (readonly [change: Variables, expected: RegExp])[] = [
      [{}, /status 401\): it asks for credentials: set SCHEMA_REGISTRY_USERNAME/],
      [{ ...user, SCHEMA_REGISTRY_PASSWORD: 'wrong-4711' }, /check SCHEMA_REGISTRY_USERNAME and/],
      [{ SCHEMA_REGISTRY_TOKEN: 'wrong-4711' }, /check SCHEMA_REGISTRY_TOKEN or its file/],
      [{ SCHEMA_REGISTRY_TOKEN: 'powerless-4711' }, /status 403\): whoever signs in must be allowed/],
      [
        { ...user, SCHEMA_REGISTRY_CA_FILE: 'other-ca.pem' },
        /authority that is not trusted .*SCHEMA_REGISTRY_CA_FILE/,
      ],
      [
        { ...user, SCHEMA_REGISTRY_URL: gate.origin.replace('localhost', '127.0.0.1') },
        /certificate is for other names .*the host in SCHEMA_REGISTRY_URL/,
      ],
    ];
    for (const [change, expected] of cases) {
      const { code, out, err } = await register(change);
      assert.deepEqual([code, out], [4, ''], err);
      assert.match(err, expected);
      assert.doesNotMatch(err, /4711|html|Basic|Bearer/);
    }
  });

  it('whose path is wrong ends with 4, what was reached and what to correct', async () => {
    const user = { SCHEMA_REGISTRY_USERNAME: USER, SCHEMA_REGISTRY_PASSWORD: PASSWORD };
    for (const SCHEMA_REGISTRY_URL of [gate.origin, `${gate.origin}/apis/no-such`]) {
      const { code, err } = await register({ ...user, SCHEMA_REGISTRY_URL });
      assert.equal(code, 4);
      assert.ok(err.includes(`what answers GET ${SCHEMA_REGISTRY_URL}/config/`), err);
      assert.match(
        err,
        /correct the host and path of SCHEMA_REGISTRY_URL; .*Apicurio it is \/apis\/ccompat\/v7\n$/,
      );
    }
  });
});
