import Decoder from 'kafkajs/src/protocol/decoder.js';
import type {
  FetchAnswer,
  FetchedPartition,
  FetchedTopic,
  FetchTopic,
} from 'kafkajs/src/protocol/requests/fetch/index.js';
import fetchProtocol from 'kafkajs/src/protocol/requests/fetch/index.js';
import { readFetched } from './fetched-records.js';
import type { Room } from './room.js';
import { createRoom } from './room.js';

/** The version of the answer that brokers give since 2.3. */
const MENDED_VERSION = 11;
/** How much memory the messages of one answer may take, in bytes. There is one answer of each broker at a time. */
const MAX_FOOTPRINT = 8 * 1_024 * 1_024;

let mended = false;

/**
 * Mends how kafkajs 2.2.4 takes apart what brokers send when messages are fetched. The size of an answer is bounded, but not what it
 * becomes: one of 4 MB can hold gigabytes if it is compressed, and half a million messages if they are small. Whatever there is, kafkajs
 * makes all of it at once; for a batch of 130,000 messages it fails by itself, and says nothing of where.
 *
 * It also looks at no checksum, waits for ever for more of what is damaged, and delivers messages of aborted transactions: it expects
 * brokers to name these in the order in which they began, and takes a message whose key is four zeros for the end of one.
 *
 * The mended reader takes messages as long as there is room and leaves the rest of the answer to the next one. A batch that can't be read
 * is told with its place, but only when there is nothing before it: what comes before it is delivered first. May be called more than once.
 */
export function mendFetch(): void {
  if (mended) return;
  mended = true;
  const original = fetchProtocol.protocol;
  fetchProtocol.protocol = ({ version }) => {
    const fetch = original({ version });
    if (version !== MENDED_VERSION) return fetch;
    return (args) => {
      const call = fetch(args);
      const decode = (rawData: Buffer): Promise<FetchAnswer> => decodeFetch(rawData, args.topics);
      return { ...call, response: { ...call.response, decode } };
    };
  };
}

/** The answer to a request for `asked`, as kafkajs wants it. Rejects with ReadingStopped. */
export async function decodeFetch(
  rawData: Buffer,
  asked: readonly FetchTopic[],
  maxFootprint = MAX_FOOTPRINT,
): Promise<FetchAnswer> {
  const decoder = new Decoder(rawData);
  const room = createRoom(maxFootprint);
  const offsets = offsetsIn(asked);
  return {
    // The broker hasn't throttled: it expects that of us.
    throttleTime: 0,
    clientSideThrottleTime: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    sessionId: decoder.readInt32(),
    responses: await decoder.readArrayAsync((one) => readTopic(one, offsets, room)),
  };
}

async function readTopic(decoder: Decoder, asked: Offsets, room: Room): Promise<FetchedTopic> {
  const topicName = decoder.readString() ?? '';
  return {
    topicName,
    partitions: await decoder.readArrayAsync(async (one) => {
      const { abortedTransactions: aborted, ...header } = readPartitionHeader(one);
      const { partition } = header;
      const place = { topic: topicName, partition, from: asked.get(nameOf(topicName, partition)) ?? 0n };
      const bytes = one.readBytes();
      const messages = bytes === null ? [] : await readFetched({ bytes, aborted }, place, room);
      // Their messages are left out by now. kafkajs would go by the order in which brokers name them, and by keys of messages.
      return { ...header, abortedTransactions: [], messages };
    }),
  };
}

function readPartitionHeader(decoder: Decoder): Omit<FetchedPartition, 'messages'> {
  return {
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    highWatermark: decoder.readInt64().toString(),
    lastStableOffset: decoder.readInt64().toString(),
    lastStartOffset: decoder.readInt64().toString(),
    abortedTransactions: decoder.readArray((one) => ({
      producerId: one.readInt64().toString(),
      firstOffset: one.readInt64().toString(),
    })),
    preferredReadReplica: decoder.readInt32(),
  };
}

/** The first offset that was asked for, by partition. */
type Offsets = ReadonlyMap<string, bigint>;

function offsetsIn(asked: readonly FetchTopic[]): Offsets {
  return new Map(
    asked.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, fetchOffset }) => [nameOf(topic, partition), BigInt(fetchOffset)]),
    ),
  );
}

function nameOf(topic: string, partition: number): string {
  // A topic's name has no space.
  return `${topic} ${String(partition)}`;
}
