import type { Commit, LogMessage } from '../../src/ports/log.js';
import { headerOf } from '../headers.js';
import type { Broker } from '../log/broker.js';
import type { Finding } from './findings.js';

/** Whether all that a commit of the orders' group covers is done: a capture exists, or a dead letter. */
export function undoneBelow(
  commits: readonly Commit[],
  broker: Broker,
  isClaimed: (message: LogMessage) => boolean,
): readonly Finding[] {
  const put = new Set(
    broker
      .all('order.fulfilled.dlq')
      .map((letter) => `${headerOf(letter, 'dlq_partition')}/${headerOf(letter, 'dlq_offset')}`),
  );
  return commits.flatMap(({ topic, partition, offset }) =>
    broker
      .read({ topic, partition }, 0n, Number(offset))
      .filter(
        (message) => !isClaimed(message) && !put.has(`${String(partition)}/${message.offset.toString()}`),
      )
      .map((message) => ({
        broken: 'offsets behind the work' as const,
        what: `${topic}/${String(partition)}: ${offset.toString()} was committed, and ${message.offset.toString()} isn't done`,
      })),
  );
}
