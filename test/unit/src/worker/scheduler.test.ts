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

  it('leaves pending captures alone: only an inquiry may license another send', async () => {
    const path = capturePath();
    path.respond = () => ({ is: 'unknown' });
    await takeOrder(anOrder(), SOURCE, path.options);
    await runFor(path, 3_600_000);
    assert.equal(path.sent.length, 1);
    assert.equal(only(path).status.state, 'pending');
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
