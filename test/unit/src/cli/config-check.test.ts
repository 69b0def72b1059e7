import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { run } from '../../../../src/cli/run.js';
import { ACCOUNT_KEYS } from '../../../../src/config/accounts.js';
import { VARIABLES } from '../../../../src/config/variables.js';
import { runCli } from '../../../support/cli.js';

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

/** The keys and secrets of an account of each provider, as files beside accounts.yaml. */
const ACCOUNT_OF_EACH = `wallet-shop:
  provider: wallet
  merchantId: 'm-1'
  clientId: 'c-1'
  baseUrl: https://wallet.example.com
  privateKey: { file: ours.pem }
  walletPublicKey: { file: wallets.pem }
  authorisationWindow: 7d
yabandpay-shop:
  provider: yabandpay
  merchantId: 'm-1'
  user: 'u-1'
  baseUrl: https://yabandpay.example.com
  secretKey: { env: SHOP_SECRET }
  notifyUrl: https://shop.example.com/notify
payermax-shop:
  provider: payermax
  merchantId: 'm-1'
  appId: 'a-1'
  baseUrl: https://payermax.example.com
  privateKey: { file: ours.pem }
  payermaxPublicKey: { file: wallets.pem }
`;
writeFileSync(join(folder, 'each.yaml'), ACCOUNT_OF_EACH);

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
    assert.match(out, /^DATABASE_URL: postgresql:\/\/\[redacted\]@db:5432\/captures$/m);
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

  it('shows further keys as the current one, of shared secrets only how many there are', async () => {
    const accounts = ACCOUNT_OF_EACH.replace(
      'secretKey: { env: SHOP_SECRET }',
      "secretKey: { env: SHOP_SECRET }\n  previousKeys: [{ env: SHOP_SECRET }]\n  notifySources: ['192.0.2.1']",
    ).replace('authorisationWindow: 7d', 'authorisationWindow: 7d\n  previousKeys: [{ file: wallets.pem }]');
    writeFileSync(join(folder, 'rotating.yaml'), accounts);
    const { code, out } = await checkOf({
      ...ENV,
      CAPTURE_WORKER_ACCOUNTS_FILE: 'rotating.yaml',
      SHOP_SECRET: 'hunter2hunter2',
    });
    assert.equal(code, 0, out);
    assert.match(out, /^CAPTURE_WORKER_NOTIFY_PORT: 8090$/m);
    assert.equal(out.match(/^ {2}previousKeysFingerprint: sha256:[0-9a-f]{64}$/gm)?.length, 1);
    assert.match(out, /^ {2}previousKeysFingerprint: set$/m);
    assert.match(out, /^ {2}previousKeysFingerprint: none$/m);
    assert.match(out, /^ {2}notifySources: 192\.0\.2\.1$/m);
    assert.doesNotMatch(out, /hunter2|BEGIN|MII/);
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

  it('shows of an account of each provider the keys that are documented, and no others', async () => {
    const env = { ...ENV, CAPTURE_WORKER_ACCOUNTS_FILE: 'each.yaml', SHOP_SECRET: 'hunter2hunter2' };
    const { code, out } = await checkOf(env, '--json');
    assert.equal(code, 0, out);
    const { accounts } = JSON.parse(out) as { accounts: { provider: keyof typeof ACCOUNT_KEYS }[] };
    assert.deepEqual(
      accounts.map(({ provider }) => provider),
      Object.keys(ACCOUNT_KEYS),
    );
    for (const account of accounts)
      assert.deepEqual(
        Object.keys(account)
          .map((key) => key.replace(/Ms$|Fingerprint$/, ''))
          .toSorted(),
        ['name', ...Object.keys(ACCOUNT_KEYS[account.provider].shape)].toSorted(),
      );
    assert.doesNotMatch((await checkOf(env)).out, /merchantNo|hunter2/);
  });

  it('ends with 3 and every problem where the database URL can not be decoded, as JSON too', async () => {
    const wrong = { ...ENV, DATABASE_URL: 'postgresql://u:pw@%DB_HOST%/c', KAFKA_TLS: 'x' };
    const plain = await runCli(['config', 'check'], wrong, folder);
    assert.deepEqual([plain.code, plain.out], [3, '']);
    assert.match(plain.err, /has 2 problems:\n.*KAFKA_TLS: .*\n.*DATABASE_URL: has a % in its host/);
    const { code, out } = await checkOf(wrong, '--json');
    assert.equal(code, 3);
    const { valid, problems } = JSON.parse(out) as { valid: boolean; problems: { place: string }[] };
    assert.equal(valid, false);
    assert.deepEqual(problems.map(({ place }) => place).toSorted(), ['DATABASE_URL', 'KAFKA_TLS']);
  });

  it('shows no secret that stands in the wrong place', async () => {
    const secret = 'hunter2-geheim';
    const yaml = ACCOUNT_OF_EACH.replace('{ env: SHOP_SECRET }', `*${secret}`)
      .replace('{ file: wallets.pem }', `!${secret}`)
      .replace('{ file: ours.pem }', `{ file: ${secret} }`)
      .replace('{ file: ours.pem }', `{ env: ${secret} }`)
      .replace('https://wallet.example.com', `https://wallet.example.com/?key=${secret}`)
      .replace('https://shop.example.com/notify', `http://shop.example.com/${secret}`);
    writeFileSync(join(folder, 'wrong.yaml'), yaml);
    const env = {
      CAPTURE_WORKER_ACCOUNTS_FILE: 'wrong.yaml',
      KAFKA_BROKERS: `me:${secret}@kafka:9092`,
      KAFKA_SASL_MECHANISM: secret,
      KAFKA_SASL_PASSWORD_FILE: secret,
      KAFKA_SASL_OAUTH_TOKEN_FILE: secret,
      KAFKA_SASL_OAUTH_TOKEN_URL: `https://id.example.com/?key=${secret}`,
      SCHEMA_REGISTRY_URL: `https://registry/?key=${secret}`,
      SCHEMA_REGISTRY_TOKEN_FILE: secret,
      DATABASE_URL: `postgresql://me:%DB${secret}@db/x`,
      DATABASE_PASSWORD_FILE: secret,
      CAPTURE_WORKER_DRAIN_DEADLINE: secret,
    };
    const { code, out } = await checkOf(env, '--json');
    assert.equal(code, 3);
    const { problems } = JSON.parse(out) as { problems: { place: string }[] };
    const places = problems.map(({ place }) => place);
    for (const place of [
      ...Object.keys(env).slice(1),
      'wrong.yaml:5',
      'wrong.yaml:6',
      'wrong.yaml:7',
      'wrong.yaml:14',
    ])
      assert.ok(
        places.some((one) => one === place || one.startsWith(`${place}: `)),
        `${place} in ${places.join()}`,
      );
    assert.doesNotMatch(out, /hunter2|geheim/);
    const { err } = await runCli(['config', 'check'], env, folder);
    assert.doesNotMatch(err, /hunter2|geheim/);
  });

  it('shows of URLs no more than scheme, host, port, sslmode and a plain name of the database', async () => {
    const shown = async (
      change: Readonly<Record<string, string>>,
      name: string,
    ): Promise<string | undefined> => {
      const { code, out } = await checkOf({ ...ENV, SHOP_SECRET: 'hunter2hunter2', ...change });
      assert.equal(code, 0, out);
      assert.doesNotMatch(out, /hunter2|4711/);
      return new RegExp(`^ *${name}: (.*)$`, 'm').exec(out)?.[1];
    };
    for (const [url, expected] of [
      ['postgresql://db/captures', 'postgresql://db/captures'],
      ['postgres://4711@[::1]:5432/captures_2', 'postgres://[redacted]@[::1]:5432/captures_2'],
      ['postgresql://me:9/Kx+4711==', 'postgresql://me:9/[redacted]'],
      ['postgresql://%2Frun%2F4711/x', 'postgresql://[redacted]/x'],
      [
        'postgresql://db/x?password=hunter2&sslmode=require&options=-c%20a%3D4711',
        'postgresql://db/x?sslmode=require&[redacted]',
      ],
      ['postgresql:///x?host=/run/4711', 'postgresql:///x?[redacted]'],
    ] as const)
      assert.equal(await shown({ DATABASE_URL: url }, 'DATABASE_URL'), expected);
    for (const [url, expected] of [
      ['https://registry:8081', 'https://registry:8081'],
      ['https://registry/hunter2', 'https://registry/[redacted]'],
    ] as const)
      assert.equal(await shown({ SCHEMA_REGISTRY_URL: url }, 'SCHEMA_REGISTRY_URL'), expected);
    writeFileSync(join(folder, 'notified.yaml'), ACCOUNT_OF_EACH.replace('com/notify', 'com/hunter2'));
    assert.equal(
      await shown({ CAPTURE_WORKER_ACCOUNTS_FILE: 'notified.yaml' }, 'notifyUrl'),
      'https://shop.example.com/[redacted]',
    );
  });

  it('writes out the control characters of keys and values, which a terminal would obey', async () => {
    writeFileSync(join(folder, 'escaped.yaml'), '"a\\e[31m":\n  "b\\n": 1\n');
    const env = { ...ENV, CAPTURE_WORKER_ACCOUNTS_FILE: 'escaped.yaml' };
    const { code, err } = await runCli(['config', 'check'], env, folder);
    assert.equal(code, 3);
    assert.match(err, /^ {2}escaped\.yaml:1: a\\u001b\[31m: an account name has letters/m);
    assert.match(err, /^ {2}escaped\.yaml:2: a\\u001b\[31m\.b\\u000a: is no key/m);
    const { problems } = JSON.parse((await checkOf(env, '--json')).out) as { problems: { place: string }[] };
    assert.match(problems.at(-1)?.place ?? '', /^escaped\.yaml:\d: a\\u001b\[31m\./);
    // U+202E would have a terminal write backwards.
    const login = {
      KAFKA_SASL_MECHANISM: 'scram-sha-256',
      KAFKA_SASL_USERNAME: 'a\u202eb',
      KAFKA_SASL_PASSWORD: 'x',
    };
    assert.match((await checkOf({ ...ENV, ...login })).out, /^KAFKA_SASL_USERNAME: a\\u202eb$/m);
  });

  it('tells of files that are none together with all other problems', async () => {
    const env = {
      CAPTURE_WORKER_ACCOUNTS_FILE: '/dev/zero',
      KAFKA_TLS: 'x',
      DATABASE_PASSWORD_FILE: '/dev/null',
    };
    const { code, err } = await runCli(['config', 'check'], { ...ENV, ...env }, folder);
    assert.equal(code, 3);
    for (const line of [
      "/dev/zero: can't be read: it is a device: give a file",
      "DATABASE_PASSWORD_FILE: the file /dev/null can't be read: it is a device: give a file",
      'KAFKA_TLS: is not one of true, false',
    ])
      assert.ok(err.includes(`  ${line}\n`), err);
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
      assert.match(out, /DATABASE_URL"?: "?postgresql:\/\/\[redacted\]@db\/x\?\[redacted\]/);
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
