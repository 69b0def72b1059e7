import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import type { KafkaSettings } from '../subscriber/settings.js';
import { requireTopics, topicsOf } from '../subscriber/topics.js';

/** Rejects unless the capture topics are there and kept from their beginning: from less the ledger would be rebuilt with gaps. */
export async function requireWholeTopics(admin: Admin, settings: KafkaSettings): Promise<void> {
  await requireTopics(admin, settings);
  for (const topic of topicsOf(settings).keys()) {
    for (const { partition, low } of await admin.fetchTopicOffsets(topic)) {
      if (low === '0') continue;
      throw new Error(
        `the ledger can't be rebuilt: ${topic}, partition ${String(partition)} begins at offset ${low}, what was before it is deleted. ` +
          'Keep this ledger, and set retention.ms=-1 and cleanup.policy=delete on the topic',
      );
    }
  }
}

/**
 * Deletes the group with its offsets: whoever joins it next reads the topics from their start. Rejects if the group has members, which
 * the broker itself makes sure of.
 */
export async function forgetOffsets(admin: Admin, { groupId }: KafkaSettings): Promise<void> {
  try {
    await admin.deleteGroups([groupId]);
  } catch (error) {
    const reason = refusal(error);
    // Kafka forgets a group that nobody has been in for a week. It reads from the start then, as it should.
    if (reason === 'GROUP_ID_NOT_FOUND') return;
    if (reason !== 'NON_EMPTY_GROUP') throw error;
    throw new Error(
      `the group ${groupId} has members: stop all of them first, and wait 10 s after a kill -9`,
      { cause: error },
    );
  }
}

/** Kafka's word for why it didn't delete the group. */
function refusal(error: unknown): string | undefined {
  return error instanceof kafkajs.KafkaJSDeleteGroupsError ? error.groups[0]?.error?.type : undefined;
}
