import { CaptureWorkerError } from '../../src/errors.js';
import type { Commit, TopicPartition } from '../../src/ports/log.js';
import type { Draws } from '../draw.js';
import type { Timeline } from '../timeline.js';
import type { Broker } from './broker.js';

/**
 * A consumer group's coordinator, by Kafka's eager protocol: who joins or leaves begins a rebalance; all members are told, give up what
 * they have, and join anew; who doesn't in time is put out; then the partitions are handed out under a new generation. A member that isn't
 * heard of is put out when its session has run out. Commits count only from members of the generation that is.
 */
export interface Group {
  /** Calls `told` once more for each rebalance: the member gives up what it has, and joins anew by `rejoin`. */
  join(member: Member): void;
  /** The member is ready for the next generation. */
  rejoin(member: Member): void;
  leave(member: Member): void;
  /** The process of this name has died, or stands still: it is put out if it isn't heard of until its session has run out. */
  unheard(host: string): void;
  /** Begins a rebalance that nothing but the plan asks for. */
  stir(): void;
  /** Sets all positions back to the beginning, and begins a rebalance. */
  rewind(): void;
  /** Throws LOG_UNAVAILABLE if the member isn't of this generation. */
  commit(member: Member, generation: number, offsets: readonly Commit[]): void;
  committed(place: TopicPartition): bigint;
  /** Whether all that the topics have is committed. */
  readonly isThrough: boolean;
}

export interface Member {
  readonly name: string;
  /** Whether it can be heard of. */
  isHeard(): boolean;
  /** A rebalance has begun. */
  rebalancing(): void;
  assigned(partitions: readonly TopicPartition[], generation: number): void;
  /** It was put out: its session had run out, or it didn't join in time. */
  putOut(): void;
}

export interface GroupOptions {
  readonly name: string;
  readonly topics: readonly string[];
  readonly broker: Broker;
  readonly timeline: Timeline;
  readonly draws: Draws;
  /** Called for each commit that counts, before it does. */
  readonly onCommit: (offsets: readonly Commit[]) => void;
}

const SESSION_MS = 6_000;
const REBALANCE_MS = 15_000;

export function createGroup({ name, topics, broker, timeline, draws, onCommit }: GroupOptions): Group {
  /** Each with the partitions of this generation; null while it has none. */
  const members = new Map<Member, readonly TopicPartition[] | null>();
  let ready = new Set<Member>();
  const offsets = new Map<string, bigint>();
  let generation = 0;
  let isJoining = false;
  let cancelDeadline: () => void = () => undefined;

  function begin(joiner?: Member): void {
    if (members.size === 0) return;
    if (!isJoining) {
      isJoining = true;
      ready = new Set();
      cancelDeadline = timeline.after(REBALANCE_MS, finish);
    }
    for (const member of members.keys()) if (member !== joiner && !ready.has(member)) member.rebalancing();
  }

  function finishIfAll(): void {
    if (isJoining && [...members.keys()].every((member) => ready.has(member))) finish();
  }

  function finish(): void {
    if (!isJoining) return;
    cancelDeadline();
    for (const member of [...members.keys()]) if (!ready.has(member)) remove(member);
    isJoining = false;
    generation += 1;
    const places = topics.flatMap((topic) => broker.partitionsOf(topic));
    const joined = [...members.keys()];
    const first = joined.length === 0 ? 0 : draws.below(`${name} assignment`, joined.length);
    joined.forEach((member, index) => {
      const own = places.filter((_, at) => (at + first) % joined.length === index);
      members.set(member, own);
      member.assigned(own, generation);
    });
  }

  function remove(member: Member): void {
    members.delete(member);
    ready.delete(member);
    member.putOut();
  }

  /** Puts out, when a session has run out, whoever of this host isn't heard of by then. */
  function unheard(host: string): void {
    timeline.after(SESSION_MS, () => {
      const lost = [...members.keys()].filter((member) => member.name === host && !member.isHeard());
      for (const member of lost) remove(member);
      if (lost.length === 0) return;
      begin();
      finishIfAll();
    });
  }

  return {
    join: (member) => {
      members.set(member, null);
      begin(member);
      // It was on its way when its sender died.
      if (!member.isHeard()) unheard(member.name);
    },
    rejoin: (member) => {
      const own = members.get(member);
      if (own === undefined) return;
      if (isJoining) {
        ready.add(member);
        finishIfAll();
        return;
      }
      // Late for what is over already: what it was given stands.
      if (own !== null) member.assigned(own, generation);
    },
    unheard,
    leave: (member) => {
      if (!members.has(member)) return;
      remove(member);
      begin();
      finishIfAll();
    },
    stir: () => {
      begin();
    },
    rewind: () => {
      offsets.clear();
      // Nobody of the generation that was may commit what it had read before.
      generation += 1;
      begin();
    },
    commit: (member, ofGeneration, commits) => {
      if (!members.has(member) || ofGeneration !== generation)
        throw new CaptureWorkerError('LOG_UNAVAILABLE', 'the group has moved on');
      onCommit(commits);
      for (const { topic, partition, offset } of commits)
        offsets.set(placeName({ topic, partition }), offset);
    },
    committed: (place) => offsets.get(placeName(place)) ?? 0n,
    get isThrough() {
      return topics
        .flatMap((topic) => broker.partitionsOf(topic))
        .every((place) => (offsets.get(placeName(place)) ?? 0n) >= broker.end(place));
    },
  };
}

export function placeName({ topic, partition }: TopicPartition): string {
  return `${topic}/${String(partition)}`;
}
