import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { loadKafkaSettings } from '../config/config.js';
import { consumptionsOf, readLags } from '../kafka/consumption.js';
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
import { printable } from '../printable.js';
import { systemClock } from '../system-clock.js';

interface Options {
  readonly group?: string;
  readonly json?: boolean;
}

export function addLag(program: Command, io: Io): void {
  const command = program
    .command('lag')
    .summary('print how many messages are yet to be done')
    .description(
      'Prints how many orders, notifications and promised inquiries the workers have yet to do, by group and partition. Asks the brokers, so no worker needs to run.',
    )
    .option('--group <group>', 'the group, in place of the configured one', groupOption)
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const settings = loadKafkaSettings(io.env, io);
      const { kafka, topicPrefix } = settings;
      const group = options.group ?? kafka.group;
      const client = kafkaClientConfig(kafka, { clientId: 'capture-worker-lag', clock: systemClock });
      const reader = createLagReader({ client, log: commandLog(settings) });
      try {
        const consumptions = consumptionsOf(group, topicNames(topicPrefix));
        const partitions = await askingKafka({ brokers: kafka.brokers, clock: systemClock }, () =>
          readLags(reader, consumptions),
        );
        io.out(options.json === true ? asJson(partitions) : asText(partitions));
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

function groupOption(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be blank.');
}

function totalOf(partitions: readonly PartitionLag[]): bigint {
  return partitions.reduce((sum, { lag }) => sum + lag, 0n);
}

/** Offsets are written as numbers: no partition reaches 2^53. */
function asJson(partitions: readonly PartitionLag[]): string {
  return toJson({
    total: Number(totalOf(partitions)),
    groups: groupsOf(partitions).map((one) => ({ ...one, total: Number(one.total) })),
    partitions: partitions.map(({ group, topic, partition, start, end, committed, lag }) => ({
      group,
      topic,
      partition,
      start: Number(start),
      end: Number(end),
      committed: committed === null ? null : Number(committed),
      lag: Number(lag),
    })),
  });
}

interface GroupLag {
  readonly group: string;
  readonly total: bigint;
  /** Whether it has committed anything anywhere: if not, nobody has worked as this group, or its name is wrong. */
  readonly committed: boolean;
}

function groupsOf(partitions: readonly PartitionLag[]): readonly GroupLag[] {
  return [...new Set(partitions.map(({ group }) => group))].map((group) => {
    const its = partitions.filter((one) => one.group === group);
    return { group, total: totalOf(its), committed: its.some(({ committed }) => committed !== null) };
  });
}

function asText(partitions: readonly PartitionLag[]): string {
  const rows = partitions.map(({ topic, partition, start, end, committed, lag }) => [
    topic,
    ...[partition, start, end, committed ?? 'none', lag].map(String),
  ]);
  const titles = ['topic', 'partition', 'start', 'end', 'committed', 'lag'];
  const groups = groupsOf(partitions);
  const totals = groups.map(
    ({ group, total, committed }) =>
      `group ${printable(group)}: ${String(total)} to do${committed ? '' : '; it has committed nothing anywhere'}\n`,
  );
  const remark = groups.some(({ committed }) => committed)
    ? ''
    : "No worker has done anything as this group yet, or the group's name is wrong.\n";
  return `${table(titles, rows, titles.slice(1))}\n${totals.join('')}${remark}`;
}
