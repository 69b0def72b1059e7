import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { orderDecoder } from '../../../src/kafka/order-decoder.js';
import { registryClient } from '../../../src/kafka/registry/client.js';
import { loadSchemas } from '../../../src/kafka/schema-registry.js';
import { topicNames } from '../../../src/kafka/topics.js';
import { packageRoot } from '../../../src/package-root.js';
import { systemClock } from '../../../src/system-clock.js';
import type { Told } from '../../support/cli.js';
import { runCli } from '../../support/cli.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';

const ORDER = ['--provider', 'payermax', '--account', 'gulf', '--payment', 'pay-1', '--currency', 'KWD'];

describe('npm run order', () => {
  let kafka: TestKafka;
  const prefix = `order-${randomBytes(6).toString('hex')}.`;
  const topics = topicNames(prefix);
  const url = process.env['SCHEMA_REGISTRY_URL'] ?? '';
  const env = {
    KAFKA_BROKERS: process.env['KAFKA_BROKERS'],
    SCHEMA_REGISTRY_URL: url,
    CAPTURE_WORKER_TOPIC_PREFIX: prefix,
  };

  before(async () => {
    kafka = await openTestKafka();
    for (const args of [
      ['topics', 'create', '--replication-factor', '1', '--partitions', '1'],
      ['schemas', 'register'],
    ]) {
      const { code, err } = await runCli(args, env);
      assert.equal(code, 0, err);
    }
  });
  after(async () => {
    await kafka.deleteTopics(Object.values(topics));
    await kafka.close();
  });

  function order(args: readonly string[], variables: NodeJS.ProcessEnv = env): Promise<Told> {
    const main = join(packageRoot(), 'dist/dev/order/main.js');
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [main, ...args], { env: variables }, (_error, out, err) => {
        resolve({ code: child.exitCode ?? -1, out, err });
      });
    });
  }

  it('puts an order on the topic and names it', async () => {
    const { code, out, err } = await order([
      ...ORDER,
      ...['--amount', '12500', '--capture', '12000', '--order', 'order-7'],
      ...['--reference', 'outTradeNo=T-1', '--reference', 'note=a=b'],
    ]);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^Order order-7 is on \S+order\.fulfilled\. .* captures show order-7\n$/);

    const messages = await kafka.read(topics['order.fulfilled']);
    assert.equal(messages.length, 1);
    const registry = registryClient({ url });
    const decode = orderDecoder(await loadSchemas(registry, topics), { registry, clock: systemClock });
    const read = await decode(messages[0]?.value ?? null).finally(() => registry.close());
    assert.ok(!('rejected' in read));
    const { eventId, authorisedAt, fulfilledAt, ...rest } = read;
    assert.match(eventId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(authorisedAt, fulfilledAt);
    assert.deepEqual(rest, {
      orderId: 'order-7',
      paymentId: 'pay-1',
      provider: 'payermax',
      account: 'gulf',
      authorisedAmount: 12_500n,
      captureAmount: 12_000n,
      currency: 'KWD',
      captureCurrency: null,
      references: new Map([
        ['outTradeNo', 'T-1'],
        ['note', 'a=b'],
      ]),
      description: null,
    });
  });

  it('writes out what could move the cursor of the terminal', async () => {
    const moving = 'order-\u001b[2J\u0007\n8';
    const { code, out } = await order([...ORDER, '--amount', '1', '--order', moving]);
    assert.equal(code, 0);
    assert.match(out, /^Order order-\\u001b\[2J\\u0007\\u000a8 is on \P{Cc}+\n$/u);
    const refused = await order([...ORDER, '--amount', '1\u001b[2J']);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /1\\u001b\[2J/);
    assert.ok(!refused.err.includes('\u001b'));
  });

  it('names the command that makes the topics, if they are not there', async () => {
    const registered = `order-${randomBytes(6).toString('hex')}.`;
    const without = { ...env, CAPTURE_WORKER_TOPIC_PREFIX: registered };
    const { code: registering, err: why } = await runCli(['schemas', 'register'], without);
    assert.equal(registering, 0, why);
    const { code, out, err } = await order([...ORDER, '--amount', '1'], without);
    assert.deepEqual([code, out], [1, '']);
    assert.match(
      err,
      /can't append to \S+order\.fulfilled: there is no such topic .*`capture-worker topics create`/,
    );
  });

  it('says what is missing or malformed, and puts nothing', async () => {
    const before = (await kafka.read(topics['order.fulfilled'])).length;
    const told = await Promise.all([
      order(ORDER),
      order([...ORDER, '--amount', '12.5']),
      order([...ORDER, '--amount', '1', '--reference', 'T-1']),
      order([...ORDER, '--amount', '1'], { ...env, KAFKA_BROKERS: '' }),
    ]);
    assert.deepEqual(
      told.map(({ code, out }) => [code, out]),
      told.map(() => [1, '']),
    );
    const texts = [
      /--amount <minor units>/,
      /whole number of minor units/,
      /name=value/,
      /KAFKA_BROKERS: is not set/,
    ];
    for (const [index, text] of texts.entries()) assert.match(told[index]?.err ?? '', text);
    assert.equal((await kafka.read(topics['order.fulfilled'])).length, before);
  });
});
