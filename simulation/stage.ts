import type { Draws } from './draw.js';
import type { Broker } from './log/broker.js';
import { encodeOrder } from './log/codec.js';
import type { Group } from './log/group.js';
import type { Mail } from './mail.js';
import type { PlannedOrder } from './orders.js';
import { orderMessage, rivalMessage } from './orders.js';
import type { Plan } from './plan.js';
import type { StandIn } from './store/database.js';
import type { Timeline } from './timeline.js';

export interface Stage {
  readonly plan: Plan;
  readonly orders: readonly PlannedOrder[];
  readonly timeline: Timeline;
  readonly draws: Draws;
  readonly broker: Broker;
  readonly database: StandIn;
  readonly mail: Mail;
  /** That of the orders is the first. */
  readonly groups: readonly [Group, ...Group[]];
  readonly epoch: Date;
}

/** How long after its order a rival comes, and how much later a notification of what was captured before, at most, in ms. */
const RIVAL_MS = 500;
const TOLD_MS = 600;

/** Puts on the timeline what the plan has happen at a time of its own. */
export function stagePlan(stage: Stage): void {
  const { plan, orders, timeline, database, groups } = stage;
  for (const order of orders) stageOrder(order, stage);
  for (const ms of plan.stirs) {
    timeline.after(ms, () => {
      for (const group of groups) group.stir();
    });
  }
  for (const ms of plan.rewinds) {
    timeline.after(ms, () => {
      groups[0].rewind();
    });
  }
  for (const { provider, atMs, forMs } of plan.pauses) {
    timeline.after(atMs, () => database.pause(provider));
    timeline.after(atMs + forMs, () => database.resume(provider));
  }
}

function stageOrder(order: PlannedOrder, { timeline, draws, broker, mail, epoch }: Stage): void {
  const { atMs, againAtMs, poison, capturedBefore } = order.plan;
  for (const ms of [atMs, ...againAtMs]) {
    timeline.after(ms, () => {
      broker.append(encodeOrder(orderMessage(order, epoch)));
    });
  }
  const rival = rivalMessage(order, epoch);
  if (rival !== null) {
    timeline.after(atMs + RIVAL_MS, () => {
      broker.append(encodeOrder(rival));
    });
  }
  if (poison) {
    timeline.after(atMs, () => {
      const value = Buffer.from(`no order ${String(order.index)}`);
      broker.append({ topic: 'order.fulfilled', key: Buffer.from(order.paymentId), value, headers: [] });
    });
  }
  if (capturedBefore) {
    timeline.after(atMs + TOLD_MS * draws.number('told before'), () => {
      mail.tell({ order, requestId: null, is: 'captured', at: epoch });
    });
  }
}

/** When the last of it happens, in ms. */
export function lastOf({ workers, orders, stirs, rewinds, pauses }: Plan): number {
  return Math.max(
    0,
    ...orders.flatMap(({ atMs, againAtMs }) => [atMs + Math.max(RIVAL_MS, TOLD_MS), ...againAtMs]),
    ...stirs,
    ...rewinds,
    ...pauses.map(({ atMs, forMs }) => atMs + forMs),
    ...workers.map(({ stopsAt }) => stopsAt ?? 0),
  );
}
