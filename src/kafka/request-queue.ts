import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How often it is looked whether requests have timed out, in ms. kafkajs does so ten times a second for each connection, idle or not. */
const CHECK_TIMEOUTS_EVERY_MS = 1_000;
/** How soon kafkajs itself looks again at requests that wait for a place, in ms. */
const CHECK_AGAIN_MS = 10;

/**
 * Mends the request queue of kafkajs 2.2.4 (kafkajs issues 1556 and 1704). After the first response it schedules itself again and
 * again with a timeout in the past, once per ms and connection, although nothing waits: a busy loop in every idle process.
 *
 * The mended queue schedules a look at the waiting requests only if there are any. A request that comes later schedules its own look, so
 * none is forgotten.
 *
 * Requests that timed out are noticed within a second, or within their time-out if that is shorter, rather than within a tenth of one. May
 * be called more than once.
 */
export function mendRequestQueue(): void {
  RequestQueue.prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue): void {
    if (!this.enforceRequestTimeout) return;
    // It ends the timer of the connection before this one.
    this.destroy();
    this.requestTimeoutIntervalId = setInterval(
      () => {
        endLate(this);
      },
      Math.min(this.requestTimeout, CHECK_TIMEOUTS_EVERY_MS),
    );
  };
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

/** Ends the requests that have taken too long; a queue whose connection is gone looks no further. */
function endLate(queue: RequestQueue): void {
  const now = Date.now();
  // Ending one takes it out of the map.
  for (const request of [...queue.inflight.values()])
    if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
  if (!queue.isConnected()) queue.destroy();
}
