import { gzipSync } from 'node:zlib';
import type { Message } from 'kafkajs';
import kafkajs, { CompressionTypes } from 'kafkajs';
import type { KafkaClientConfig } from '../../src/kafka/client.js';
import { openKafkaClient } from '../../src/kafka/client.js';
import { installCodecs } from '../../src/kafka/compression/codecs.js';
import { SILENT } from './kafka.js';

/** Appends one message in a batch that is compressed on this side of the broker, however large it is. */
export async function appendGzipped(
  client: KafkaClientConfig,
  topic: string,
  message: Message,
): Promise<void> {
  const producer = openKafkaClient(client, SILENT).kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  kafkajs.CompressionCodecs[CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(gzipSync(buffer)),
  });
  try {
    await producer.send({ topic, compression: CompressionTypes.GZIP, messages: [message] });
  } finally {
    installCodecs();
    await producer.disconnect();
  }
}
