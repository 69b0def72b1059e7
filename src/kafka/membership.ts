import { setTimeout as sleep } from 'node:timers/promises';
import type { Offsets } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { mustRejoin, protocolErrorOf } from './errors.js';

let mended = false;

/** The members that this process is, by their ids; each since it first fetched. */
const members = new Map<string, ConsumerGroup>();

/** What members do before they join anew, by their ids. */
const rejoins = new Map<string, Rejoin>();

/** What a member does before it joins its group anew. */
export interface Rejoin {
  /**
   * Brings to an end what is under way, in a time well below the rebalance timeout: the whole group waits. Resolves with whether to join at
   * all; one that is being stopped needn't, it only leaves. `putOut` aborts when the member is none any more. Must not reject.
   */
  readonly settle: (putOut: AbortSignal) => Promise<boolean>;
  /** How often heartbeats are sent meanwhile, in ms; well below the session timeout. */
  readonly heartbeatEveryMs: number;
}

/**
 * Mends what a consumer of kafkajs 2.2.4 does when it was put out of its group, because its session ran out, and then fails to join it
 * anew with an error that it retries, as while the coordinator loads after a restart. It then goes on fetching as a member of nothing:
 * without a member id it sends no heartbeats, so it never learns that it must join, and it processes what others process too, or what
 * nobody can commit, for ever.
 *
 * The mended consumer fetches only as a member; otherwise it tries to join again. Who it is can then be told to `commitAs`.
 *
 * And it mends that kafkajs joins anew in the moment in which it hears of a rebalance, whatever is under way: the mended consumer settles
 * first what `beforeRejoining` names, and sends the heartbeats meanwhile that keep it a member. May be called more than once.
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
  const join = Reflect.get(ConsumerGroup.prototype, 'joinAndSync');
  ConsumerGroup.prototype.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
    // Who joins for the first time, or was put out, has nothing to settle in the group's eyes: it is no member.
    const rejoin = this.memberId === null ? undefined : rejoins.get(this.memberId);
    if (rejoin !== undefined && !(await isToJoin(this, rejoin))) return;
    await join.call(this);
  };
}

/** Has this done before the member joins its group anew, each time, until it is forgotten. */
export function beforeRejoining(memberId: string, rejoin: Rejoin): void {
  rejoins.set(memberId, rejoin);
}

async function isToJoin(group: ConsumerGroup, { settle, heartbeatEveryMs }: Rejoin): Promise<boolean> {
  const settled = new AbortController();
  const putOut = new AbortController();
  void stayMember(group, heartbeatEveryMs, settled.signal, putOut);
  try {
    return await settle(putOut.signal);
  } finally {
    settled.abort();
  }
}

/** Sends heartbeats until it is settled, or the coordinator doesn't know the member any more. Never rejects. */
async function stayMember(
  group: ConsumerGroup,
  everyMs: number,
  settled: AbortSignal,
  putOut: AbortController,
): Promise<void> {
  while (!settled.aborted) {
    try {
      await group.heartbeat({ interval: 0 });
    } catch (error) {
      // While members are joining, every heartbeat is answered so, and counts all the same.
      if (mustRejoin(error) && protocolErrorOf(error) !== 'REBALANCE_IN_PROGRESS') {
        putOut.abort();
        return;
      }
    }
    await sleep(everyMs, undefined, { signal: settled }).catch(() => undefined);
  }
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
  rejoins.delete(memberId);
}

/** Looks to kafkajs like the coordinator's word that it doesn't know this member. */
class NoMember extends Error {
  readonly type = 'UNKNOWN_MEMBER_ID';

  constructor() {
    super('this consumer is no member of its group');
    this.name = 'NoMember';
  }
}
