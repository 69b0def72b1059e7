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
    });
    readonly pending: readonly unknown[];
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
    heartbeat(options: { interval: number }): Promise<void>;
    fetch(nodeId: string): Promise<unknown[]>;
    joinAndSync(): Promise<void>;
    recoverFromFetch(error: unknown): Promise<void>;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readVarIntArray<Item>(reader: (decoder: Decoder) => Item): Item[];
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js' {
  export default function decodeRecord(
    decoder: import('kafkajs/src/protocol/decoder.js').default,
    batch: { readonly firstOffset: string; readonly firstTimestamp: string },
  ): import('kafkajs').KafkaMessage;
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
