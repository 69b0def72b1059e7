import type { Command } from 'commander';
import { loadKafkaSettings } from '../config/config.js';
import type { PartitionLag } from '../kafka/lag.js';
import { createLagReader } from '../kafka/lag.js';
import { kafkaClientConfig } from '../kafka/security.js';
import { topicNames } from '../kafka/topics.js';
import { commandLog } from './command-log.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { askingKafka } from './kafka-away.js';
import { table } from './table.js';
import { systemClock } from '../system-clock.js';

interface Options {
  readonly group?: string;
  readonly json?: boolean;
}

export function addLag(program: Command, io: Io): void {
  const command = program
    .command('lag')
    .summary('print how many orders are yet to be done')
    .description(
      'Prints how many orders the group has yet to do, by partition. Asks the brokers, so no worker needs to run.',
    )
    .option('--group <group>', 'another group than the configured one')
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const settings = loadKafkaSettings(io.env, io);
      const { kafka, topicPrefix } = settings;
      const group = options.group ?? kafka.group;
      const client = kafkaClientConfig(kafka, { clientId: 'capture-worker-lag', clock: systemClock });
      const reader = createLagReader({ client, log: commandLog(settings) });
      try {
        const topics = [topicNames(topicPrefix)['order.fulfilled']];
        const partitions = await askingKafka({ brokers: kafka.brokers, clock: systemClock }, () =>
          reader.read(group, topics),
        );
        io.out(options.json === true ? asJson(group, partitions) : asText(group, partitions));
      } finally {
        await reader.close();
      }
    });
  addHelp(command, {
    environment: [
      ['KAFKA_BROKERS', 'the cluster'],
      ['CAPTURE_WORKER_GROUP', 'whose lag; capture-worker unless set'],
      ['CAPTURE_WORKER_TOPIC_PREFIX', 'stands before every topic'],
    ],
    exits: [3, 4, 5],
    examples: [
      ['capture-worker lag', 'a table'],
      ["capture-worker lag --json | jq '.total'", 'the sum alone'],
    ],
  });
}

function totalOf(partitions: readonly PartitionLag[]): bigint {
  return partitions.reduce((sum, { lag }) => sum + lag, 0n);
}

/** Offsets are written as numbers: no partition reaches 2^53. */
function asJson(group: string, partitions: readonly PartitionLag[]): string {
  return toJson({
    group,
    total: Number(totalOf(partitions)),
    partitions: partitions.map(({ topic, partition, start, end, committed, lag }) => ({
      topic,
      partition,
      start: Number(start),
      end: Number(end),
      committed: committed === null ? null : Number(committed),
      lag: Number(lag),
    })),
  });
}

function asText(group: string, partitions: readonly PartitionLag[]): string {
  const rows = partitions.map(({ topic, partition, start, end, committed, lag }) => [
    topic,
    ...[partition, start, end, committed ?? 'none', lag].map(String),
  ]);
  const titles = ['topic', 'partition', 'start', 'end', 'committed', 'lag'];
  return `${table(titles, rows, titles.slice(1))}\ngroup ${group}: ${String(totalOf(partitions))} to do\n`;
}
