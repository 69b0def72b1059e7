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
writeFileSync(join(folder, 'secrets/wallet-main.private.pem'), PRIVATE_PEM);
writeFileSync(join(folder, 'secrets/wallet-main.wallet-public.pem'), WALLET_PEM);
const EXAMPLE = parseEnv(readFileSync('.env.example', 'utf8'));
const KEYS = { WALLET_SECOND_PRIVATE_KEY: PRIVATE_PEM, WALLET_SECOND_WALLET_PUBLIC_KEY: WALLET_PEM };

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
    assert.deepEqual(config.kafka, { brokers: ['localhost:9092'], group: 'capture-worker' });
    assert.deepEqual(
      config.accounts.map(({ name, provider }) => [name, provider]),
      [
        ['wallet-main', 'wallet'],
        ['wallet-second', 'wallet'],
      ],
    );
    assert.equal(config.topicPrefix, '');
    assert.deepEqual(config.policy, {
      announceUnsentAfterMs: 60_000,
      resend: { baseMs: 2_000, capMs: 300_000 },
      inquiry: { baseMs: 5_000, capMs: 900_000 },
      accountFaultTries: 3,
    });
  });

  it('also reads the settings that the example shows commented out', () => {
    const uncommented = readFileSync('.env.example', 'utf8').replaceAll(/^#(?=CAPTURE_WORKER_)/gm, '');
    const config = loadConfig({ ...parseEnv(uncommented), ...KEYS }, { cwd: folder });
    assert.deepEqual(config.http, { host: '0.0.0.0', port: 9464 });
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
      KAFKA_BROKERS: '',
      CAPTURE_WORKER_HTTP_PORT: 'http',
      WALLET_SECOND_PRIVATE_KEY: WALLET_PEM,
    };
    const text = problemOf(() => loadConfig(env, { cwd: folder }));
    const [title, ...lines] = text.split('\n');
    assert.equal(title, 'The configuration has 4 problems:');
    assert.deepEqual(
      lines.map((line) => line.replace(/: [^.]*$/, '')),
      [
        '  KAFKA_BROKERS',
        '  CAPTURE_WORKER_HTTP_PORT',
        '  ./accounts.yaml:22: wallet-second.privateKey: the variable WALLET_SECOND_PRIVATE_KEY is a public key',
        '  ./accounts.yaml:23: wallet-second.walletPublicKey: the variable WALLET_SECOND_WALLET_PUBLIC_KEY is not set',
      ].map((line) => line.replace(/: [^.]*$/, '')),
    );
    assert.doesNotMatch(text, /BEGIN|password/);
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
    assert.deepEqual(loadDatabaseSettings({ DATABASE_URL }).database, { url: DATABASE_URL, poolSize: 8 });
    assert.deepEqual(loadKafkaSettings({ KAFKA_BROKERS }).kafka.brokers, [KAFKA_BROKERS]);
    assert.deepEqual(loadRegistrySettings({ SCHEMA_REGISTRY_URL }).registry, { url: SCHEMA_REGISTRY_URL });
  });

  it('name what is missing', () => {
    assert.match(
      problemOf(() => loadDatabaseSettings({})),
      /DATABASE_URL: is not set/,
    );
    assert.match(
      problemOf(() => loadKafkaSettings({})),
      /KAFKA_BROKERS: is not set/,
    );
    assert.match(
      problemOf(() => loadRegistrySettings({})),
      /SCHEMA_REGISTRY_URL: is not set/,
    );
  });
});
