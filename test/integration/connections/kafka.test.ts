import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKafkaSettings } from '../../../src/config/config.js';
import type { KafkaClientConfig } from '../../../src/kafka/client.js';
import { createLogConsumer } from '../../../src/kafka/log-consumer.js';
import { createLogProducer } from '../../../src/kafka/log-producer.js';
import { kafkaClientConfig } from '../../../src/kafka/security.js';
import { TOPICS } from '../../../src/kafka/topics.js';
import type { LogRecord } from '../../../src/ports/log.js';
import { systemClock } from '../../../src/system-clock.js';
import { createAuthority } from '../../support/certificates.js';
import type { Told } from '../../support/cli.js';
import { runCli } from '../../support/cli.js';
import { eventually } from '../../support/eventually.js';
import { SILENT } from '../../support/kafka.js';
import type { SecureKafka } from '../../support/secure-kafka.js';
import { startSecureKafka, USER } from '../../support/secure-kafka.js';
import type { TokenEndpoint } from '../../support/token-endpoint.js';
import { CLIENT, startTokenEndpoint } from '../../support/token-endpoint.js';

type Variables = Readonly<Record<string, string>>;

/** Seconds that a token lasts, and so the session that is begun with it: the tests outlast several. */
const TOKEN_SECONDS = 3;
const TOPIC = 'capture.failed';

