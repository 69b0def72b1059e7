import { setTimeout as sleep } from 'node:timers/promises';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { protocolErrorOf } from './errors.js';
import { ReadingStopped } from './unreadable-batch.js';

/** How long a fetch that would only fail again is put off, in ms: below what stopping waits for, and above what would be busy. */
const PUT_OFF_MS = 500;

let mended = false;

/**
 * Mends how a consumer of kafkajs 2.2.4 joins its group anew when a fetch shows that its metadata is stale: a partition has a new leader
 * or a topic has new partitions, as in every rolling restart of the brokers.
 *
 * kafkajs then joins in the middle of the fetch, while the fetches of other brokers go on. A batch that was fetched before the join is
 * then delivered after it, and ends with the fetch position of the *new* assignment being set behind that batch: what lies between the
 * committed offset and the batch is skipped, and a commit behind the batch would lose it.
 *
 * The mended consumer treats it as any other rebalance: all fetches end, what is under way is settled and committed, and only then is the
 * group joined. What kafkajs decides and logs on the way is left as it is.
 *
 * And it mends what comes of an error that only a person can mend: a batch that can't be read, a right that was taken away. kafkajs leaves
 * the group before it tells of such an end, so what was worked off can't be committed any more, and every start after it comes to the same
 * end at the same place. The mended consumer tells of it first, by the same event, and stays a member, with heartbeats and without new
 * messages, until it is stopped. May be called more than once.
 */
export function mendFetchRecovery(): void {
  if (mended) return;
  mended = true;
  const recover = Reflect.get(ConsumerGroup.prototype, 'recoverFromFetch');
  ConsumerGroup.prototype.recoverFromFetch = async function (
    this: ConsumerGroup,
    error: unknown,
  ): Promise<void> {
    if (isForGood(error)) {
      this.instrumentationEmitter.emit('consumer.crash', { error, groupId: this.groupId, restart: false });
      // The fetch gives nothing then, which makes kafkajs send a heartbeat when it is time, and fetch again.
      await sleep(PUT_OFF_MS);
      return;
    }
    const withoutJoining = Object.create(this, {
      joinAndSync: { value: () => Promise.reject(new RejoinNeeded(error)) },
    }) as ConsumerGroup;
    await recover.call(withoutJoining, error);
  };
}

function isForGood(error: unknown): boolean {
  return error instanceof ReadingStopped || protocolErrorOf(error) === 'TOPIC_AUTHORIZATION_FAILED';
}

/** Looks to kafkajs like the broker's notice of a rebalance. */
class RejoinNeeded extends Error {
  readonly type = 'REBALANCE_IN_PROGRESS';

  constructor(cause: unknown) {
    super('the metadata was stale, the group is joined anew', { cause });
    this.name = 'RejoinNeeded';
  }
}
