import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/capture/capture.js';
import { captureIdOf } from '../../../../src/capture/ids.js';
import { CaptureWorkerError } from '../../../../src/errors.js';
import type { NotificationSays } from '../../../../src/ports/notification.js';
import type { RecordRequest } from '../../../../src/ports/store.js';
import type { NotificationTaken, TakeNotificationOptions } from '../../../../src/worker/take-notification.js';
import { takeNotification } from '../../../../src/worker/take-notification.js';
import { aCapture, EPOCH } from '../../../support/captures.js';
import { SILENT } from '../../../support/kafka.js';
import { aNotification, TOLD_CAPTURED } from '../../../support/notifications.js';

const CAPTURE_ID = captureIdOf(aCapture());
const DECLINED = { is: 'declined', category: 'funds' } as const;
const CLOSED = { is: 'closed', category: 'expired' } as const;
const OPEN = [CLOSED, { is: 'in_process' }, { is: 'authorised' }, { is: 'cancelled' }] as const;
const REFUSED = new CaptureWorkerError('STORE_REFUSED_DATA', 'no');
const AWAY = new CaptureWorkerError('STORE_UNAVAILABLE', 'away');

/** What was asked of the store, and what came of it. */
interface Taken {
  readonly taken: NotificationTaken;
  readonly did: readonly string[];
  readonly recorded: readonly RecordRequest[];
}

interface Circumstances {
  /** What the store has; null if the capture doesn't exist. */
  readonly capture?: Capture | null;
  readonly wakes?: boolean;
  readonly failing?: Partial<Record<'record' | 'park' | 'wake', Error>>;
}

async function take(
  says: NotificationSays,
  { capture = aCapture(), wakes = true, failing = {} }: Circumstances = {},
): Promise<Taken> {
  const did: string[] = [];
  const recorded: RecordRequest[] = [];
  const doing = (what: 'record' | 'park' | 'wake'): Promise<void> => {
    did.push(what);
    const failure = failing[what];
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
  const options: TakeNotificationOptions = {
    store: {
      record: async (request) => {
        recorded.push(request);
        await doing('record');
        return capture;
      },
    },
    parked: { park: () => doing('park') },
    wake: async (captureId) => {
      assert.equal(captureId, CAPTURE_ID);
      await doing('wake');
      return wakes;
    },
    log: SILENT,
  };
  return { taken: await takeNotification(aNotification(says), options), did, recorded };
}

describe('a notification of a capture that exists', () => {
  it('is evidence of it, at the provider’s time, the same each time', async () => {
    const { taken, did, recorded } = await take(TOLD_CAPTURED);
    assert.deepEqual([taken.taken, did], ['folded', ['record']]);
    const [request] = recorded;
    assert.equal(request?.captureId, CAPTURE_ID);
    const [piece] = request.pieces;
    assert.deepEqual(
      [piece?.kind, piece?.at, piece?.finding, piece?.attempt],
      ['notification', EPOCH, TOLD_CAPTURED, null],
    );
    const again = await take(TOLD_CAPTURED);
    assert.deepEqual(again.recorded, recorded);
    const other = await take(DECLINED);
    assert.notEqual(other.recorded[0]?.pieces[0]?.evidenceId, piece?.evidenceId);
  });

  it('wakes an inquiry, once it is recorded, if it leaves the matter open', async () => {
    for (const says of OPEN) assert.deepEqual((await take(says)).did, ['record', 'wake']);
    for (const says of [TOLD_CAPTURED, DECLINED, { is: 'foreign' } as const])
      assert.deepEqual((await take(says)).did, ['record']);
  });

  it('wakes none if the capture has an outcome, unless that is contradicted', async () => {
    const status = { state: 'failed', category: 'funds' } as const;
    for (const says of OPEN) {
      assert.deepEqual((await take(says, { capture: aCapture({ status }) })).did, ['record']);
      const capture = aCapture({ status, contradictedAt: EPOCH });
      assert.deepEqual((await take(says, { capture })).did, ['record', 'wake']);
    }
  });
});

describe('a hint', () => {
  it('wakes the inquiry, and is no evidence', async () => {
    const { taken, did } = await take({ is: 'hint' });
    assert.deepEqual([taken.taken, did], ['woke', ['wake']]);
  });

  it('is passed over if none waits', async () => {
    const { taken, did } = await take({ is: 'hint' }, { wakes: false });
    assert.deepEqual([taken.taken, did], ['passed', ['wake']]);
  });
});

describe('a notification of a capture that does not exist', () => {
  it('is parked if it tells what became of a request', async () => {
    for (const says of [TOLD_CAPTURED, DECLINED, { is: 'foreign' } as const]) {
      const { taken, did } = await take(says, { capture: null });
      assert.deepEqual([taken.taken, did], ['parked', ['record', 'park']]);
    }
  });

  it('is passed over if it tells of the payment alone', async () => {
    for (const says of [CLOSED, { is: 'in_process' }, { is: 'authorised' }, { is: 'cancelled' }] as const) {
      const { taken, did } = await take(says, { capture: null });
      assert.deepEqual([taken.taken, did], ['passed', ['record']]);
    }
  });
});

describe('a notification that the store', () => {
  it('refuses for its data is a dead letter, whatever it was doing', async () => {
    for (const circumstances of [
      { failing: { record: REFUSED } },
      { capture: null, failing: { park: REFUSED } },
    ]) {
      const { taken } = await take(TOLD_CAPTURED, circumstances);
      assert.ok(taken.taken === 'rejected');
      assert.equal(taken.rejection.rejected, 'refused_by_store');
    }
  });

  it('can’t take now is tried again', async () => {
    for (const [says, circumstances] of [
      [TOLD_CAPTURED, { failing: { record: AWAY } }],
      [TOLD_CAPTURED, { capture: null, failing: { park: AWAY } }],
      [{ is: 'hint' }, { failing: { wake: AWAY } }],
    ] as const)
      await assert.rejects(take(says, circumstances), AWAY);
  });
});
