import kafkajs from 'kafkajs';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaSettings } from './settings.js';

/** How this service reaches Kafka. The one place to add `ssl` and `sasl`. */
export function openKafka({ brokers, groupId }: KafkaSettings, log: Logger): Kafka {
  const { Kafka, logLevel } = kafkajs;
  return new Kafka({
    clientId: groupId,
    brokers,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, log: { message, ...fields } }) => {
        log[level === logLevel.ERROR ? 'error' : 'warn'](fields, message);
      },
  });
}

/**
 * Deletes the group with its offsets: whoever joins it next reads the topics from their start. Rejects if the group has members, which
 * the broker itself makes sure of.
 */
export async function forgetOffsets(settings: KafkaSettings, log: Logger): Promise<void> {
  const { groupId } = settings;
  const admin = openKafka(settings, log).admin();
  await admin.connect();
  try {
    await admin.deleteGroups([groupId]);
  } catch (error) {
    const reason = refusal(error);
    if (reason === 'GROUP_ID_NOT_FOUND') return;
    if (reason !== 'NON_EMPTY_GROUP') throw error;
    throw new Error(`the group ${groupId} has members: stop all of them first`, { cause: error });
  } finally {
    await admin.disconnect();
  }
}

/** Kafka's word for why it didn't delete the group. */
function refusal(error: unknown): string | undefined {
  return error instanceof kafkajs.KafkaJSDeleteGroupsError ? error.groups[0]?.error?.type : undefined;
}
