import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { mendRequestQueue } from '../../../../src/kafka/request-queue.js';

const NO_LOG = {
  info: () => undefined,
  error: () => undefined,
  warn: () => undefined,
  debug: () => undefined,
  namespace: () => NO_LOG,
  setLogLevel: () => undefined,
};

function queue(
  t: TestContext,
  maxInFlightRequests: number | null = null,
  timeouts: { readonly requestTimeout?: number; readonly enforceRequestTimeout?: boolean } = {},
): RequestQueue {
  mendRequestQueue();
  const made = new RequestQueue({
    maxInFlightRequests,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'broker:9092',
    logger: NO_LOG,
    isConnected: () => true,
    ...timeouts,
  });
  t.after(() => {
    made.destroy();
  });
  return made;
}

function push(
  to: RequestQueue,
  correlationId: number,
  sent: number[],
  onRejected: () => void = () => undefined,
): void {
  to.push({
    entry: {
      apiKey: 0,
      apiName: 'Produce',
      apiVersion: 7,
      correlationId,
      resolve: () => undefined,
      reject: onRejected,
    },
    expectResponse: true,
    sendRequest: () => sent.push(correlationId),
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the mended request queue of kafkajs', () => {
  it('sets no timer once a response has come and nothing waits', async (t) => {
    const idle = queue(t);
    const timers = t.mock.method(globalThis, 'setTimeout');
    push(idle, 1, []);
    idle.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    const before = timers.mock.callCount();
    await pause(50);
    assert.equal(timers.mock.callCount() - before, 1, 'only the pause of this test');
  });

  it('sends what was held back by throttling when that is over, with one timer', async (t) => {
    const throttled = queue(t);
    const sent: number[] = [];
    throttled.maybeThrottle(30);
    push(throttled, 1, sent);
    push(throttled, 2, sent);
    assert.deepEqual(sent, []);
    const timer = throttled.throttleCheckTimeoutId;
    assert.ok(timer);
    throttled.scheduleCheckPendingRequests();
    assert.equal(throttled.throttleCheckTimeoutId, timer);
    await pause(60);
    assert.deepEqual(sent, [1, 2]);
    assert.equal(throttled.throttleCheckTimeoutId, null);
  });

  it('sends what was held back by the number in flight when a response comes', (t) => {
    const full = queue(t, 1);
    const sent: number[] = [];
    push(full, 1, sent);
    push(full, 2, sent);
    assert.deepEqual(sent, [1]);
    full.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    assert.deepEqual(sent, [1, 2]);
  });

  it('looks once a second, or as often as requests may take, whether some have timed out', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
    const slow = queue(t, null, { requestTimeout: 15_000, enforceRequestTimeout: true });
    const fast = queue(t, null, { requestTimeout: 300, enforceRequestTimeout: true });
    const rejected: number[] = [];
    for (const [to, id] of [
      [slow, 1],
      [fast, 2],
    ] as const) {
      push(to, id, [], () => void rejected.push(id));
      to.scheduleRequestTimeoutCheck();
    }
    t.mock.timers.tick(300);
    assert.deepEqual(rejected, []);
    t.mock.timers.tick(300);
    assert.deepEqual(rejected, [2]);
    t.mock.timers.tick(14_400);
    assert.deepEqual(rejected, [2], 'it has taken no more than it may');
    t.mock.timers.tick(1_000);
    assert.deepEqual(rejected, [2, 1]);
  });

  it('looks ten times in ten seconds, and not at all once the connection is gone', (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
    const idle = queue(t, null, { requestTimeout: 15_000, enforceRequestTimeout: true });
    let looks = 0;
    let connected = true;
    idle.isConnected = () => {
      looks += 1;
      return connected;
    };
    idle.scheduleRequestTimeoutCheck();
    t.mock.timers.tick(10_000);
    assert.equal(looks, 10);
    const cleared = t.mock.method(globalThis, 'clearInterval');
    connected = false;
    t.mock.timers.tick(1_000);
    assert.equal(cleared.mock.callCount(), 1);
  });
});
