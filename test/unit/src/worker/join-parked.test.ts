import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { captureIdOf } from '../../../../src/capture/ids.js';
import { CaptureWorkerError } from '../../../../src/errors.js';
import type { JoinRequest, NotifiedEvidence } from '../../../../src/ports/notification-store.js';
import { isEvidence } from '../../../../src/worker/notified.js';
import { createParkedSweep, reachOf } from '../../../../src/worker/join-parked.js';
import { aCapture, EPOCH } from '../../../support/captures.js';
import { SILENT } from '../../../support/kafka.js';
import { aNotification, TOLD_CAPTURED } from '../../../support/notifications.js';

const MINUTE_MS = 60_000;

describe('how far a look reaches back', () => {
  it('is all at first, then a minute each time, two each second time, four each fourth', () => {
    const minutes = Array.from({ length: 9 }, (_, look) => (reachOf(look) ?? Infinity) / MINUTE_MS);
    assert.deepEqual(minutes, [Infinity, 1, 2, 1, 4, 1, 2, 1, 8]);
  });

  it('is all again within half an hour of looks', () => {
    const looks = Array.from({ length: 1_800 }, (_, look) => reachOf(look + 1));
    assert.ok(looks.includes(null));
    assert.ok(looks.every((reach) => reach === null || reach <= 512 * MINUTE_MS));
  });
});

/** A sweep over notifications in memory that ends after so many looks. */
async function sweep(
  parked: Map<string, NotifiedEvidence>,
  {
    looks = 1,
    pageSize = 2,
    refused = [] as readonly string[],
    away = 0,
    stopAfter = null as string | null,
  }: {
    looks?: number;
    pageSize?: number;
    refused?: readonly string[];
    away?: number;
    stopAfter?: string | null;
  } = {},
): Promise<{ requests: JoinRequest[]; recorded: string[]; joined: number; failures: number }> {
  const inOrder = [...parked.values()];
  const requests: JoinRequest[] = [];
  const recorded: string[] = [];
  let joined = 0;
  let sleeps = 0;
  let failures = 0;
  const made = createParkedSweep({
    parked: {
      joinable: (request) => {
        requests.push(request);
        if (failures < away) {
          failures += 1;
          return Promise.reject(new CaptureWorkerError('STORE_UNAVAILABLE', 'away'));
        }
        const from = inOrder.findIndex(
          ({ notificationId }) => notificationId === request.after?.notificationId,
        );
        const left = inOrder.slice(from + 1).filter(({ notificationId }) => parked.has(notificationId));
        const page = left.slice(0, request.limit);
        const last = page.length === request.limit ? page.at(-1) : undefined;
        return Promise.resolve({
          found: page.filter(({ captureReference }) => !captureReference.startsWith('nobody')),
          end: last === undefined ? null : { parkedAt: EPOCH, notificationId: last.notificationId },
        });
      },
      joined: (ids) => {
        for (const id of ids) parked.delete(id);
        return Promise.resolve();
      },
    },
    store: {
      record: ({ captureId, pieces }) => {
        const captureReference = references.get(captureId) ?? '';
        if (refused.includes(captureReference))
          return Promise.reject(new CaptureWorkerError('STORE_REFUSED_DATA', 'no'));
        assert.equal(pieces[0]?.kind, 'notification');
        recorded.push(captureReference);
        if (captureReference === stopAfter) made.stop();
        return Promise.resolve(aCapture());
      },
    },
    clock: {
      now: () => new Date(0),
      monotonic: () => 0,
      sleep: () => {
        sleeps += 1;
        if (sleeps >= looks) made.stop();
        return Promise.resolve();
      },
    },
    random: () => 0,
    observer: { notification: (_provider, result) => void (joined += result === 'joined' ? 1 : 0) },
    log: SILENT,
    everyMs: 1_000,
    pageSize,
  });
  await made.run();
  return { requests, recorded, joined, failures };
}

const references = new Map<string, string>();

function parkedOf(...names: string[]): Map<string, NotifiedEvidence> {
  return new Map(
    names.map((captureReference) => {
      const capture = aCapture({ captureReference });
      references.set(captureIdOf(capture), captureReference);
      const notification = aNotification(TOLD_CAPTURED, capture);
      assert.ok(isEvidence(notification));
      return [notification.notificationId, notification];
    }),
  );
}

describe('the sweep', () => {
  it('joins all that it finds, page by page, and forgets them then', async () => {
    const parked = parkedOf('a', 'b', 'c', 'd', 'e');
    const { recorded, joined, requests } = await sweep(parked);
    assert.deepEqual(recorded, ['a', 'b', 'c', 'd', 'e']);
    assert.deepEqual([joined, parked.size, requests.length], [5, 0, 3]);
  });

  it('leaves one parked that the store refuses, and goes on with the others', async () => {
    const parked = parkedOf('a', 'bad', 'c');
    const { recorded, joined } = await sweep(parked, { refused: ['bad'], pageSize: 3 });
    assert.deepEqual([recorded, joined], [['a', 'c'], 2]);
    assert.deepEqual(
      [...parked.values()].map(({ captureReference }) => captureReference),
      ['bad'],
    );
  });

  it('goes on behind a page of which nothing can be joined, once in a look', async () => {
    const parked = parkedOf('bad', 'worse', 'nobody-1', 'nobody-2', 'nobody-3', 'c');
    const { requests, recorded } = await sweep(parked, { refused: ['bad', 'worse'] });
    assert.deepEqual(recorded, ['c']);
    assert.deepEqual(
      requests.map(({ after }) => after === null),
      [true, false, false, false],
    );
  });

  it('stops between two pages when it is told to', async () => {
    const parked = parkedOf('a', 'b', 'c');
    const { recorded } = await sweep(parked, { stopAfter: 'b' });
    assert.deepEqual(recorded, ['a', 'b']);
  });

  it('goes on when the store is back', async () => {
    const parked = parkedOf('a');
    const { joined, failures } = await sweep(parked, { looks: 4, away: 2 });
    assert.deepEqual([joined, failures, parked.size], [1, 2, 0]);
  });
});
