import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StandIn } from '../../../../simulation/store/database.js';
import { createStandIn } from '../../../../simulation/store/database.js';
import type { Weakness } from '../../../../simulation/store/weakness.js';
import { CAPTURED, EPOCH } from '../../../support/captures.js';
import { captureOfPayment, claimOf, pieceOf } from '../../../support/store.js';
import { notificationEncoding, testEncode, testFold, testLicence } from '../../../support/store.js';

describe("the simulation's store", () => {
  const capture = captureOfPayment('pay-1');
  const { captureId } = capture;

  /** A store that lacks a safeguard, and the steps that it leaves out of its transactions. */
  function lacking(...weakened: Weakness[]): { readonly store: StandIn; readonly steps: (() => void)[] } {
    const steps: (() => void)[] = [];
    const store = createStandIn({
      fold: testFold,
      licenceOf: testLicence,
      encode: testEncode,
      encodeNotification: notificationEncoding,
      now: () => new Date(EPOCH),
      weakened: new Set(weakened),
      apart: (step) => steps.push(step),
    });
    return { store, steps };
  }

  const answer = [{ captureId, pieces: [pieceOf(captureId, CAPTURED)] }];

  it('leaves the event to a step of its own, if it is to lack that safeguard', () => {
    const { store, steps } = lacking('outbox_apart');
    store.claim([claimOf(capture)]);
    store.record(answer);
    assert.equal(store.views.captures.get(captureId)?.capture.status.state, 'succeeded');
    assert.deepEqual([store.views.outbox.length, steps.length], [0, 1]);
    steps[0]?.();
    assert.deepEqual([store.views.outbox.length, store.views.outboxQueue.size], [1, 1]);
  });

  it('leaves the schedule to steps of their own, if it is to lack that safeguard', () => {
    const { store, steps } = lacking('schedule_apart');
    store.claim([claimOf(capture)]);
    assert.equal(store.views.schedule.size, 0);
    steps.shift()?.();
    assert.equal(store.views.schedule.get(captureId)?.action, 'lapse');
    store.record(answer);
    assert.equal(store.views.schedule.size, 1);
    steps.shift()?.();
    assert.equal(store.views.schedule.size, 0);
  });

  it('leaves nothing out of what was refused', () => {
    const { store, steps } = lacking('outbox_apart');
    store.claim([claimOf(capture)]);
    const pieces = [{ ...pieceOf(captureId, CAPTURED), kind: 'operator' as const }];
    assert.throws(() => store.record([{ captureId, pieces }]), { code: 'STORE_REFUSED_DATA' });
    assert.throws(() => store.record([...answer, ...answer]), { code: 'STORE_REFUSED_DATA' });
    assert.deepEqual(steps, []);
    assert.equal(store.views.captures.get(captureId)?.evidence.size, 0);
  });

  it('leaves all to steps of its own and to nobody, with nothing given to make them', () => {
    const store = createStandIn({
      fold: testFold,
      licenceOf: testLicence,
      encode: testEncode,
      encodeNotification: notificationEncoding,
      now: () => new Date(EPOCH),
      weakened: new Set(['outbox_apart']),
    });
    store.claim([claimOf(capture)]);
    store.record(answer);
    assert.equal(store.views.outbox.length, 0);
  });

  it('answers a process that is gone with nothing but that, and gives its shards to others', () => {
    const { store } = lacking();
    store.claim([claimOf(capture)]);
    store.record(answer);
    const [gone, other] = [store.openOutbox(), store.openOutbox()];
    assert.equal(gone.acquire().length, 8);
    const [event] = gone.next(10);
    assert.ok(event !== undefined);
    gone.lose();
    for (const ask of [
      () => gone.acquire(),
      () => gone.next(10),
      () => {
        gone.published([event.queueId]);
      },
    ])
      assert.throws(ask, { code: 'STORE_UNAVAILABLE', retryable: true });
    gone.release();
    assert.equal(other.acquire().length, 8);
    assert.deepEqual(other.next(10), [event]);
  });

  it('gives views that go with the store, of rows that stay as they were', () => {
    const { store } = lacking();
    const { views } = store;
    store.claim([claimOf(capture)]);
    const before = views.captures.get(captureId);
    store.record(answer);
    assert.equal(before?.capture.status.state, 'sending');
    assert.equal(before.evidence.size, 0);
    assert.equal(views.captures.get(captureId)?.capture.status.state, 'succeeded');
    assert.deepEqual(
      views.outbox.map(({ event }) => [event.type, event.sequence]),
      [['capture.succeeded', 1]],
    );
  });

  it('lists the pauses of accounts', () => {
    const { store } = lacking();
    store.pause('b');
    store.pause('a');
    store.resume('b');
    store.pause('c');
    assert.deepEqual(
      store.pauses().map(({ account, pausedAt }) => [account, pausedAt]),
      [
        ['a', EPOCH],
        ['c', EPOCH],
      ],
    );
  });
});
