import { CaptureWorkerError } from '../../src/errors.js';
import type { LogConsumer, LogHandler, TopicPartition } from '../../src/ports/log.js';
import type { Draws } from '../draw.js';
import type { Host } from '../host.js';
import type { Broker } from './broker.js';
import type { Group, Member } from './group.js';

export interface ConsumerOptions {
  readonly host: Host;
  readonly group: Group;
  readonly broker: Broker;
  readonly draws: Draws;
  /** The share of commits that fail, and as many again that aren't heard of. */
  readonly troubleShare: number;
}

/** How many messages come in one batch, at most. */
const BATCH = 4;

/** What a member holds between two rebalances. */
interface Assignment {
  readonly epoch: number;
  readonly generation: number;
  isOver: boolean;
}

/** A process's consumer: it joins the group, is given partitions, and hands over what they have, one batch of each at a time. */
export function createConsumer(options: ConsumerOptions): LogConsumer {
  const { host, group, broker, draws, troubleShare } = options;
  const stopped = new AbortController();
  let handler: LogHandler | null = null;
  let assignment: Assignment | null = null;
  let epoch = 0;
  let revoking: { readonly over: AbortController } | null = null;
  let rebalancesTold = 0;

  /** Gives up what it has, then joins anew. A second rebalance meanwhile is joined by the same. */
  function giveUp(isOut: boolean): void {
    rebalancesTold += 1;
    if (handler === null || stopped.signal.aborted) return;
    if (revoking !== null) {
      if (isOut) revoking.over.abort();
      return;
    }
    const ending = { over: new AbortController() };
    revoking = ending;
    if (isOut) ending.over.abort();
    const over = AbortSignal.any([ending.over.signal, stopped.signal]);
    void handler.revoking(over).then(async () => {
      if (assignment !== null) assignment.isOver = true;
      revoking = null;
      if (stopped.signal.aborted) return;
      await host.call('rejoin', () => {
        if (isOut || ending.over.signal.aborted) group.join(member);
        group.rejoin(member);
      });
    });
  }

  const member: Member = {
    name: host.name,
    isHeard: () => host.isUp && !host.isStill,
    rebalancing: () => {
      host.later(draws.number(`${host.name} told`) * 500, () => {
        giveUp(false);
      });
    },
    putOut: () => {
      host.later(draws.number(`${host.name} told`) * 500, () => {
        if (!stopped.signal.aborted) giveUp(true);
      });
    },
    assigned: (partitions, generation) => {
      const told = rebalancesTold;
      host.later(draws.number(`${host.name} told`) * 20, () => {
        // Whoever heard of the next rebalance first joins that.
        if (handler === null || stopped.signal.aborted || told !== rebalancesTold || revoking !== null)
          return;
        epoch += 1;
        if (assignment !== null) assignment.isOver = true;
        const own: Assignment = { epoch, generation, isOver: false };
        assignment = own;
        handler.assigned(partitions, epoch);
        for (const place of partitions) void deliver(handler, own, place);
      });
    },
  };

  async function deliver(to: LogHandler, of: Assignment, place: TopicPartition): Promise<void> {
    let position = await host.call('fetch offset', () => group.committed(place));
    const isOver = (): boolean => of.isOver || stopped.signal.aborted;
    while (!isOver()) {
      const limit = 1 + draws.below(`${host.name} batch`, BATCH);
      const batch = await host.call('fetch', () => broker.read(place, position, limit));
      if (isOver()) return;
      if (batch.length === 0) {
        await untilMore(place, position);
        continue;
      }
      const end = position + BigInt(batch.length);
      await to.messages(batch, of.epoch, () => Promise.resolve(), { ...place, offset: end });
      position = end;
    }
  }

  function untilMore(place: TopicPartition, position: bigint): Promise<void> {
    return new Promise((resolve) => {
      if (broker.end(place) > position) {
        resolve();
        return;
      }
      const forget = broker.onAppend(place.topic, ({ partition }) => {
        if (partition !== place.partition) return;
        forget();
        host.later(0, resolve);
      });
    });
  }

  return {
    run: async (given) => {
      handler = given;
      await host.call('join', () => {
        group.join(member);
        group.rejoin(member);
      });
    },
    commit: (offsets) => {
      const { generation } = assignment ?? { generation: -1 };
      return host.call(
        'commit',
        () => {
          group.commit(member, generation, offsets);
        },
        { share: troubleShare, error: () => new CaptureWorkerError('LOG_UNAVAILABLE', 'the commit failed') },
      );
    },
    stop: async () => {
      stopped.abort();
      if (assignment !== null) assignment.isOver = true;
      await host.call('leave', () => {
        group.leave(member);
      });
    },
  };
}
