import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { parseEnv } from 'node:util';
import {
  loadConfig,
  loadDatabaseSettings,
  loadKafkaSettings,
  loadRegistrySettings,
} from '../../../../src/config/config.js';
import { CaptureWorkerError } from '../../../../src/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const wallets = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PRIVATE_PEM = ours.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const WALLET_PEM = wallets.publicKey.export({ type: 'spki', format: 'pem' }).toString();

// The examples as they are shipped, with the keys that they refer to.
copyFileSync('accounts.example.yaml', join(folder, 'accounts.yaml'));
mkdirSync(join(folder, 'secrets'));
for (const [name, content] of Object.entries({
  'wallet-main.private.pem': PRIVATE_PEM,
  'wallet-main.wallet-public.pem': WALLET_PEM,
  'payermax-main.private.pem': PRIVATE_PEM,
  'payermax-main.payermax-public.pem': WALLET_PEM,
  'yabandpay-main.secret': 'a-secret-of-some-length\n',
}))
  writeFileSync(join(folder, 'secrets', name), content);
const EXAMPLE = parseEnv(readFileSync('.env.example', 'utf8'));
const KEYS = {
  WALLET_SECOND_PRIVATE_KEY: PRIVATE_PEM,
  WALLET_SECOND_WALLET_PUBLIC_KEY: WALLET_PEM,
  YABANDPAY_SECOND_SECRET: 'another-secret-of-some-length',
  PAYERMAX_SECOND_PRIVATE_KEY: PRIVATE_PEM,
  PAYERMAX_SECOND_PAYERMAX_PUBLIC_KEY: WALLET_PEM,
};

function problemOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    assert.ok(error instanceof CaptureWorkerError);
    assert.equal(error.code, 'CONFIG_INVALID');
    return error.message;
  }
  return assert.fail('nothing was refused');
}

