import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { pino } from 'pino';
import { loadKafkaSettings, loadRegistrySettings } from '../../src/config/config.js';
import { logUnusable } from '../../src/kafka/errors.js';
import { createLogProducer } from '../../src/kafka/log-producer.js';
import { orderEncoder } from '../../src/kafka/order-encoder.js';
import { registryClient } from '../../src/kafka/registry/client.js';
import { loadSchemas } from '../../src/kafka/schema-registry.js';
import { kafkaClientConfig } from '../../src/kafka/security.js';
import { topicNames } from '../../src/kafka/topics.js';
import { systemClock } from '../../src/system-clock.js';
import { printable } from '../../src/printable.js';
import { complain } from '../stack/complain.js';

interface Options {
  readonly provider: string;
  readonly account: string;
  readonly payment: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly capture?: bigint;
  readonly order?: string;
  readonly reference?: ReadonlyMap<string, string>;
}

const options = new Command('npm run order --')
  .description(
    'Puts one fulfilled order on the topic, as an order service would: to try a worker out. Nothing is checked here; a worker that ' +
      'can make no capture of it puts it on the dead-letter topic and says why.',
  )
  .requiredOption('--provider <name>', 'wallet, yabandpay or payermax')
  .requiredOption('--account <name>', "the account's name in the accounts file")
  .requiredOption('--payment <id>', "the authorisation's id at the provider")
  .requiredOption('--amount <minor units>', 'what was authorised', minorUnits)
  .requiredOption('--currency <code>', 'such as IQD; ISO 4217')
  .option('--capture <minor units>', 'what to capture; without it, all of it', minorUnits)
  .option('--order <id>', 'the order; without it, one is made up')
  .option('--reference <name=value>', 'another reference, such as outTradeNo=… for PayerMax', reference)
  .addHelpText(
    'after',
    `
Environment: KAFKA_BROKERS, SCHEMA_REGISTRY_URL and CAPTURE_WORKER_TOPIC_PREFIX, as for capture-worker.

Example: npm run order -- --provider wallet --account wallet-sandbox --payment pay-1 --amount 150000 --currency IQD`,
  )
  .configureOutput({ writeErr: (text) => process.stderr.write(text.split('\n').map(printable).join('\n')) })
  .parse()
  .opts<Options>();

process.exitCode = await put();

async function put(): Promise<number> {
  try {
    const place = { cwd: process.cwd() };
    const { kafka, topicPrefix } = loadKafkaSettings(process.env, place);
    const registry = registryClient(loadRegistrySettings(process.env, place).registry);
    const contracts = await loadSchemas(registry, topicNames(topicPrefix)).finally(() => registry.close());
    const orderId = options.order ?? `order-${randomUUID()}`;
    const now = new Date();
    const record = orderEncoder(contracts, { source: '/npm-run-order' })({
      eventId: randomUUID(),
      orderId,
      paymentId: options.payment,
      provider: options.provider,
      account: options.account,
      authorisedAmount: options.amount,
      captureAmount: options.capture ?? null,
      currency: options.currency,
      captureCurrency: null,
      authorisedAt: now,
      fulfilledAt: now,
      references: options.reference ?? new Map(),
      description: null,
    });
    const client = kafkaClientConfig(kafka, { clientId: 'npm-run-order', clock: systemClock });
    const producer = createLogProducer({ client, log: pino({ level: 'silent' }) });
    await producer
      .append([record])
      .catch((error: unknown) => {
        throw logUnusable(`can't append to ${record.topic}`, error);
      })
      .finally(() => producer.close());
    const shown = printable(orderId);
    process.stdout.write(
      `Order ${shown} is on ${record.topic}. What becomes of it: npx capture-worker captures show ${shown}\n`,
    );
    return 0;
  } catch (error) {
    complain(error);
    return 1;
  }
}

function minorUnits(text: string): bigint {
  if (/^-?\d{1,19}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('It must be a whole number of minor units (fils, cents).');
}

/** Adds one more to those that were given before it. */
function reference(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must be name=value.');
  return new Map([...before, [name, value]]);
}
