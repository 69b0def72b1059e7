import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { KafkaClientConfig } from '../../../../src/kafka/client.js';
import { openKafkaClient } from '../../../../src/kafka/client.js';
import { kafkaClientConfig } from '../../../../src/kafka/security.js';
import { createSockets } from '../../../../src/kafka/sockets.js';

const SILENT = pino({ level: 'silent' });

/** The hosts that a client tries to connect to, which none of them lets it. */
async function hostsTried(
  config: KafkaClientConfig,
): Promise<{ hosts: string[]; trouble: string | undefined }> {
  const hosts: string[] = [];
  const sockets = (): ReturnType<typeof createSockets> =>
    createSockets(({ host }) => {
      hosts.push(host);
      throw new Error('not here');
    });
  const client = openKafkaClient({ ...config, sockets }, SILENT);
  await assert.rejects(client.kafka.admin({ retry: { retries: 0 } }).connect());
  return { hosts, trouble: client.trouble.last()?.message };
}

describe('a client that may only connect to this machine', () => {
  const config = { brokers: ['10.0.0.7:9092'], clientId: 'test' };

  it('tries no other, whatever address it is given, and says why', async () => {
    // Each gives up after 20 s.
    const [elsewhere, here, unbound] = await Promise.all([
      hostsTried({ ...config, loopbackOnly: true }),
      hostsTried({ ...config, brokers: ['127.0.0.1:9'], loopbackOnly: true }),
      hostsTried(config),
    ]);
    assert.deepEqual(elsewhere.hosts, []);
    assert.match(elsewhere.trouble ?? '', /a broker is at 10\.0\.0\.7, and without TLS no secret is sent/);
    assert.ok(here.hosts.length > 0);
    assert.ok(unbound.hosts.includes('10.0.0.7'));
  });
});

describe('kafkaClientConfig', () => {
  const clock = { now: () => new Date(0), monotonic: () => 0, sleep: () => Promise.resolve() };
  const settings = { brokers: ['kafka:9093'], tls: null, sasl: null, loopbackOnly: false };

  it('asks for TLS and a login only where they are configured', () => {
    assert.deepEqual(kafkaClientConfig(settings, { clientId: 'me', clock }), {
      brokers: ['kafka:9093'],
      clientId: 'me',
      loopbackOnly: false,
    });
    const sasl = { mechanism: 'plain', username: 'me', password: 'hunter2' } as const;
    const tls = { authorities: 'CA', identity: { certificate: 'CERT', privateKey: 'KEY' } };
    const config = kafkaClientConfig({ ...settings, tls, sasl }, { clientId: 'me', clock });
    assert.deepEqual(config.ssl, { rejectUnauthorized: true, ca: 'CA', cert: 'CERT', key: 'KEY' });
    assert.deepEqual(config.sasl, sasl);
  });

  it('gives kafkajs a copy of the login, since it writes into what it is given', async () => {
    const sasl = Object.freeze({ mechanism: 'plain', username: 'me', password: 'hunter2' } as const);
    const config = kafkaClientConfig(
      { ...settings, brokers: ['127.0.0.1:9'], sasl },
      { clientId: 'me', clock },
    );
    assert.notEqual(config.sasl, sasl);
    await hostsTried(config);
  });
});
