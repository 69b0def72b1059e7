import { CompressionTypes } from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import type { ProduceArgs } from 'kafkajs/src/protocol/requests/produce/index.js';
import produceProtocol from 'kafkajs/src/protocol/requests/produce/index.js';
import { encodeBatch } from './batch-encoding.js';
import type { PlainMessage } from './record-encoding.js';
import { isPlain } from './record-encoding.js';

/** The version of the request that brokers take since 2.1. */
const MENDED_VERSION = 7;
/** What kafkajs gives for a producer that isn't idempotent. */
const NOT_IDEMPOTENT = { producerId: -1, producerEpoch: 0, firstSequence: 0 };

let mended = false;

/**
 * Mends how kafkajs 2.2.4 writes what is produced. For each number, header and record it makes a buffer of its own, most of half a kB, and
 * for each number in a record a list or big integers: an event takes 13 kB of memory and thirty times as long as its bytes take to be
 * copied.
 *
 * The mended request has the same bytes. Only what this process produces is mended: messages of bytes, uncompressed, without times of their
 * own, by a producer that is neither idempotent nor in a transaction. All else is written by kafkajs. May be called more than once.
 */
export function mendProduce(): void {
  if (mended) return;
  mended = true;
  const original = produceProtocol.protocol;
  produceProtocol.protocol = ({ version }) => {
    const produce = original({ version });
    if (version !== MENDED_VERSION) return produce;
    return (args) => {
      const call = produce(args);
      if (!isPlainProduce(args)) return call;
      const encode = (): Promise<Encoder> => Promise.resolve(encodeProduce(args, Date.now()));
      return { ...call, request: { ...call.request, encode } };
    };
  };
}

type PlainProduce = ProduceArgs & {
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly messages: readonly PlainMessage[];
    }[];
  }[];
};

function isPlainProduce(args: ProduceArgs): args is PlainProduce {
  const { compression, transactionalId, producerId, producerEpoch, topicData } = args;
  return (
    compression === CompressionTypes.None &&
    (transactionalId ?? null) === null &&
    producerId === NOT_IDEMPOTENT.producerId &&
    producerEpoch === NOT_IDEMPOTENT.producerEpoch &&
    topicData.every(({ partitions }) =>
      partitions.every(
        ({ messages, firstSequence }) =>
          firstSequence === NOT_IDEMPOTENT.firstSequence && messages.length > 0 && messages.every(isPlain),
      ),
    )
  );
}

function encodeProduce({ acks, timeout, topicData }: PlainProduce, now: number): Encoder {
  const request = new Encoder()
    .writeString(null)
    .writeInt16(acks)
    .writeInt32(timeout)
    .writeInt32(topicData.length);
  for (const { topic, partitions } of topicData) {
    request.writeString(topic).writeInt32(partitions.length);
    for (const { partition, messages } of partitions)
      request.writeInt32(partition).writeBytes(encodeBatch(messages, now));
  }
  return request;
}