describe('loadConfig', () => {
  it('reads the examples that are shipped', () => {
    const config = loadConfig({ ...EXAMPLE, ...KEYS }, { cwd: folder });
    assert.deepEqual(config.kafka, {
      brokers: ['localhost:9092'],
      group: 'capture-worker',
      tls: null,
      sasl: null,
      loopbackOnly: false,
    });
    assert.deepEqual(
      config.accounts.map(({ name, provider }) => [name, provider]),
      [
        ['wallet-main', 'wallet'],
        ['yabandpay-main', 'yabandpay'],
        ['payermax-main', 'payermax'],
        ['wallet-second', 'wallet'],
        ['yabandpay-second', 'yabandpay'],
        ['payermax-second', 'payermax'],
      ],
    );
    assert.equal(config.topicPrefix, '');
    assert.deepEqual(config.policy, {
      announceUnsentAfterMs: 60_000,
      resend: { baseMs: 2_000, capMs: 300_000 },
      inquiry: {
        wallet: { baseMs: 5_000, capMs: 900_000 },
        yabandpay: { baseMs: 5_000, capMs: 900_000 },
        payermax: { baseMs: 5_000, capMs: 900_000 },
      },
      overdueInquiryMs: 3_600_000,
      quietPeriodMs: 120_000,
      resendSpacingMs: 60_000,
      repeatAfterMs: 900_000,
      contradictionWaitMs: 900_000,
      accountFaultTries: 3,
    });
  });

  it('also reads the settings that the example shows commented out', () => {
    const uncommented = readFileSync('.env.example', 'utf8').replaceAll(/^#(?=CAPTURE_WORKER_)/gm, '');
    const config = loadConfig({ ...parseEnv(uncommented), ...KEYS }, { cwd: folder });
    assert.deepEqual(config.http, { host: '0.0.0.0', port: 9464 });
    assert.deepEqual(config.notify, { host: '127.0.0.1', port: 8090, windowMs: 300_000 });
  });

  it('takes a provider’s own back-off for its inquiries, and for what it lacks the one of all', () => {
    const { inquiry } = loadConfig(
      {
        ...EXAMPLE,
        ...KEYS,
        CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: '10s',
        CAPTURE_WORKER_YABANDPAY_INQUIRY_BACKOFF_BASE: '30s',
        CAPTURE_WORKER_WALLET_INQUIRY_BACKOFF_CAP: '1m',
      },
      { cwd: folder },
    ).policy;
    assert.deepEqual(inquiry, {
      wallet: { baseMs: 10_000, capMs: 60_000 },
      yabandpay: { baseMs: 30_000, capMs: 900_000 },
      payermax: { baseMs: 10_000, capMs: 900_000 },
    });
  });

  it('takes no notifications if the port is off, and any free port if it is 0', () => {
    const portOf = (port: string) =>
      loadConfig({ ...EXAMPLE, ...KEYS, CAPTURE_WORKER_NOTIFY_PORT: port }, { cwd: folder }).notify.port;
    assert.deepEqual(['off', '0', '80', ''].map(portOf), [null, 0, 80, 8_090]);
    for (const port of ['-1', '65536', 'none', '8090 ', 'OFF'])
      assert.match(
        problemOf(() => portOf(port)),
        /CAPTURE_WORKER_NOTIFY_PORT: .*is neither a port, 0 to 65535, nor off/,
      );
  });

  it('is frozen all the way down', () => {
    const config = loadConfig({ ...EXAMPLE, ...KEYS }, { cwd: folder });
    for (const part of [
      config,
      config.kafka,
      config.kafka.brokers,
      config.policy.resend,
      config.accounts,
      config.accounts[0],
    ])
      assert.ok(Object.isFrozen(part));
  });

  it('tells the problems of variables and accounts together, one a line, and no secret', () => {
    const env = {
      ...EXAMPLE,
      ...KEYS,
      KAFKA_BROKERS: '',
      CAPTURE_WORKER_HTTP_PORT: 'http',
      WALLET_SECOND_PRIVATE_KEY: WALLET_PEM,
      WALLET_SECOND_WALLET_PUBLIC_KEY: '',
    };
    const text = problemOf(() => loadConfig(env, { cwd: folder }));
    const [title, ...lines] = text.split('\n');
    assert.equal(title, 'The configuration has 4 problems:');
    assert.deepEqual(
      lines.map((line) => line.replace(/: [^.]*$/, '')),
      [
        '  KAFKA_BROKERS',
        '  CAPTURE_WORKER_HTTP_PORT',
        '  ./accounts.yaml:38: wallet-second.privateKey: the variable WALLET_SECOND_PRIVATE_KEY is a public key',
        '  ./accounts.yaml:39: wallet-second.walletPublicKey: the variable WALLET_SECOND_WALLET_PUBLIC_KEY is not set',
      ].map((line) => line.replace(/: [^.]*$/, '')),
    );
    assert.doesNotMatch(text, /BEGIN|password/);
  });

  it('tells the problems of all connections together with the others, each with its variable', () => {
    const env = {
      ...EXAMPLE,
      ...KEYS,
      KAFKA_SASL_USERNAME: 'me',
      SCHEMA_REGISTRY_PASSWORD: 'hunter2',
      DATABASE_URL: 'postgresql://me:hunter2@db/x?sslmode=prefer',
      DATABASE_PASSWORD_FILE: 'none',
      CAPTURE_WORKER_MAX_IN_FLIGHT: 'many',
    };
    const text = problemOf(() => loadConfig(env, { cwd: folder }));
    for (const name of [
      'KAFKA_SASL_USERNAME',
      'SCHEMA_REGISTRY_USERNAME',
      'DATABASE_URL',
      'DATABASE_PASSWORD_FILE',
      'CAPTURE_WORKER_MAX_IN_FLIGHT',
    ])
      assert.match(text, new RegExp(`^  ${name}: `, 'm'));
    assert.doesNotMatch(text, /hunter/);
  });

  it('gives every process its own worker id, or the one that is set', () => {
    const id = (): string => loadConfig({ ...EXAMPLE, ...KEYS }, { cwd: folder }).workerId;
    assert.notEqual(id(), id());
    const env = { ...EXAMPLE, ...KEYS, CAPTURE_WORKER_WORKER_ID: 'worker-7' };
    assert.equal(loadConfig(env, { cwd: folder }).workerId, 'worker-7');
  });
});

describe('settings of single commands', () => {
  it('need only what the command connects to', () => {
    const { DATABASE_URL = '', KAFKA_BROKERS = '', SCHEMA_REGISTRY_URL = '' } = EXAMPLE;
    const place = { cwd: folder };
    const { database } = loadDatabaseSettings({ DATABASE_URL }, place);
    assert.deepEqual(database, { url: DATABASE_URL, tls: null, poolSize: 8 });
    assert.deepEqual(loadKafkaSettings({ KAFKA_BROKERS }, place).kafka.brokers, [KAFKA_BROKERS]);
    assert.equal(loadRegistrySettings({ SCHEMA_REGISTRY_URL }, place).registry.url, SCHEMA_REGISTRY_URL);
  });

  it("look at no file of another part, but refuse another part's value that is wrong by itself", () => {
    const env = {
      DATABASE_URL: EXAMPLE['DATABASE_URL'],
      KAFKA_TLS: 'true',
      KAFKA_TLS_CA_FILE: 'none.pem',
      SCHEMA_REGISTRY_USERNAME: 'alone',
    };
    loadDatabaseSettings(env, { cwd: folder });
    assert.match(
      problemOf(() => loadDatabaseSettings({ ...env, KAFKA_TLS: 'ja' }, { cwd: folder })),
      /KAFKA_TLS: is not one of true, false/,
    );
  });

  it('name what is missing', () => {
    assert.match(
      problemOf(() => loadDatabaseSettings({}, { cwd: folder })),
      /DATABASE_URL: is not set/,
    );
    assert.match(
      problemOf(() => loadKafkaSettings({}, { cwd: folder })),
      /KAFKA_BROKERS: is not set/,
    );
    assert.match(
      problemOf(() => loadRegistrySettings({}, { cwd: folder })),
      /SCHEMA_REGISTRY_URL: is not set/,
    );
  });
});
