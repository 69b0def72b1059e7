import type { Scene } from '../../dev/demo/scene.js';
import { createLogProducer } from '../../src/kafka/log-producer.js';
import { registryClient } from '../../src/kafka/registry/client.js';
import type { RegisteredContracts } from '../../src/kafka/schema-registry.js';
import { loadSchemas } from '../../src/kafka/schema-registry.js';
import { topicNames } from '../../src/kafka/topics.js';
import type { LogMessage } from '../../src/ports/log.js';
import type { RawMessage } from './hostile-messages.js';
import { openTestKafka, SILENT } from './kafka.js';

/** A producer of orders beside a scene, with eyes on what the worker does with them. */
export interface OrderLine {
  readonly contracts: RegisteredContracts;
  /** Puts messages on `order.fulfilled`, in order. */
  put(messages: readonly RawMessage[]): Promise<void>;
  /** All that is on the dead-letter topic by now, in the order in which it came. */
  deadLetters(): Promise<LogMessage[]>;
  /** The end of each partition of `order.fulfilled`. */
  ends(): Promise<readonly bigint[]>;
  /** What the worker has committed of each. */
  committed(): Promise<readonly bigint[]>;
  close(): Promise<void>;
}

export async function openOrderLine(scene: Scene): Promise<OrderLine> {
  const topics = topicNames(scene.topicPrefix);
  const topic = topics['order.fulfilled'];
  const registry = registryClient({ url: scene.stack.env.SCHEMA_REGISTRY_URL });
  const contracts = await loadSchemas(registry, topics);
  await registry.close();
  const kafka = await openTestKafka();
  const producer = createLogProducer({ client: kafka.client, log: SILENT });
  const ends = async (): Promise<bigint[]> =>
    (await kafka.admin.fetchTopicOffsets(topic))
      .sort((a, b) => a.partition - b.partition)
      .map(({ high }) => BigInt(high));
  return {
    contracts,
    put: (messages) => producer.append(messages.map((message) => ({ topic, ...message }))),
    deadLetters: () => kafka.read(topics['order.fulfilled.dlq']),
    ends,
    committed: async () => {
      const partitions = [...(await ends()).keys()];
      return Promise.all(
        partitions.map(async (partition) => (await kafka.committed(scene.group, topic, partition)) ?? 0n),
      );
    },
    close: async () => {
      await producer.close();
      await kafka.close();
    },
  };
}
