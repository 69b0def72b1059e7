/** The two inner classes of kafkajs 2.2.4 that are mended here, as far as the mending touches them. */

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
