import { captureIdOf } from '../src/capture/ids.js';
import { licenceOf } from '../src/capture/licence.js';
import type { ProviderName } from '../src/capture/capture.js';
import { PROVIDERS } from '../src/capture/capture.js';
import { isRejection } from '../src/capture/rejection.js';
import { fold } from '../src/capture/state-machine.js';
import { messageOf } from '../src/errors.js';
import type { LogMessage } from '../src/ports/log.js';
import type { ProviderClient } from '../src/ports/provider.js';
import { createDraws } from './draw.js';
import type { Host } from './host.js';
import { createBroker } from './log/broker.js';
import { decodeOrder, encodeEvent, encodeNotification } from './log/codec.js';
import type { Group } from './log/group.js';
import { createGroup } from './log/group.js';
import { createMail } from './mail.js';
import { undoneBelow } from './oracle/commits.js';
import type { Finding } from './oracle/findings.js';
import { judge, isSettled } from './oracle/judge.js';
import type { Heard } from './oracle/kept.js';
import { watchSends } from './oracle/sends.js';
import type { PlannedOrder } from './orders.js';
import { plannedOrder } from './orders.js';
import type { Plan } from './plan.js';
import { MERCHANTS, POLICY } from './policy.js';
import { createBook } from './providers/book.js';
import { createClient } from './providers/client.js';
import { createProvider } from './providers/provider.js';
import { createSlot } from './slot.js';
import { lastOf, stagePlan } from './stage.js';
import { createStandIn } from './store/database.js';
import type { Weakness } from './store/weakness.js';
import { createSubscriber } from './subscriber.js';
import { createTimeline } from './timeline.js';

/** What came of a plan. */
export interface Outcome {
  /** Empty if all promises held. */
  readonly findings: readonly Finding[];
  readonly crashes: number;
  /** Requests that left for a provider. */
  readonly requests: number;
  /** Times that the money of a payment moved. */
  readonly movements: number;
  readonly steps: number;
  /** Virtual time, in ms. */
  readonly tookMs: number;
}

const WORLD_EPOCH_MS = Date.parse('2026-03-01T12:00:00.000Z');
const epoch = new Date(WORLD_EPOCH_MS);
const PARTITIONS = 3;
/** What isn't settled by then never will be, in ms. */
const LIMIT_MS = 3_600_000;

