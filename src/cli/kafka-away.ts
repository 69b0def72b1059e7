import type { KafkaSettings } from '../config/config.js';
import { CaptureWorkerError, hasCode, messageOf } from '../errors.js';
import { protocolErrorOf } from '../kafka/errors.js';
import type { Clock } from '../ports/clock.js';

export interface AskingOptions {
  readonly brokers: KafkaSettings['brokers'];
  readonly clock: Clock;
}

/** How long a cluster may take to find who keeps a group's offsets, in ms: one that nobody has used yet must first create the topic. */
const COORDINATOR_MS = 15_000;
const AGAIN_AFTER_MS = 250;

/** What brokers say of a group while they find out who keeps it: a matter of seconds, after a start or a failover. */
const FINDING_COORDINATOR: ReadonlySet<string> = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** Does the work, again while the brokers find the group's coordinator; if Kafka doesn't answer, the error says which brokers were asked. */
export async function askingKafka<Result>(
  { brokers, clock }: AskingOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const begun = clock.monotonic();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, 'LOG_UNAVAILABLE')) throw error;
      const passing = FINDING_COORDINATOR.has(protocolErrorOf(error) ?? '');
      if (!passing || clock.monotonic() - begun > COORDINATOR_MS) throw naming(brokers, error);
      await clock.sleep(AGAIN_AFTER_MS);
    }
  }
}

function naming(brokers: readonly string[], error: unknown): CaptureWorkerError {
  return new CaptureWorkerError('LOG_UNAVAILABLE', `${messageOf(error)} (asked: ${brokers.join(', ')})`, {
    cause: error,
  });
}
