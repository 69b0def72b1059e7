import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

let mended = false;

/**
 * Mends what a consumer of kafkajs 2.2.4 does when it was put out of its group, because its session ran out, and then fails to join it
 * anew with an error that it retries, as while the coordinator loads after a restart. It then goes on fetching as a member of nothing:
 * without a member id it sends no heartbeats, so it never learns that it must join, and it processes what others process too, or what
 * nobody can commit, for ever.
 *
 * The mended consumer fetches only as a member; otherwise it tries to join again. May be called more than once.
 */
export function mendMembership(): void {
  if (mended) return;
  mended = true;
  const fetch = Reflect.get(ConsumerGroup.prototype, 'fetch');
  ConsumerGroup.prototype.fetch = function (this: ConsumerGroup, nodeId: string): Promise<unknown[]> {
    return this.memberId === null ? Promise.reject(new NoMember()) : fetch.call(this, nodeId);
  };
}

/** Looks to kafkajs like the coordinator's word that it doesn't know this member. */
class NoMember extends Error {
  readonly type = 'UNKNOWN_MEMBER_ID';

  constructor() {
    super('this consumer is no member of its group');
    this.name = 'NoMember';
  }
}
