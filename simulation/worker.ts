import { pino } from 'pino';
import type { ProviderName } from '../src/capture/capture.js';
import { PROVIDERS } from '../src/capture/capture.js';
import type { Rejection } from '../src/capture/rejection.js';
import { isRejection } from '../src/capture/rejection.js';
import { CaptureWorkerError } from '../src/errors.js';
import type { ReadEvent } from '../src/kafka/event-decoder.js';
import type { Pipeline, PipelinePorts } from '../src/pipeline.js';
import { startPipeline } from '../src/pipeline.js';
import type { LogConsumer } from '../src/ports/log.js';
import type { StoredNotification } from '../src/ports/notification.js';
import type { ProviderClient } from '../src/ports/provider.js';
import { createAccountGate } from '../src/worker/gate/account-gate.js';
import type { SendingAccount } from '../src/worker/send.js';
import type { Draws } from './draw.js';
import type { Host, PartTrouble } from './host.js';
import type { Broker } from './log/broker.js';
import { decodeEvent, decodeNotification, decodeOrder } from './log/codec.js';
import { createConsumer } from './log/consumer.js';
import type { Group } from './log/group.js';
import { createProducer } from './log/producer.js';
import { AUTHORISATION_WINDOW_MS } from './orders.js';
import type { TroublePlan } from './plan.js';
import { GATE, MERCHANTS, PACE, RULES, settingsOf } from './policy.js';
import type { StandIn } from './store/database.js';
import type { OutboxSession } from './store/outbox.js';

export interface WorkerParts {
  readonly host: Host;
  readonly database: StandIn;
  readonly broker: Broker;
  readonly orders: Group;
  readonly reconciliation: Group;
  readonly draws: Draws;
  readonly trouble: TroublePlan;
  readonly clientOf: (provider: ProviderName) => ProviderClient;
  readonly onFatal: (error: unknown) => void;
  /** A notification was stored, and wasn't there before. */
  readonly onStored: (notification: StoredNotification) => void;
}

/** A worker's loops on a host: the very ones of production (src/pipeline.ts), with the stand-ins behind their ports. */
export interface SimulatedWorker {
  /** Resolves when it takes orders. Never does if it dies before. */
  readonly started: Promise<Pipeline>;
  /** As its notify endpoint does once the signature holds. Rejects if it isn't stored. */
  keep(notification: StoredNotification): Promise<void>;
  /** Its connections break, as they do when a process dies. */
  disconnect(): void;
}

const SILENT = pino({ level: 'silent' });
const NOTHING = (): undefined => undefined;
const UNWATCHED = {
  message: NOTHING,
  notification: NOTHING,
  deadLetter: NOTHING,
  attempt: NOTHING,
  inquiry: NOTHING,
  state: NOTHING,
  batch: NOTHING,
  held: NOTHING,
  paused: NOTHING,
  watchRunner: NOTHING,
  watchRelay: NOTHING,
  watchAccounts: NOTHING,
};

export function startWorker(parts: WorkerParts): SimulatedWorker {
  const { host, database, onFatal, onStored } = parts;
  const storeTrouble: PartTrouble = {
    share: parts.trouble.store,
    error: () => new CaptureWorkerError('STORE_UNAVAILABLE', 'the connection was lost'),
  };
  const outbox = database.openOutbox();
  const ask = <Result>(what: string, act: () => Result): Promise<Result> =>
    host.call(what, act, storeTrouble);
  const started = startPipeline(portsOf(parts, outbox, ask), {
    clock: host.clock,
    random: host.random,
    newId: host.newId,
    log: SILENT,
    metrics: UNWATCHED,
    settings: settingsOf(host.name),
    pace: PACE,
    onFatal,
  });
  let running: Pipeline | null = null;
  void started.then((pipeline) => {
    running = pipeline;
  });
  return {
    started,
    keep: async (notification) => {
      await ask('keep notification', () => {
        if (database.keepNotification(notification) === 'stored') onStored(notification);
      });
      running?.notificationStored();
    },
    disconnect: () => {
      outbox.lose();
    },
  };
}

function portsOf(
  parts: WorkerParts,
  outbox: OutboxSession,
  ask: <Result>(what: string, act: () => Result) => Promise<Result>,
): PipelinePorts {
  const { host, database, broker, draws, trouble } = parts;
  const queue = database.openNotificationQueue();
  const consumerOf = (group: Group): LogConsumer =>
    createConsumer({ host, group, broker, draws, troubleShare: trouble.log });
  return {
    captures: {
      claim: (requests) => ask('claim', () => database.claim(requests)),
      start: (requests) => ask('start', () => database.start(requests)),
      record: (requests) => ask('record', () => database.record(requests)),
      takeDue: (request) => ask('take due', () => database.takeDue(request)),
    },
    waiting: { overlooked: (request) => ask('overlooked', () => database.overlooked(request)) },
    outbox: {
      acquire: () => ask('acquire', () => outbox.acquire()),
      next: (limit) => ask('next events', () => outbox.next(limit)),
      published: (queueIds) =>
        ask('published', () => {
          outbox.published(queueIds);
        }),
      release: () =>
        ask('release', () => {
          outbox.release();
        }),
    },
    notificationQueue: {
      acquire: () => Promise.resolve(queue.acquire()),
      next: (limit) => ask('next notifications', () => queue.next(limit)),
      published: (queueIds) =>
        ask('notifications published', () => {
          queue.published(queueIds);
        }),
      release: () =>
        ask('notifications given back', () => {
          queue.release();
        }),
    },
    listPauses: () => ask('pauses', () => database.pauses()),
    parked: {
      park: (notification) =>
        ask('park', () => {
          database.park(notification);
        }),
      joinable: (request) => ask('joinable', () => database.joinable(request)),
      joined: (ids) =>
        ask('joined', () => {
          database.joined(ids);
        }),
    },
    wakeInquiry: (captureId) => ask('wake', () => database.wakeInquiry(captureId)),
    wakeAsPromised: (promised) => ask('wake as promised', () => database.wakeAsPromised(promised)),
    orders: consumerOf(parts.orders),
    reconciliation: consumerOf(parts.reconciliation),
    decodeOrder: (value) => Promise.resolve(decodeOrder(value)),
    decodeEvent: (_, value) => Promise.resolve(readEvent(value)),
    decodeNotification: (value) =>
      Promise.resolve(decodeNotification(value, (id) => database.views.notifications.get(id))),
    producer: createProducer(host, broker, draws, trouble.log),
    topics: { 'capture.notification': 'capture.notification', 'capture.pending': 'capture.pending' },
    accounts: accountsOf(parts),
  };
}

/** An event as a subscriber reads it. */
function readEvent(value: Uint8Array | null): ReadEvent | Rejection {
  const event = decodeEvent(value);
  if (isRejection(event) || event.type !== 'capture.succeeded') return event;
  return { ...event, settlementAmount: null, settlementCurrency: null };
}

function accountsOf({ host, clientOf }: WorkerParts): ReadonlyMap<string, SendingAccount> {
  return new Map(
    PROVIDERS.map((name): [string, SendingAccount] => [
      name,
      {
        name,
        merchantId: MERCHANTS.get(name) ?? name,
        authorisationWindowMs: AUTHORISATION_WINDOW_MS,
        maxInFlight: GATE.maxInFlight,
        rules: RULES[name],
        client: clientOf(name),
        gate: createAccountGate({
          ...GATE,
          areOthersHungry: () => false,
          clock: host.clock,
          random: host.random,
        }),
      },
    ]),
  );
}
