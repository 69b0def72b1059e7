import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/capture/capture.js';
import type { Finding } from '../../../../src/capture/evidence.js';
import { takeOrder } from '../../../../src/worker/take-order.js';
import type { CapturePath } from '../../../support/capture-path.js';
import { anOrder, capturePath, runFor, SOURCE } from '../../../support/capture-path.js';
import { POLICY } from '../../../support/captures.js';

const CAPTURED: Finding = {
  is: 'captured',
  money: null,
  requestId: null,
  providerCaptureId: null,
  capturedAt: null,
};
const HOUR = 3_600_000;

function captureOf(path: CapturePath, paymentId: string): Capture {
  const row = [...path.standIn.views.captures.values()].find(
    ({ capture }) => capture.paymentId === paymentId,
  );
  assert.ok(row !== undefined);
  return row.capture;
}

describe('captures that are refused for the account’s sake', () => {
  it('wait for the account to be mended, however long that takes and however few they are', async () => {
    const path = capturePath();
    path.respond = () => ({ is: 'account_fault' });
    await takeOrder(anOrder({ paymentId: 'only' }), SOURCE, path.options);
    await runFor(path, 8 * HOUR);
    const waiting = captureOf(path, 'only');
    assert.ok(waiting.attempts > 10 * POLICY.accountFaultTries, String(waiting.attempts));
    assert.deepEqual([waiting.status.state, waiting.review], ['planned', null]);

    path.respond = () => CAPTURED;
    await runFor(path, HOUR);
    assert.equal(captureOf(path, 'only').status.state, 'succeeded');
  });

  it('wait for a person if others go through meanwhile: then it isn’t the account', async () => {
    const path = capturePath();
    path.respond = () => ({ is: 'account_fault' });
    await takeOrder(anOrder({ paymentId: 'odd' }), SOURCE, path.options);
    const { requestId } = captureOf(path, 'odd');
    path.respond = (call) => (call.requestId === requestId ? { is: 'account_fault' } : CAPTURED);
    for (let index = 0; captureOf(path, 'odd').review === null; index += 1) {
      assert.ok(index < 5, 'it waits for a person soon');
      await takeOrder(anOrder({ paymentId: `good-${String(index)}` }), SOURCE, path.options);
      await runFor(path, HOUR);
    }
    const odd = captureOf(path, 'odd');
    assert.deepEqual([odd.status.state, odd.review], ['planned', 'repeated_account_fault']);
    const sent = path.sent.length;
    await runFor(path, HOUR);
    assert.equal(path.sent.length, sent, 'nothing is sent for it meanwhile');
  });
});
