import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/capture/capture.js';
import type { Finding } from '../../../../src/capture/evidence.js';
import { createScheduler } from '../../../../src/worker/scheduler.js';
import { takeOrder } from '../../../../src/worker/take-order.js';
import type { CapturePath } from '../../../support/capture-path.js';
import { anOrder, capturePath, runFor, SOURCE, eventsOf } from '../../../support/capture-path.js';
import { POLICY } from '../../../support/captures.js';
import { manualClock, settled } from '../../../support/manual-clock.js';

const CAPTURED: Finding = {
  is: 'captured',
  money: null,
  requestId: null,
  providerCaptureId: null,
  capturedAt: null,
};

function only(path: CapturePath): Capture {
  const [row] = path.standIn.views.captures.values();
  assert.ok(row !== undefined);
  return row.capture;
}

describe('scheduler', () => {
  it('sends a planned capture again under the same request id until it gets through', async () => {
    const path = capturePath();
    let refusals = 2;
    path.respond = () =>
      refusals-- > 0
        ? { is: 'not_processed' }
        : { is: 'captured', money: null, requestId: null, providerCaptureId: null, capturedAt: null };
    await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(only(path).status.state, 'planned');
    await runFor(path, 30_000);
    assert.equal(only(path).status.state, 'succeeded');
    assert.equal(only(path).attempts, 3);
    assert.equal(new Set(path.sent.map(({ requestId }) => requestId)).size, 1);
    assert.equal(new Set(path.sent.map(({ body }) => Buffer.from(body).toString())).size, 1);
  });

  it('makes a capture pending when the worker that was sending it is gone, not before its lease ends, and sends nothing', async () => {
    const path = capturePath();
    let died: (() => void) | undefined;
    path.respond = () =>
      new Promise(
        (_, reject) =>
          (died = () => {
            reject(new Error('killed'));
          }),
      );
    const dead = takeOrder(anOrder(), SOURCE, path.options);
    while (path.sent.length === 0) await new Promise(setImmediate);

    await runFor(path, 35_000);
    assert.equal(only(path).status.state, 'sending');
    await runFor(path, 10_000);
    assert.deepEqual(only(path).status, { state: 'pending', reason: 'unknown' });
    assert.equal(path.sent.length, 1);
    died?.();
    await assert.rejects(dead);
  });

  it('tells subscribers of a capture that could not be sent for a minute, once', async () => {
    const path = capturePath();
    path.respond = () => ({ is: 'not_processed' });
    await takeOrder(anOrder(), SOURCE, path.options);
    await runFor(path, 300_000);
    assert.deepEqual(
      eventsOf(path).map((event) => event.type === 'capture.pending' && event.reason),
      ['not_sent'],
    );
    assert.equal(only(path).status.state, 'planned');
  });

  it('sends nothing while the account is paused, tells that once, and captures it when it is resumed', async () => {
    const path = capturePath();
    path.standIn.pause('shop');
    const { taken } = await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(taken, 'deferred');
    await runFor(path, 300_000);
    assert.deepEqual([path.sent.length, only(path).status.state, only(path).attempts], [0, 'planned', 0]);
    assert.deepEqual(
      eventsOf(path).map((event) => event.type === 'capture.pending' && event.reason),
      ['not_sent'],
    );
    path.standIn.resume('shop');
    await runFor(path, 30_000);
    assert.deepEqual([path.sent.length, only(path).status.state], [1, 'succeeded']);
  });

  it('asks about what is pending while the account is paused, and sends it no second time', async () => {
    const path = capturePath();
    path.respond = () => ({ is: 'unknown' });
    path.tell = () => ({ is: 'authorised' });
    await takeOrder(anOrder(), SOURCE, path.options);
    path.standIn.pause('shop');
    await runFor(path, 3_600_000);
    const sends = (): number => path.sent.length;
    assert.ok(path.asked.length > 2, String(path.asked.length));
    assert.equal(sends(), 1);
    path.standIn.resume('shop');
    await runFor(path, 3_600_000);
    assert.ok(sends() > 1, 'its evidence licenses another send');
  });

  it('takes of each account what it has room for, and looks again as soon as there is room', async () => {
    const rooms: (number | undefined)[] = [];
    const path = capturePath(
      {
        takeDue: (request) => {
          rooms.push(request.rooms.get('shop'));
          return path.store.takeDue(request);
        },
      },
      'wallet',
      { maxInFlight: 4 },
    );
    path.standIn.pause('shop');
    for (let order = 0; order < 50; order += 1)
      await takeOrder(anOrder({ paymentId: `pay-${String(order)}` }), SOURCE, path.options);
    path.standIn.resume('shop');
    path.time.ms += POLICY.announceUnsentAfterMs;
    let most = 0;
    let underWay = 0;
    path.respond = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return { is: 'in_process' };
    };
    const clock = manualClock();
    const scheduler = createScheduler({ ...path.options, clock });
    const running = scheduler.run();
    for (let turn = 0; turn < 50 && (path.sent.length < 50 || underWay > 0); turn += 1) await settled();
    assert.equal(path.sent.length, 50);
    assert.equal(clock.monotonic(), 0, 'all of them without waiting for the next look');
    assert.equal(most, 4, 'the account’s calls are all in use, and no more');
    assert.equal(rooms[0], 8);
    assert.ok(rooms.length < 30, `${String(rooms.length)} looks for 50 captures`);
    const looks = rooms.length;
    await settled();
    assert.equal(rooms.length, looks, 'when nothing is due it waits');
    await clock.advance(path.options.pollEveryMs);
    await settled();
    assert.equal(rooms.length, looks + 1);
    scheduler.stop();
    await running;
  });

  it('doesn’t take what a broken account has due, but for a probe; another account goes on', async () => {
    const path = capturePath({}, 'wallet', {
      breaker: { windowMs: 60_000, calls: 3, share: 0.5, probes: 2, waitBaseMs: 60_000, waitCapMs: 60_000 },
    });
    path.respond = () => ({ is: 'unknown' });
    for (let order = 0; order < 3; order += 1)
      await takeOrder(anOrder({ paymentId: `broken-${String(order)}` }), SOURCE, path.options);
    for (let order = 0; order < 20; order += 1)
      assert.equal(
        (await takeOrder(anOrder({ paymentId: `waits-${String(order)}` }), SOURCE, path.options)).taken,
        'deferred',
      );
    await runFor(path, 300_000);
    const probes = path.sent.length - 3 + path.asked.length;
    assert.ok(probes >= 3 && probes <= 8, String(probes));
    path.respond = () => CAPTURED;
    path.tell = () => CAPTURED;
    await runFor(path, 120_000);
    const states = [...path.standIn.views.captures.values()].map(({ capture }) => capture.status.state);
    assert.deepEqual(new Set(states), new Set(['succeeded']));
  });

  it('keeps looking when the schedule can’t be read', async () => {
    let failures = 3;
    const path = capturePath({
      takeDue: (request) =>
        failures-- > 0 ? Promise.reject(new Error('away')) : path.store.takeDue(request),
    });
    path.respond = () => (path.sent.length === 1 ? { is: 'not_processed' } : { is: 'unknown' });
    await takeOrder(anOrder(), SOURCE, path.options);
    await runFor(path, 60_000);
    assert.equal(path.sent.length, 2);
  });
});
