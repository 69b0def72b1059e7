import type { Admin } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaClientConfig } from './client.js';
import { openKafkaClient } from './client.js';
import { within } from './deadline.js';
import { logUnusable } from './errors.js';
import type { Trouble } from './trouble.js';

/** How far a group is behind in one partition. */
export interface PartitionLag {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** The offset of the earliest message that is still there. */
  readonly start: bigint;
  /** The offset that the next message will get. */
  readonly end: bigint;
  /** Null if the group has committed nothing here. */
  readonly committed: bigint | null;
  /** How many offsets the group has yet to do, markers of transactions among them; without a commit, all that is there. */
  readonly lag: bigint;
}

export interface LagReader {
  /** Rejects within the deadline, as `logUnusable` says. */
  read(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]>;
  close(): Promise<void>;
}

export interface LagReaderOptions {
  readonly client: KafkaClientConfig;
  readonly log: Logger;
  readonly deadlineMs?: number;
}

interface Connected {
  readonly admin: Admin;
  readonly ready: Promise<void>;
  readonly trouble: Trouble;
  readonly end: () => Promise<void>;
}

const CLOSE_DEADLINE_MS = 5_000;

/** Reads what a group has committed from the brokers, so it tells the truth also when no worker runs. Connects at the first reading. */
export function createLagReader(options: LagReaderOptions): LagReader {
  const { deadlineMs = 10_000 } = options;
  let current: Connected | null = null;
  return {
    read: async (group, topics) => {
      const used = (current ??= connectAdmin(options));
      try {
        return await within(
          deadlineMs,
          used.ready.then(() => readLag(used.admin, group, topics)),
          () => new Error(`no answer within ${String(deadlineMs)} ms`),
        );
      } catch (error) {
        // A connection that failed once is not asked again.
        if (current === used) current = null;
        void used.end();
        throw logUnusable(
          `can't read the lag of group ${group} in ${topics.join(', ')}`,
          error,
          used.trouble.last(),
        );
      }
    },
    close: async () => {
      await current?.end();
      current = null;
    },
  };
}

function connectAdmin({ client: config, log }: LagReaderOptions): Connected {
  const { kafka, sockets, trouble } = openKafkaClient(config, log);
  const admin = kafka.admin({ retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 3 } });
  const ready = Promise.race([admin.connect(), trouble.hopeless]);
  // Whoever reads hears of it; here it must only not count as unheard.
  ready.catch(() => undefined);
  return {
    admin,
    ready,
    trouble,
    end: async () => {
      try {
        await within(CLOSE_DEADLINE_MS, admin.disconnect(), () => new Error('still requests under way'));
      } catch (error) {
        log.debug({ err: error }, 'an admin client did not disconnect cleanly');
      }
      sockets.close();
    },
  };
}

async function readLag(admin: Admin, group: string, topics: readonly string[]): Promise<PartitionLag[]> {
  const committed = await committedOffsets(admin, group, topics);
  const rows = await Promise.all(
    topics.map(async (topic) => {
      // After the commits, so that a worker that is quicker than we are doesn't show a lag below zero.
      const partitions = await admin.fetchTopicOffsets(topic);
      return partitions
        .toSorted((a, b) => a.partition - b.partition)
        .map(({ partition, low, high }) =>
          lagOf({
            group,
            topic,
            partition,
            start: BigInt(low),
            end: BigInt(high),
            committed: committed.get(`${topic} ${String(partition)}`) ?? null,
          }),
        );
    }),
  );
  return rows.flat();
}

async function committedOffsets(
  admin: Admin,
  groupId: string,
  topics: readonly string[],
): Promise<Map<string, bigint>> {
  const committed = new Map<string, bigint>();
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics: [...topics] })) {
    for (const { partition, offset } of partitions) {
      // -1 stands for "nothing committed"; kafkajs commits -2 when it goes back to the earliest message.
      if (BigInt(offset) >= 0n) committed.set(`${topic} ${String(partition)}`, BigInt(offset));
    }
  }
  return committed;
}

/** What was deleted before it was read can't be done any more, so it doesn't count. */
function lagOf(row: Omit<PartitionLag, 'lag'>): PartitionLag {
  const { start, end, committed } = row;
  const from = committed === null || committed < start ? start : committed;
  return { ...row, lag: end > from ? end - from : 0n };
}
