import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { CaptureEvent } from './events.js';
import { eventReader } from './events.js';
import { openKafka } from './kafka.js';
import type { KafkaSettings } from './settings.js';
import { topicsOf } from './topics.js';

export interface Subscription {
  /** Resolves with what keeps the subscription from going on. The process should end then, and its platform start it again. */
  readonly failed: Promise<Error>;
  /** Lets the events under way end, commits them, and leaves the group. Takes about a second. */
  close(): Promise<void>;
}

/** How long to wait after each try of an event that fails, in ms: for a registry or a database that is away for some seconds. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 4_000];

/**
 * Hands every event of the three capture topics to `apply`, from the topics' start for a new group; one after the other within a
 * partition. Offsets are committed after `apply` has resolved, so what a crash leaves is handed over again, and after a rebalance two
 * instances may for a moment handle the same event: `apply` must not mind.
 *
 * No event is skipped but those that SKIP names. If one can't be read or applied, it is tried a few times, and then the subscription fails: wrong books that
 * look complete are worse than books that stand still.
 */
export async function subscribe(
  settings: KafkaSettings,
  { apply, log }: { readonly apply: (event: CaptureEvent) => Promise<void>; readonly log: Logger },
): Promise<Subscription> {
  let joined = false;
  const consumer = openKafka(settings, log).consumer({
    groupId: settings.groupId,
    // They would be created with the brokers' defaults, which forget old messages.
    allowAutoTopicCreation: false,
    // A dead instance's partitions move to the others after this, in ms.
    sessionTimeout: 10_000,
    // How long the broker may hold back an empty answer, in ms: so long can a stop take.
    maxWaitTimeInMs: 1_000,
    // A cluster that has just started refuses members while it loads its groups: kafkajs tries to join until it doesn't. Who was a member
    // and fails ends: a new process is sure to begin from where it should.
    retry: { restartOnFailure: () => Promise.resolve(!joined) },
  });
  consumer.on('consumer.group_join', ({ payload }) => {
    joined = true;
    log.info({ partitions: payload.memberAssignment }, 'subscribed');
  });
  const failed = new Promise<Error>((resolve) => {
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) resolve(payload.error);
    });
  });
  const names = topicsOf(settings);
  const read = eventReader(settings.registryUrl);
  // What was said last of an event that failed. All partitions fail alike while the database is away: that is said once.
  let told: string | null = null;
  await consumer.connect();
  await consumer.subscribe({ topics: [...names.keys()], fromBeginning: true });
  await consumer.run({
    partitionsConsumedConcurrently: 8,
    eachMessage: async ({ topic: name, partition, message, ...group }) => {
      const topic = names.get(name);
      const { value, offset } = message;
      const record = `${name}/${String(partition)}/${offset}`;
      if (settings.skip.has(record)) {
        log.warn(`SKIP: ${record} was skipped`);
        return;
      }
      for (const wait of [...WAITS_MS, null]) {
        try {
          if (topic === undefined || value === null) throw new Error('it is no capture event');
          await apply(await read(topic, value));
          told = null;
          return;
        } catch (cause) {
          const what = `an event could not be applied: ${name}, partition ${String(partition)}, offset ${offset} (SKIP=${record} leaves it out)`;
          const error = new Error(what, { cause });
          // kafkajs would try again by itself, but counts that over the life of the process and sends no heartbeats meanwhile.
          if (wait === null) throw Object.assign(error, { retriable: false });
          const reason = String(cause);
          if (reason !== told) log.warn({ err: error }, 'an event could not be applied; it is tried again');
          told = reason;
          await sleep(wait);
          await group.heartbeat();
        }
      }
    },
  });
  return { failed, close: () => consumer.disconnect() };
}
