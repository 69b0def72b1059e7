import { licenceOf } from './capture/licence.js';
import { fold } from './capture/state-machine.js';
import { reconciliationGroup } from './kafka/consumption.js';
import { eventDecoder } from './kafka/event-decoder.js';
import { eventEncoder } from './kafka/event-encoder.js';
import { createLogConsumer } from './kafka/log-consumer.js';
import { notificationDecoder } from './kafka/notification-decoder.js';
import { notificationEncoder } from './kafka/notification-encoder.js';
import { orderDecoder } from './kafka/order-decoder.js';
import type { RegisteredContracts } from './kafka/schema-registry.js';
import type { Parts } from './parts.js';
import type { PipelinePorts, PipelineSettings } from './pipeline.js';
import type { CaptureStore } from './ports/store.js';
import type { ReconciliationPorts } from './reconciliation.js';
import { listPauses } from './store/account-pauses.js';
import { createCaptureStore } from './store/capture-store.js';
import { createNotificationQueue } from './store/notification-queue.js';
import { createOutboxStore } from './store/outbox.js';
import { createWaitingStore } from './store/overlooked.js';
import { createParkedNotifications } from './store/parked-notifications.js';
import { wakeAsPromised, wakeInquiry } from './store/wake.js';

/** The loops' ports on a worker's parts: Kafka, PostgreSQL, and the accounts' clients. */
export function pipelinePorts(
  parts: Parts,
  contracts: RegisteredContracts,
  onFatal: (error: unknown) => void,
): PipelinePorts {
  const { pool, registry, clock, topics, config, kafka, log } = parts;
  const { queue, consumer, ...reconciliation } = reconciliationPorts(
    { ...parts, group: config.kafka.group, sessionTimeoutMs: config.worker.sessionTimeoutMs },
    contracts,
    onFatal,
  );
  return {
    ...reconciliation,
    notificationQueue: queue,
    reconciliation: consumer,
    captures: captureStore(parts, contracts),
    waiting: createWaitingStore({ pool }),
    outbox: createOutboxStore({ pool }),
    listPauses: () => listPauses(pool),
    orders: createLogConsumer({
      client: kafka,
      groupId: config.kafka.group,
      topics: [topics['order.fulfilled']],
      sessionTimeoutMs: config.worker.sessionTimeoutMs,
      log,
      onFatal,
    }),
    decodeOrder: orderDecoder(contracts, { registry, clock }),
    accounts: parts.accounts,
  };
}

/** The store with the rules that it goes by. */
export function captureStore({ pool, config, random }: Parts, contracts: RegisteredContracts): CaptureStore {
  return createCaptureStore({
    pool,
    fold: (capture, evidence, now) => fold({ capture, evidence, now, random: random() }, config.policy),
    licenceOf: (capture, evidence, now) => licenceOf(capture, evidence, now, config.policy),
    encode: eventEncoder(contracts),
  });
}

/** As `pipelinePorts`, of what reconciles. `group` is the workers' group, not its own. */
export function reconciliationPorts(
  {
    pool,
    registry,
    clock,
    topics,
    kafka,
    producer,
    log,
    group,
    sessionTimeoutMs,
  }: Pick<Parts, 'pool' | 'registry' | 'clock' | 'topics' | 'kafka' | 'log'> &
    Pick<ReconciliationPorts, 'producer'> & {
      readonly group: string;
      readonly sessionTimeoutMs: number;
    },
  contracts: RegisteredContracts,
  onFatal: (error: unknown) => void,
): ReconciliationPorts {
  return {
    queue: createNotificationQueue({ pool, encode: notificationEncoder(contracts) }),
    parked: createParkedNotifications({ pool }),
    wakeInquiry: (captureId) => wakeInquiry(pool, captureId),
    wakeAsPromised: (promised) => wakeAsPromised(pool, promised),
    consumer: createLogConsumer({
      client: kafka,
      groupId: reconciliationGroup(group),
      topics: [topics['capture.notification'], topics['capture.pending']],
      sessionTimeoutMs,
      log,
      onFatal,
    }),
    decodeNotification: notificationDecoder(contracts, { registry, clock }),
    decodeEvent: eventDecoder(contracts, { registry, clock }),
    producer,
    topics,
  };
}

/** What a worker's configuration says of its loops. */
export function pipelineSettings({
  config: { worker, workerId, policy, restoration },
}: Parts): PipelineSettings {
  return {
    worker: workerId,
    batchSize: worker.batchSize,
    maxInFlight: worker.maxInFlight,
    commitEveryMs: worker.commitIntervalMs,
    leaseMarginMs: worker.leaseMarginMs,
    announceUnsentAfterMs: policy.announceUnsentAfterMs,
    contradictionWaitMs: policy.contradictionWaitMs,
    quietPeriodMs: policy.quietPeriodMs,
    restoration,
  };
}