/** Lets a planned world run to its end, and judges it. `weakened` names safeguards of the store that are taken away. */
export async function runWorld(plan: Plan, weakened: ReadonlySet<Weakness> = new Set()): Promise<Outcome> {
  const timeline = createTimeline();
  const draws = createDraws(plan.seed);
  const now = (): Date => new Date(WORLD_EPOCH_MS + Math.floor(timeline.now));
  const findings: Finding[] = [];
  const heard: Heard[] = [];
  const stored = new Set<string>();
  const broker = createBroker(PARTITIONS, now);
  const database = createStandIn({
    fold: (capture, evidence, at) =>
      fold({ capture, evidence, now: at, random: draws.number('fold') }, POLICY),
    licenceOf: (capture, evidence, at) => licenceOf(capture, evidence, at, POLICY),
    encode: encodeEvent,
    encodeNotification,
    now,
    weakened,
    apart: (step) => {
      // Between two transactions a process can die.
      if (!draws.chance('dies between', 0.1)) timeline.after(50 * draws.number('apart'), step);
    },
  });
  const { views } = database;

  const orders = plan.orders.map(plannedOrder);
  const byPayment = new Map(orders.map((order) => [order.paymentId, order]));
  const book = createBook();
  for (const {
    paymentId,
    money,
    plan: { capturedBefore },
  } of orders)
    book.open({ paymentId, money, capturedBefore });
  const paymentOf = (captureReference: string): string => paymentNamed(captureReference, orders);
  const sends = watchSends({
    views,
    captureIdOf: (paymentId) => captureIdFor(byPayment.get(paymentId)),
    pausedSince: (provider) =>
      database.pauses().find(({ account }) => account === provider)?.pausedAt ?? null,
  });

  const subscriber = createSubscriber(broker, timeline, draws);
  const groupOf = (
    name: string,
    topics: readonly string[],
    isDone?: (message: LogMessage) => boolean,
  ): Group =>
    createGroup({
      name,
      topics,
      broker,
      timeline,
      draws,
      onCommit: (commits) => {
        if (isDone !== undefined) findings.push(...undoneBelow(commits, broker, isDone));
      },
    });
  const ordersGroup = groupOf('orders', ['order.fulfilled'], ({ value }) => {
    const order = decodeOrder(value);
    if (isRejection(order)) return false;
    const claimed = byPayment.get(order.paymentId);
    return claimed !== undefined && views.captures.has(captureIdFor(claimed));
  });
  const reconciliation = groupOf('reconciliation', ['capture.notification', 'capture.pending']);

  const slots = plan.workers.map((worker, index) =>
    createSlot({
      name: `worker-${String(index + 1)}`,
      plan: worker,
      timeline,
      draws,
      epochMs: WORLD_EPOCH_MS,
      slowness: plan.trouble.slow,
      onUnheard: (host) => {
        ordersGroup.unheard(host);
        reconciliation.unheard(host);
      },
      partsOf: (host) => ({
        host,
        database,
        broker,
        orders: ordersGroup,
        reconciliation,
        draws,
        trouble: plan.trouble,
        clientOf: (provider) => clientOf(host, provider),
        onFatal: (error) => {
          findings.push({ broken: 'no failure of the program', what: messageOf(error) });
        },
        onStored: ({ notificationId }) => {
          if (stored.has(notificationId))
            findings.push({
              broken: 'evidence kept',
              what: `notification ${notificationId} was stored twice`,
            });
          stored.add(notificationId);
        },
      }),
    }),
  );
  const mail = createMail({ slots, timeline, draws });

  const providers = new Map(
    PROVIDERS.map((name) => [
      name,
      createProvider({
        name,
        rules: plan.rules[name],
        book,
        timeline,
        draws,
        epochMs: WORLD_EPOCH_MS,
        stepsOf: (paymentId) => byPayment.get(paymentId)?.plan.steps ?? [],
        answered: sends.answered,
        ended: (paymentId, requestId, is) => {
          const order = byPayment.get(paymentId);
          if (order !== undefined) mail.tell({ order, requestId, is, at: now() });
        },
      }),
    ]),
  );

  function clientOf(host: Host, name: ProviderName): ProviderClient {
    const provider = providers.get(name);
    if (provider === undefined) throw new Error(`there is no provider ${name}`);
    return createClient({
      name,
      host,
      provider,
      timeline,
      draws,
      epochMs: WORLD_EPOCH_MS,
      paymentOf,
      witness: {
        sent: (call, paymentId) => {
          sends.sent(name, call, paymentId);
        },
        told: sends.told,
        heard: (call) => {
          heard.push({ host, call });
        },
      },
    });
  }

  stagePlan({
    plan,
    orders,
    timeline,
    draws,
    broker,
    database,
    mail,
    groups: [ordersGroup, reconciliation],
    epoch,
  });
  for (const slot of slots) slot.start();

  const lastPlanned = lastOf(plan);
  const state = {
    plan,
    orders,
    broker,
    views,
    book,
    providers,
    subscriber,
    heard,
    groups: [ordersGroup, reconciliation],
  };
  await timeline.run(
    () =>
      timeline.now > lastPlanned &&
      slots.every((slot) => slot.isSteady) &&
      mail.isDelivered &&
      isSettled(state),
    LIMIT_MS,
  );
  return {
    findings: [...findings, ...sends.findings, ...judge(state)],
    crashes: slots.reduce((sum, slot) => sum + slot.crashes, 0),
    requests: sends.requests,
    movements: [...book.payments.values()].reduce((sum, { movements }) => sum + movements.length, 0),
    steps: timeline.steps,
    tookMs: timeline.now,
  };
}

function captureIdFor(order: PlannedOrder | undefined): string {
  if (order === undefined) throw new Error('no order is of this payment');
  const {
    plan: { provider },
    captureReference,
  } = order;
  return captureIdOf({ provider, merchantId: MERCHANTS.get(provider) ?? '', captureReference });
}

/** The payment that a provider captures by this reference: its own, or the second one of a rival order. */
function paymentNamed(captureReference: string, orders: readonly PlannedOrder[]): string {
  const order = orders.find(
    (one) =>
      one.captureReference === captureReference || `${one.captureReference}_again` === captureReference,
  );
  if (order === undefined) throw new Error(`no order is captured by ${captureReference}`);
  return order.paymentId;
}
