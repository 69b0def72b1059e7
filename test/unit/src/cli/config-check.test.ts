import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { run } from '../../../../src/cli/run.js';
import { VARIABLES } from '../../../../src/config/variables.js';

const folder = mkdtempSync(join(tmpdir(), 'config-check-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const wallets = generateKeyPairSync('rsa', { modulusLength: 2048 });
writeFileSync(join(folder, 'ours.pem'), ours.privateKey.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(join(folder, 'wallets.pem'), wallets.publicKey.export({ type: 'spki', format: 'pem' }));
writeFileSync(
  join(folder, 'accounts.yaml'),
  `shop:
  provider: wallet
  merchantId: 'm-1'
  clientId: 'c-1'
  baseUrl: https://wallet.example.com
  privateKey: { file: ours.pem }
  walletPublicKey: { file: wallets.pem }
  authorisationWindow: 7d
`,
);

const ENV = {
  KAFKA_BROKERS: 'kafka:9092',
  SCHEMA_REGISTRY_URL: 'http://registry:8081',
  DATABASE_URL: 'postgresql://worker:hunter2@db:5432/captures',
};

async function check(...options: string[]): Promise<{ code: number; out: string }> {
  return checkOf(ENV, ...options);
}

async function checkOf(
  env: Readonly<Record<string, string>>,
  ...options: string[]
): Promise<{ code: number; out: string }> {
  let out = '';
  const code = await run(['config', 'check', ...options], {
    env,
    cwd: folder,
    out: (text) => {
      out += text;
    },
    err: (text) => assert.fail(text),
  });
  return { code, out };
}

describe('config check', () => {
  it('shows a valid configuration, durations with their units, and no secret', async () => {
    const { code, out } = await check();
    assert.equal(code, 0);
    assert.match(out, /^The configuration is valid\.$/m);
    assert.match(out, /^KAFKA_BROKERS: kafka:9092$/m);
    assert.match(out, /^CAPTURE_WORKER_DRAIN_DEADLINE: 25s$/m);
    assert.match(out, /^CAPTURE_WORKER_TOPIC_PREFIX: not set$/m);
    assert.match(out, /^account shop$/m);
    assert.match(out, /^ {2}authorisationWindow: 7d$/m);
    assert.match(out, /^DATABASE_URL: postgresql:\/\/worker:\[redacted\]@db:5432\/captures$/m);
    assert.doesNotMatch(out, /hunter2|BEGIN|MII/);
  });

  it('shows keys by the fingerprint of their public half', async () => {
    const { out } = await check();
    const fingerprint = (key: typeof ours.publicKey): string =>
      createHash('sha256')
        .update(key.export({ type: 'spki', format: 'der' }))
        .digest('hex');
    assert.ok(out.includes(`  privateKeyFingerprint: sha256:${fingerprint(ours.publicKey)}\n`));
    assert.ok(out.includes(`  walletPublicKeyFingerprint: sha256:${fingerprint(wallets.publicKey)}\n`));
  });

  it('says the same as JSON', async () => {
    const { code, out } = await check('--json');
    assert.equal(code, 0);
    const shown = JSON.parse(out) as {
      valid: boolean;
      settings: Record<string, unknown>;
      accounts: { name: string }[];
    };
    assert.equal(shown.valid, true);
    assert.deepEqual(Object.keys(shown.settings), Object.keys(VARIABLES.shape));
    assert.equal(shown.settings['KAFKA_BROKERS'], 'kafka:9092');
    assert.equal(shown.settings['KAFKA_TLS'], 'false');
    assert.equal(shown.settings['CAPTURE_WORKER_TOPIC_PREFIX'], null);
    assert.deepEqual(
      shown.accounts.map(({ name }) => name),
      ['shop'],
    );
    assert.doesNotMatch(out, /hunter2|BEGIN|MII/);
  });

  it('shows of a secret that it is set, and nothing more', async () => {
    const secrets = {
      KAFKA_TLS: 'true',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'hunter2',
      SCHEMA_REGISTRY_URL: 'https://registry',
      SCHEMA_REGISTRY_TOKEN: 'hunter2',
      DATABASE_URL: `postgresql://me:%22hunter2" hunter2@db/x?password=hunter2`,
    };
    for (const options of [[], ['--json']]) {
      const { code, out } = await checkOf({ ...ENV, ...secrets }, ...options);
      assert.equal(code, 0);
      assert.doesNotMatch(out, /hunter/);
      for (const name of ['KAFKA_SASL_PASSWORD', 'SCHEMA_REGISTRY_TOKEN'])
        assert.match(out, new RegExp(`${name}"?: "?\\[redacted\\]`));
      assert.match(out, /DATABASE_URL"?: "?postgresql:\/\/me:\[redacted\]@db\/x\?password=\[redacted\]/);
    }
    const client = {
      KAFKA_TLS: 'true',
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_SASL_OAUTH_TOKEN_URL: 'https://id',
      KAFKA_SASL_OAUTH_CLIENT_ID: 'me',
      KAFKA_SASL_OAUTH_CLIENT_SECRET: 'hunter2',
      SCHEMA_REGISTRY_URL: 'https://registry',
      SCHEMA_REGISTRY_USERNAME: 'me',
      SCHEMA_REGISTRY_PASSWORD: 'hunter2',
    };
    const { code, out } = await checkOf({ ...ENV, ...client });
    assert.equal(code, 0);
    assert.doesNotMatch(out, /hunter/);
    assert.match(out, /^KAFKA_SASL_OAUTH_CLIENT_SECRET: \[redacted\]$/m);
  });
});
