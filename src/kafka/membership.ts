import type { Offsets } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

let mended = false;

/** The members that this process is, by their ids; each since it first fetched. */
const members = new Map<string, ConsumerGroup>();

/**
 * Mends what a consumer of kafkajs 2.2.4 does when it was put out of its group, because its session ran out, and then fails to join it
 * anew with an error that it retries, as while the coordinator loads after a restart. It then goes on fetching as a member of nothing:
 * without a member id it sends no heartbeats, so it never learns that it must join, and it processes what others process too, or what
 * nobody can commit, for ever.
 *
 * The mended consumer fetches only as a member; otherwise it tries to join again. Who it is can then be told to `commitAs`. May be called
 * more than once.
 */
export function mendMembership(): void {
  if (mended) return;
  mended = true;
  const fetch = Reflect.get(ConsumerGroup.prototype, 'fetch');
  ConsumerGroup.prototype.fetch = function (this: ConsumerGroup, nodeId: string): Promise<unknown[]> {
    if (this.memberId === null) return Promise.reject(new NoMember());
    members.set(this.memberId, this);
    return fetch.call(this, nodeId);
  };
}

/**
 * Commits offsets as a member, once: what kafkajs offers for it either repeats a commit, also after the group was joined anew, or is
 * given together with messages alone. Rejects if the member has not fetched yet, or is forgotten, and as the commit does.
 */
export async function commitAs(memberId: string, offsets: Offsets): Promise<void> {
  const member = members.get(memberId);
  if (member === undefined) throw new Error('this process is not that member of the group');
  await member.commitOffsets(offsets);
}

/** To be called when a member is none any more. */
export function forgetMember(memberId: string): void {
  members.delete(memberId);
}

/** Looks to kafkajs like the coordinator's word that it doesn't know this member. */
class NoMember extends Error {
  readonly type = 'UNKNOWN_MEMBER_ID';

  constructor() {
    super('this consumer is no member of its group');
    this.name = 'NoMember';
  }
}
