import type { Command } from 'commander';
import { loadKafkaSettings } from '../config/config.js';
import { kafkaClientConfig } from '../kafka/security.js';
import { commandLog } from './command-log.js';
import type { CreatedTopic } from './create-topics.js';
import { createTopics } from './create-topics.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { askingKafka } from './kafka-away.js';
import { wholeNumberOption } from './options.js';
import { systemClock } from '../system-clock.js';

interface Options {
  readonly partitions: number;
  readonly replicationFactor: number;
}

export function addTopicsCreate(topics: Command, io: Io): void {
  const command = topics
    .command('create')
    .summary('create the topics that are missing')
    .description(
      'Creates the topics that are missing, set up as they must be. Those that exist are left as they are, and named, with each ' +
        'setting of theirs that can lose messages.',
    )
    .option(
      '--partitions <count>',
      'of each topic but the dead-letter ones: how many workers can share the work',
      wholeNumberOption(1, 10_000),
      12,
    )
    .option(
      '--replication-factor <count>',
      'copies of each partition; 1 is all that a single broker can hold, and loses orders with it',
      wholeNumberOption(1, 100),
      3,
    )
    .action(async (options: Options) => {
      const settings = loadKafkaSettings(io.env, io);
      const client = kafkaClientConfig(settings.kafka, {
        clientId: 'capture-worker-topics',
        clock: systemClock,
      });
      const wanted = { prefix: settings.topicPrefix, ...options };
      const created = await askingKafka({ brokers: settings.kafka.brokers, clock: systemClock }, () =>
        createTopics(client, wanted, commandLog(settings)),
      );
      for (const topic of created) io.out(`${describe(topic)}\n`);
    });
  addHelp(command, {
    environment: [
      ['KAFKA_BROKERS', 'the cluster'],
      ['CAPTURE_WORKER_TOPIC_PREFIX', 'stands before every topic'],
    ],
    exits: [3, 4, 5],
    examples: [
      ['capture-worker topics create --partitions 24', 'in production'],
      ['capture-worker topics create --replication-factor 1', 'on a single broker, to try things out'],
    ],
  });
}

function describe({ topic, outcome, partitions, remarks }: CreatedTopic): string {
  const count = `${String(partitions)} ${partitions === 1 ? 'partition' : 'partitions'}`;
  const line = outcome === 'created' ? `created ${topic}, ${count}` : `${topic} exists, ${count}`;
  return [line, ...remarks.map((remark) => `  ${remark}`)].join('\n');
}
