import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { ACCOUNT_KEYS } from '../../../../src/config/accounts.js';
import { loadConfig } from '../../../../src/config/config.js';
import { ConfigurationError } from '../../../../src/config/problem.js';
import { VARIABLE_NAMES } from '../../../../src/config/variables.js';

const folder = mkdtempSync(join(tmpdir(), 'nothing-repeated-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});
writeFileSync(join(folder, 'accounts.yaml'), 'main:\n  provider: yabandpay\n');

/** A secret as it could be pasted: letters of both cases and digits, so that no text of ours holds it by chance. */
const secrets = fc.stringMatching(/^x[A-Z2-9]{8,40}q$/);

/** What people make of it on the way to where it doesn't belong. */
const SHAPES: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `${secret} `,
  (secret) => `${secret}\n`,
  (secret) => `my ${secret}`,
  (secret) => `9${secret}`,
  (secret) => `25${secret}s`,
  (secret) => secret.repeat(50),
  (secret) => `me:${secret}`,
  (secret) => `me:${secret}@kafka:9092`,
  (secret) => `kafka:9092,${secret}`,
  (secret) => `${secret}:9092`,
  (secret) => `${secret}:70000`,
  (secret) => `${secret}=`,
  (secret) => `${secret}/`,
  (secret) => `/${secret}`,
  (secret) => `${secret}/${secret}`,
  (secret) => `../../../../../../../../../../../../${secret}`,
  ...['https', 'http', 'postgresql'].flatMap((scheme) => [
    (secret: string) => `${scheme}://${secret}`,
    (secret: string) => `${scheme}://me:${secret}`,
    (secret: string) => `${scheme}://me:${secret}@db/x`,
    (secret: string) => `${scheme}://me:9/${secret}@db/x`,
    (secret: string) => `${scheme}://me:9?${secret}@db/x`,
    (secret: string) => `${scheme}://me:9#${secret}@db/x`,
    (secret: string) => `${scheme}://me:%${secret}@db/x`,
    (secret: string) => `${scheme}://db,${secret}/x`,
    (secret: string) => `${scheme}://db/${secret}`,
    (secret: string) => `${scheme}://db/x?key=${secret}`,
    (secret: string) => `${scheme}://db/x#${secret}`,
  ]),
  ...['sslmode', 'sslrootcert', 'sslcert', 'host', 'port', 'options', 'query_timeout'].map(
    (name) => (secret: string) => `postgresql://db/x?${name}=${secret}`,
  ),
  (secret) => `postgresql://db/x?ssl${secret}=1`,
];

/** What else is set decides what is looked at. */
const SURROUNDINGS: readonly Readonly<Record<string, string>>[] = [
  {},
  { KAFKA_TLS: 'true', KAFKA_SASL_MECHANISM: 'plain' },
  { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_BROKERS: 'kafka:9092' },
  { KAFKA_SASL_MECHANISM: 'plain', SCHEMA_REGISTRY_URL: 'http://registry:8081' },
];

/** All that is said of a configuration that is refused. */
function told(env: Readonly<Record<string, string>>): string {
  try {
    loadConfig(env, { cwd: folder });
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return assert.fail('nothing was refused');
}

function assertSilent(text: string, secret: string, about: string): void {
  // A URL has its host in small letters.
  assert.ok(!text.toLowerCase().includes(secret.toLowerCase()), `${about}: ${text}`);
}

describe('of a configuration that is refused', () => {
  it('no value of a variable is repeated that could be a secret', () => {
    fc.assert(
      fc.property(secrets, fc.constantFrom(...SURROUNDINGS), (secret, surroundings) => {
        for (const name of VARIABLE_NAMES)
          for (const shape of SHAPES)
            assertSilent(
              told({ ...surroundings, [name]: shape(secret) }),
              secret,
              `${name}=${shape(secret)}`,
            );
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });

  it('no value of a key of the accounts file is repeated that could be a secret', () => {
    const written = [
      (value: string) => JSON.stringify(value),
      (value: string) => `{ file: ${JSON.stringify(value)} }`,
      (value: string) => `{ env: ${JSON.stringify(value)} }`,
      (value: string) => `[${JSON.stringify(value)}]`,
      (value: string) => `!${value.trim()}`,
      (value: string) => `*${value.trim()}`,
      (value: string) => `&${value.trim()}`,
      (value: string) => `@${value}`,
      (value: string) => `"${value}`,
    ];
    // Each key in accounts of its own, and twice, so that the two are also compared.
    const keys = Object.entries(ACCOUNT_KEYS).flatMap(([provider, { shape }]) =>
      Object.keys(shape).map((key) => `${key === 'provider' ? '' : `  provider: ${provider}\n`}  ${key}: `),
    );
    const ways = fc.array(fc.constantFrom(...written), {
      minLength: SHAPES.length,
      maxLength: SHAPES.length,
    });
    fc.assert(
      fc.property(secrets, ways, (secret, writes) => {
        for (const [index, write] of writes.entries()) {
          const value = write(SHAPES[index]?.(secret) ?? secret);
          const accounts = ['one', 'other'].flatMap((name) =>
            keys.map((key, number) => `${name}-${String(number)}:\n${key}${value}\n`),
          );
          writeFileSync(join(folder, 'wrong.yaml'), accounts.join(''));
          assertSilent(told({ CAPTURE_WORKER_ACCOUNTS_FILE: 'wrong.yaml' }), secret, value);
        }
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});
