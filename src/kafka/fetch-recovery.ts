import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

let mended = false;

/**
 * Mends how a consumer of kafkajs 2.2.4 joins its group anew when a fetch shows that its metadata is stale: a partition has a new leader
 * or a topic has new partitions, as in every rolling restart of the brokers.
 *
 * kafkajs then joins in the middle of the fetch, while the fetches of other brokers go on. A batch that was fetched before the join is
 * then delivered after it, and ends with the fetch position of the *new* assignment being set behind that batch: what lies between the
 * committed offset and the batch is skipped, and a commit behind the batch would lose it.
 *
 * The mended consumer treats it as any other rebalance: all fetches end, offsets are committed on the REBALANCING event, and only then
 * is the group joined. What kafkajs decides and logs on the way is left as it is. May be called more than once.
 */
export function mendFetchRecovery(): void {
  if (mended) return;
  mended = true;
  const recover = Reflect.get(ConsumerGroup.prototype, 'recoverFromFetch');
  ConsumerGroup.prototype.recoverFromFetch = function (this: ConsumerGroup, error: unknown): Promise<void> {
    const withoutJoining = Object.create(this, {
      joinAndSync: { value: () => Promise.reject(new RejoinNeeded(error)) },
    }) as ConsumerGroup;
    return recover.call(withoutJoining, error);
  };
}

/** Looks to kafkajs like the broker's notice of a rebalance. */
class RejoinNeeded extends Error {
  readonly type = 'REBALANCE_IN_PROGRESS';

  constructor(cause: unknown) {
    super('the metadata was stale, the group is joined anew', { cause });
    this.name = 'RejoinNeeded';
  }
}
