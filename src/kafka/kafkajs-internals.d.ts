/** The inner classes of kafkajs 2.2.4 that are mended here, as far as the mending touches them. */

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    constructor(options: {
      maxInFlightRequests: number | null;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
      clientId: string;
      broker: string;
      logger: import('kafkajs').Logger;
      isConnected: () => boolean;
    });
    readonly pending: readonly unknown[];
    readonly inflight: ReadonlyMap<
      number,
      { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }
    >;
    readonly requestTimeout: number;
    readonly enforceRequestTimeout: boolean;
    requestTimeoutIntervalId: NodeJS.Timeout | null;
    isConnected: () => boolean;
    scheduleRequestTimeoutCheck(): void;
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    push(request: {
      entry: {
        apiKey: number;
        apiName: string;
        apiVersion: number;
        correlationId: number;
        resolve: (response: unknown) => void;
        reject: (error: unknown) => void;
      };
      expectResponse: boolean;
      sendRequest: () => void;
    }): void;
    fulfillRequest(response: { correlationId: number; payload: unknown; size: number }): void;
    maybeThrottle(ms: number): void;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
    destroy(): void;
  }
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  export default class ConsumerGroup {
    memberId: string | null;
    readonly groupId: string;
    /** Where the consumer's listeners hear of things. */
    readonly instrumentationEmitter: { emit(eventName: string, payload: object): void };
    heartbeat(options: { interval: number }): Promise<void>;
    fetch(nodeId: string): Promise<unknown[]>;
    joinAndSync(): Promise<void>;
    commitOffsets(offsets: import('kafkajs').Offsets): Promise<void>;
    recoverFromFetch(error: unknown): Promise<void>;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readString(): string | null;
    /** Of the length that stands before them, unless it is given. */
    readBytes(length?: number): Buffer | null;
    readVarIntBytes(): Buffer | null;
    readArray<Item>(reader: (decoder: Decoder) => Item): Item[];
    readArrayAsync<Item>(reader: (decoder: Decoder) => Promise<Item>): Promise<Item[]>;
    readVarIntArray<Item>(reader: (decoder: Decoder) => Item): Item[];
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js' {
  /** A message as it goes through kafkajs; control records are not delivered. */
  export type DecodedMessage = Readonly<
    Pick<import('kafkajs').KafkaMessage, 'key' | 'value' | 'timestamp' | 'attributes' | 'offset'>
  > & {
    readonly headers?: import('kafkajs').IHeaders;
    readonly isControlRecord: boolean;
    readonly batchContext: Pick<BatchContext, 'firstOffset' | 'firstTimestamp'>;
  };

  /** What the records' own numbers are relative to, and what holds for all of them. Numbers of 64 bits are text. */
  export interface BatchContext {
    readonly firstOffset: string;
    readonly firstTimestamp: string;
    readonly maxTimestamp: string;
    readonly partitionLeaderEpoch: number;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
    readonly producerEpoch: number;
    readonly firstSequence: number;
    readonly inTransaction: boolean;
    readonly isControlBatch: boolean;
    /** 0 if times are the producer's, 1 if they are the broker's. */
    readonly timestampType: number;
    readonly magicByte: number;
  }

  export default function decodeRecord(
    decoder: import('kafkajs/src/protocol/decoder.js').default,
    batch: Pick<BatchContext, 'firstOffset' | 'firstTimestamp'>,
  ): DecodedMessage;
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  /** The checksum CRC-32C, an unsigned number of 32 bits. */
  export default function crc32C(bytes: Uint8Array): number;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  import type { DecodedMessage } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';

  export interface FetchTopic {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
  }

  export interface FetchAnswer {
    readonly throttleTime: number;
    readonly clientSideThrottleTime: number;
    readonly errorCode: number;
    readonly sessionId: number;
    readonly responses: readonly FetchedTopic[];
  }

  export interface FetchedTopic {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }

  export interface FetchedPartition {
    readonly partition: number;
    readonly errorCode: number;
    readonly highWatermark: string;
    readonly lastStableOffset: string;
    readonly lastStartOffset: string;
    readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
    readonly preferredReadReplica: number;
    readonly messages: readonly DecodedMessage[];
  }

  type Fetch = (args: { readonly topics: readonly FetchTopic[] }) => {
    readonly request: unknown;
    readonly response: {
      readonly decode: (rawData: Buffer) => Promise<FetchAnswer>;
      readonly parse: (answer: FetchAnswer) => Promise<FetchAnswer>;
    };
    readonly requestTimeout: number;
  };

  const definition: { protocol: (options: { readonly version: number }) => Fetch };
  export default definition;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    constructor(initialSize?: number);
    /** What was written. */
    readonly buffer: Buffer;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeString(value: string | null): this;
    /** With their length before them. */
    writeBytes(value: Buffer): this;
  }
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  export interface ProduceArgs {
    readonly acks: number;
    /** In ms. */
    readonly timeout: number;
    readonly compression?: number;
    readonly transactionalId?: string | null | undefined;
    /** A 64-bit number, in several forms. */
    readonly producerId?: unknown;
    readonly producerEpoch?: number;
    readonly topicData: readonly TopicToProduce[];
  }

  export interface TopicToProduce {
    readonly topic: string;
    readonly partitions: readonly PartitionToProduce[];
  }

  export interface PartitionToProduce {
    readonly partition: number;
    readonly firstSequence?: number;
    readonly messages: readonly import('kafkajs').Message[];
  }

  type Produce = (args: ProduceArgs) => {
    readonly request: { readonly encode: () => Promise<import('kafkajs/src/protocol/encoder.js').default> };
    readonly response: unknown;
  };

  const definition: { protocol: (options: { readonly version: number }) => Produce };
  export default definition;
}

declare module 'kafkajs/src/broker/saslAuthenticator/oauthBearer.js' {
  export default function oauthBearer(sasl: {
    oauthBearerProvider: () => Promise<import('kafkajs').OauthbearerProviderResponse>;
  }): import('kafkajs').Mechanism['authenticationProvider'];
}

declare module 'kafkajs/src/network/connection.js' {
  export default class Connection {
    /** As process.hrtime() gives it; null if nobody has signed in. */
    readonly authenticatedAt: [number, number] | null;
    /** In ms, a 64-bit number; 0 for no end. */
    readonly sessionLifetime: { toString(): string };
    isAuthenticated(): boolean;
  }
}
