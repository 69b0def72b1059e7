import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/capture/capture.js';
import { CaptureWorkerError } from '../../../../src/errors.js';
import type { RecordRequest } from '../../../../src/ports/store.js';
import { send } from '../../../../src/worker/send.js';
import { takeOrder } from '../../../../src/worker/take-order.js';
import { aCapture, EPOCH } from '../../../support/captures.js';
import type { CapturePath } from '../../../support/capture-path.js';
import { anOrder, capturePath, runFor, SOURCE } from '../../../support/capture-path.js';

const LEASE_MS = 40_000;
/** The database's clock is an hour ahead of ours. */
const BEGUN = new Date(EPOCH.getTime() + 3_600_000);
const LEASE_END = new Date(BEGUN.getTime() + LEASE_MS);

function sending(attempts: number, leaseUntil: Date | null = LEASE_END): Capture {
  return aCapture({ attempts, leaseUntil, status: { state: 'sending', attempt: attempts } });
}

/** What is recorded of an attempt whose lease was asked for 3 s before, and whose answer takes 2 s. */
async function recordedOf(capture: Capture): Promise<RecordRequest | undefined> {
  const path = capturePath();
  const leasedAt = path.time.ms;
  path.time.ms += 3_000;
  path.respond = () => {
    path.time.ms += 2_000;
    return { is: 'declined', category: 'funds' };
  };
  const account = path.options.accounts.get('shop');
  assert.ok(account !== undefined);
  const requests: RecordRequest[] = [];
  const record = (request: RecordRequest): Promise<Capture> => {
    requests.push(request);
    return Promise.resolve(capture);
  };
  const pass = { probe: false, leave: () => undefined };
  const options = { ...path.options, store: { ...path.options.store, record } };
  await send({ capture, leaseMs: LEASE_MS, leasedAt, pass }, account, options);
  assert.equal(path.sent.length, 1);
  return requests[0];
}

/** All that is recorded, in order. */
function watched(): { readonly path: CapturePath; readonly requests: RecordRequest[] } {
  const requests: RecordRequest[] = [];
  const path: CapturePath = capturePath({
    record: (batch) => {
      requests.push(...batch);
      return path.store.record(batch);
    },
  });
  return { path, requests };
}

describe('the answer to an attempt', () => {
  it('comes with the claim, if it is the first, and the time by the lease, not by our clock', async () => {
    const capture = sending(1);
    const request = await recordedOf(capture);
    assert.deepEqual(request?.fresh, { capture, now: new Date(BEGUN.getTime() + 5_000) });
    assert.equal(request.pieces.length, 1);
  });

  it('comes without it, if it is a later one, or its lease isn’t known', async () => {
    for (const capture of [sending(2), sending(1, null)]) {
      const request = await recordedOf(capture);
      assert.equal(request?.captureId, capture.captureId);
      assert.ok(!('fresh' in request));
    }
  });

  it('comes with the claim of an order, and without one when it is sent again', async () => {
    const { path, requests } = watched();
    path.respond = () => ({ is: path.sent.length === 1 ? 'not_processed' : 'unknown' });
    await takeOrder(anOrder(), SOURCE, path.options);
    await runFor(path, 20_000);
    assert.ok(path.sent.length >= 2);
    const answers = requests.filter(({ pieces }) => pieces.some(({ kind }) => kind === 'capture_response'));
    assert.deepEqual(
      answers.slice(0, 2).map(({ fresh }) => fresh?.capture.attempts ?? null),
      [1, null],
    );
  });

  it('comes with what was started, if the first was put off', async () => {
    const { path, requests } = watched();
    path.standIn.pause('shop');
    assert.equal((await takeOrder(anOrder(), SOURCE, path.options)).taken, 'deferred');
    path.standIn.resume('shop');
    await runFor(path, 120_000);
    const [answer] = requests.filter(({ pieces }) => pieces.length > 0);
    assert.deepEqual(answer?.fresh?.capture.status, { state: 'sending', attempt: 1 });
  });

  it('is recorded without its texts and without the claim, if the store refuses them', async () => {
    const refused: RecordRequest[] = [];
    const path: CapturePath = capturePath({
      record: (batch) => {
        if (batch.every(({ pieces }) => pieces.every(({ providerCode }) => providerCode === null)))
          return path.store.record(batch);
        refused.push(...batch);
        return Promise.reject(new CaptureWorkerError('STORE_REFUSED_DATA', 'a text'));
      },
    });
    await takeOrder(anOrder(), SOURCE, path.options);
    assert.ok(refused[0]?.fresh !== undefined);
    assert.equal([...path.standIn.views.captures.values()][0]?.capture.status.state, 'succeeded');
  });
});
