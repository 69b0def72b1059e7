import type { Draws } from './draw.js';
import type { PlannedOrder } from './orders.js';
import { MERCHANTS } from './policy.js';
import { notificationOf } from './providers/notices.js';
import type { Slot } from './slot.js';
import type { Timeline } from './timeline.js';

/** Providers' notifications on their way: told more than once, late, in any order, and again if nobody says that they were stored. */
export interface Mail {
  tell(told: Told): void;
  /** Whether nothing is on its way any more. */
  readonly isDelivered: boolean;
}

export interface Told {
  readonly order: PlannedOrder;
  /** Null for what the provider did by itself. */
  readonly requestId: string | null;
  readonly is: 'captured' | 'failed';
  readonly at: Date;
}

/** How long an acknowledgement is waited for, and how often a notice is sent before the provider gives up. */
const PATIENCE_MS = 5_000;
const TRIES = 5;
/** How long what tells of no request takes, in ms: it may come with the order. */
const SOON_MS = 200;

export function createMail({
  slots,
  timeline,
  draws,
}: {
  readonly slots: readonly Slot[];
  readonly timeline: Timeline;
  readonly draws: Draws;
}): Mail {
  let underWay = 0;

  function deliver(notification: ReturnType<typeof notificationOf>, tries: number): void {
    const up = slots.flatMap(({ current }) => current ?? []);
    const { worker } = up[draws.below('mail to', Math.max(1, up.length))] ?? { worker: null };
    let isStored = false;
    void worker?.keep(notification).then(
      () => (isStored = true),
      () => undefined,
    );
    timeline.after(PATIENCE_MS, () => {
      if (!isStored && tries < TRIES) deliver(notification, tries + 1);
      else underWay -= 1;
    });
  }

  return {
    tell: ({ order, requestId, is, at }) => {
      const { provider, notices } = order.plan;
      const notification = notificationOf({
        provider,
        merchantId: MERCHANTS.get(provider) ?? '',
        captureReference: order.captureReference,
        money: order.money,
        requestId,
        is,
        at,
        isHint: provider === 'wallet' && requestId !== null && draws.chance(`hint ${order.paymentId}`, 0.4),
      });
      for (let copy = 0; copy < notices.copies; copy += 1) {
        underWay += 1;
        const withinMs = requestId === null ? SOON_MS : notices.withinMs;
        timeline.after(withinMs * draws.number(`mail ${order.paymentId}`), () => {
          deliver(notification, 1);
        });
      }
    },
    get isDelivered() {
      return underWay === 0;
    },
  };
}
