import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How soon kafkajs itself looks again at requests that wait for a place, in ms. */
const CHECK_AGAIN_MS = 10;

/**
 * Mends the request queue of kafkajs 2.2.4 (kafkajs issues 1556 and 1704). After the first response it schedules itself again and
 * again with a timeout in the past, once per ms and connection, although nothing waits: a busy loop in every idle process.
 *
 * The mended queue schedules a look at the waiting requests only if there are any. A request that comes later schedules its own look, so
 * none is forgotten. May be called more than once.
 */
export function mendRequestQueue(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttledForMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledForMs > 0 ? throttledForMs : CHECK_AGAIN_MS,
    );
  };
}