describe('Kafka with TLS and logins', () => {
  let folder: string;
  let tokens: TokenEndpoint;
  let kafka: SecureKafka;
  let isEndpointAway = false;
  /** Commands that end only when their patience does: they wait while the other tests run. */
  let unwanted: Promise<readonly Told[]>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secure-kafka-test-'));
    const [ours, others] = await Promise.all([createAuthority('ours'), createAuthority('others')]);
    const client = await ours.issue();
    tokens = await startTokenEndpoint({
      lifeSeconds: TOKEN_SECONDS,
      answer: (response) => {
        if (isEndpointAway) response.writeHead(503).end();
        return isEndpointAway;
      },
    });
    const files = {
      'ca.pem': ours.certificate,
      'other-ca.pem': others.certificate,
      'client.pem': client.certificate,
      'client.key': client.key,
      password: `${USER.password}\n`,
      token: `${tokens.sign(600)}\n`,
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    kafka = await startSecureKafka(ours, tokens.keysUrl);
    const created = await cli(PLAIN, 'topics', 'create', '--replication-factor', '1', '--partitions', '1');
    unwanted = Promise.all([
      cli({ KAFKA_TLS: '', KAFKA_TLS_CA_FILE: '' }, 'lag'),
      cli({}, 'lag'),
      cli({ KAFKA_BROKERS: kafka.plain }, 'lag'),
    ]);
    assert.deepEqual(
      [created.code, created.out.trimEnd().split('\n').length],
      [0, TOPICS.length],
      created.err,
    );
  });
  after(async () => {
    await kafka.stop();
    tokens.close();
    await rm(folder, { recursive: true });
  });

  const PASSWORD = { KAFKA_SASL_USERNAME: USER.name, KAFKA_SASL_PASSWORD_FILE: 'password' };
  const PLAIN = { KAFKA_SASL_MECHANISM: 'plain', ...PASSWORD };
  const clientCredentials = (): Variables => ({
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_SASL_OAUTH_TOKEN_URL: tokens.url,
    KAFKA_SASL_OAUTH_CLIENT_ID: CLIENT.id,
    KAFKA_SASL_OAUTH_CLIENT_SECRET: CLIENT.secret,
    KAFKA_SASL_OAUTH_SCOPE: 'read write',
  });

  function variables(change: Variables): Variables {
    return { KAFKA_BROKERS: kafka.brokers, KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: 'ca.pem', ...change };
  }

  function cli(change: Variables, ...args: string[]): Promise<Told> {
    return runCli(args, variables(change), folder);
  }

  function clientWith(change: Variables): KafkaClientConfig {
    const settings = loadKafkaSettings(variables(change), { cwd: folder });
    return kafkaClientConfig(settings.kafka, { clientId: 'test', clock: systemClock });
  }

  const LOGINS: Readonly<Record<string, () => Variables>> = {
    PLAIN: () => PLAIN,
    'SCRAM-SHA-256': () => ({ ...PLAIN, KAFKA_SASL_MECHANISM: 'scram-sha-256' }),
    'SCRAM-SHA-512': () => ({ ...PLAIN, KAFKA_SASL_MECHANISM: 'scram-sha-512' }),
    'OAUTHBEARER with a token from a file': () => ({
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_SASL_OAUTH_TOKEN_FILE: 'token',
    }),
    'OAUTHBEARER with client credentials': clientCredentials,
    "a client's certificate": () => ({
      KAFKA_BROKERS: kafka.mutual,
      KAFKA_TLS_CERT_FILE: 'client.pem',
      KAFKA_TLS_KEY_FILE: 'client.key',
    }),
  };
  describe('is written to and read from, and asked for its lag', { concurrency: true }, () => {
    for (const [name, login] of Object.entries(LOGINS)) {
      it(`by ${name}`, async () => {
        const client = clientWith(login());
        const value = `by ${name}`;
        const producer = createLogProducer({ client, log: SILENT });
        await producer.append([recordOf(value)]);
        await producer.close();
        assert.ok((await readUntil(client, value)).includes(value));
        const { code, out, err } = await cli(login(), 'lag');
        assert.deepEqual([code, err], [0, '']);
        assert.match(out, /^group capture-worker: 0 to do; it has committed nothing anywhere$/m);
      });
    }
  });

  it('is signed in to anew before a token expires, and does not stop while the endpoint is away', async () => {
    const client = clientWith(clientCredentials());
    const producer = createLogProducer({ client, log: SILENT, deadlineMs: 1_000 });
    const asked = tokens.asked.length;
    const appendFor = async (ms: number): Promise<string[]> => {
      const failures: string[] = [];
      const until = performance.now() + ms;
      while (performance.now() < until) {
        await producer.append([recordOf('again')]).catch((error: unknown) => failures.push(String(error)));
        await sleep(20);
      }
      return failures;
    };
    assert.deepEqual(await appendFor(1_500 * TOKEN_SECONDS), []);
    const renewals = tokens.asked.length - asked;
    assert.ok(renewals >= 2 && renewals < 8, `${String(renewals)} tokens`);

    isEndpointAway = true;
    await eventually('the token and its session to end', async () => {
      const [failure] = await appendFor(1);
      return failure?.includes('no token for Kafka') === true && failure.includes('status 503');
    });
    isEndpointAway = false;
    await eventually('a new token', async () => (await appendFor(1)).length === 0);
    await producer.close();
  });

  it('is refused with 4 and what to look at, at once and without the secret', async () => {
    const wrong = 'hunter-2-hunter-2';
    const cases: readonly (readonly [change: Variables, expected: RegExp])[] = [
      [
        { ...PLAIN, KAFKA_SASL_PASSWORD_FILE: '', KAFKA_SASL_PASSWORD: wrong },
        /SASL PLAIN .*check KAFKA_SASL_MECH/,
      ],
      [
        {
          ...PLAIN,
          KAFKA_SASL_MECHANISM: 'scram-sha-512',
          KAFKA_SASL_PASSWORD_FILE: '',
          KAFKA_SASL_PASSWORD: wrong,
        },
        /SASL SCRAM SHA512 .*check KAFKA_SASL_MECHANISM/,
      ],
      [
        { ...clientCredentials(), KAFKA_SASL_OAUTH_CLIENT_SECRET: wrong },
        /refuses the client \(status 401, invalid_client\); check KAFKA_SASL_OAUTH_TOKEN_URL/,
      ],
      [{ ...PLAIN, KAFKA_TLS_CA_FILE: 'other-ca.pem' }, /authority that is not trusted .*KAFKA_TLS_CA_FILE/],
      [{ ...PLAIN, KAFKA_TLS_CA_FILE: '' }, /authority that is not trusted/],
      [{ ...PLAIN, KAFKA_BROKERS: kafka.misnamed }, /certificate is for other names .*127\.0\.0\.1/],
      [{ KAFKA_BROKERS: kafka.mutual }, /asks for a client certificate/],
    ];
    for (const [change, expected] of cases)
      for (const command of [['lag'], ['topics', 'create']]) {
        const begun = performance.now();
        const { code, out, err } = await cli(change, ...command);
        assert.deepEqual([code, out], [4, ''], err);
        assert.match(err, expected);
        assert.doesNotMatch(err, new RegExp(wrong));
        assert.ok(performance.now() - begun < 8_000, `${err} after ${String(performance.now() - begun)} ms`);
      }
  });

  it('that wants TLS or a login which we do not offer ends with 5 and names the settings', async () => {
    for (const { code, err } of await unwanted) {
      assert.equal(code, 5);
      assert.match(err, /that KAFKA_TLS and KAFKA_SASL_MECHANISM are as it wants them/);
    }
  });
});

function recordOf(value: string): LogRecord {
  return { topic: TOPIC, key: Buffer.from('key'), value: Buffer.from(value), headers: [] };
}

/** All values of the topic, as far as the one that is waited for. */
async function readUntil(client: KafkaClientConfig, awaited: string): Promise<string[]> {
  const read: string[] = [];
  const failures: unknown[] = [];
  const consumer = createLogConsumer({
    client,
    groupId: `reader of ${awaited}`,
    topics: [TOPIC],
    log: SILENT,
    onFatal: (error) => failures.push(error),
  });
  await consumer.run({
    assigned: () => undefined,
    revoking: () => Promise.resolve(),
    messages: (messages) => {
      for (const { value } of messages) read.push(Buffer.from(value ?? []).toString());
      return Promise.resolve();
    },
  });
  await eventually(awaited, () => read.includes(awaited));
  await consumer.stop();
  assert.deepEqual(failures, []);
  return read;
}
