import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/capture/capture.js';
import { takeOrder } from '../../../../src/worker/take-order.js';
import type { CapturePath } from '../../../support/capture-path.js';
import { anOrder, capturePath, runFor, SOURCE } from '../../../support/capture-path.js';

function only(path: CapturePath): Capture {
  const [row] = path.store.rows.values();
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
      path.store.events.map((event) => event.type === 'capture.pending' && event.reason),
      ['not_sent'],
    );
    assert.equal(only(path).status.state, 'planned');
  });

  it('sends nothing while the account is paused, tells that once, and captures it when it is resumed', async () => {
    const path = capturePath();
    path.store.paused.add('shop');
    const { taken } = await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(taken, 'deferred');
    await runFor(path, 300_000);
    assert.deepEqual([path.sent.length, only(path).status.state, only(path).attempts], [0, 'planned', 0]);
    assert.deepEqual(
      path.store.events.map((event) => event.type === 'capture.pending' && event.reason),
      ['not_sent'],
    );
    path.store.paused.delete('shop');
    await runFor(path, 30_000);
    assert.deepEqual([path.sent.length, only(path).status.state], [1, 'succeeded']);
  });

  it('asks about what is pending while the account is paused, and sends it no second time', async () => {
    const path = capturePath();
    path.respond = () => ({ is: 'unknown' });
    path.tell = () => ({ is: 'authorised' });
    await takeOrder(anOrder(), SOURCE, path.options);
    path.store.paused.add('shop');
    await runFor(path, 3_600_000);
    const sends = (): number => path.sent.length;
    assert.ok(path.asked.length > 2, String(path.asked.length));
    assert.equal(sends(), 1);
    path.store.paused.delete('shop');
    await runFor(path, 3_600_000);
    assert.ok(sends() > 1, 'its evidence licenses another send');
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
