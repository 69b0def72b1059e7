import { CaptureWorkerError, hasCode, messageOf } from '../errors.js';
import type { KafkaSettings } from '../config/config.js';

/** Does the work; if Kafka doesn't answer, the error also says which brokers were asked. */
export async function askingKafka<Result>(
  { brokers }: Pick<KafkaSettings, 'brokers'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, 'LOG_UNAVAILABLE')) throw error;
    const where = `check that Kafka runs at ${brokers.join(', ')} and that KAFKA_BROKERS names it`;
    throw new CaptureWorkerError('LOG_UNAVAILABLE', `${messageOf(error)}; ${where}`, { cause: error });
  }
}
