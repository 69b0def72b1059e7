import assert from 'node:assert/strict';
import type { Evidence, Finding } from '../../../src/capture/evidence.js';
import { CAPTURED, EPOCH } from '../captures.js';
import { captureOfPayment, CAPTURED_WRONGLY, pieceOf, testEncode, testFold } from '../store.js';
import type { ConformanceCase } from './case.js';
import {
  after,
  claimed,
  DECLINED,
  foundUncaptured,
  inquiryNow,
  recorded,
  rowOf,
  startedAgain,
} from './steps.js';

const notice = (captureId: string, finding: Finding, label = 'notice'): Evidence =>
  pieceOf(captureId, finding, { kind: 'notification', attempt: null, label });

export const RECORD_CASES: readonly ConformanceCase[] = [
  {
    name: 'an answer that leaves it open makes it pending: with its evidence, an event and an inquiry on the schedule',
    run: async (store) => {
      const { captureId } = await claimed(store, 'left-open');
      await store.pass(1_000);
      const piece = pieceOf(captureId, { is: 'unknown' });
      const capture = await recorded(store, captureId, piece);
      assert.deepEqual(capture.status, { state: 'pending', reason: 'unknown' });
      const snapshot = await store.snapshot();
      assert.deepEqual(snapshot.captures, [{ capture, evidence: [piece] }]);
      assert.deepEqual(snapshot.schedule, [
        { captureId, account: 'shop', action: 'inquire', dueAt: after(3_500) },
      ]);
      assert.deepEqual(
        snapshot.events.map(({ sequence, type, createdAt }) => [sequence, type, createdAt]),
        [[1, 'capture.pending', after(1_000)]],
      );
      assert.deepEqual(
        snapshot.queue,
        snapshot.events.map(({ eventId }) => eventId),
      );
    },
  },
  {
    name: 'an outcome clears the schedule, and is published',
    run: async (store) => {
      const { captureId } = await claimed(store, 'ended');
      await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
      const capture = await recorded(store, captureId, pieceOf(captureId, CAPTURED, { label: 'late' }));
      assert.equal(capture.status.state, 'succeeded');
      const { schedule, events, queue } = await store.snapshot();
      assert.deepEqual(schedule, []);
      const inOrder = events.toSorted((one, other) => one.sequence - other.sequence);
      assert.deepEqual(
        inOrder.map(({ sequence, type }) => [sequence, type]),
        [
          [1, 'capture.pending'],
          [2, 'capture.succeeded'],
        ],
      );
      assert.deepEqual(
        queue,
        inOrder.map(({ eventId }) => eventId),
      );
    },
  },
  {
    name: 'an answer that proves that nothing happened plans it again',
    run: async (store) => {
      const { captureId } = await claimed(store, 'not-sent');
      const capture = await recorded(store, captureId, pieceOf(captureId, { is: 'not_sent' }));
      assert.deepEqual(capture.status, { state: 'planned' });
      assert.deepEqual(await rowOf(store, captureId), {
        captureId,
        account: 'shop',
        action: 'send',
        dueAt: after(500),
      });
      assert.deepEqual((await store.snapshot()).events, []);
    },
  },
  {
    name: 'evidence that is known changes nothing, not even when it is looked at next',
    run: async (store) => {
      const { captureId } = await claimed(store, 'known');
      const piece = pieceOf(captureId, { is: 'unknown' });
      const capture = await recorded(store, captureId, piece, piece);
      const before = await store.snapshot();
      await store.pass(1_000);
      assert.deepEqual(await recorded(store, captureId, piece), capture);
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: 'of known and new evidence together the new counts',
    run: async (store) => {
      const { captureId } = await claimed(store, 'known-and-new');
      const piece = pieceOf(captureId, { is: 'unknown' });
      await recorded(store, captureId, piece);
      const capture = await recorded(store, captureId, piece, notice(captureId, CAPTURED));
      assert.equal(capture.status.state, 'succeeded');
      assert.equal((await store.snapshot()).captures[0]?.evidence.length, 2);
    },
  },
  {
    name: 'without a piece the capture is looked at again',
    run: async (store) => {
      const { captureId } = await claimed(store, 'looked-at', { start: null });
      await store.pass(60_000);
      const capture = await recorded(store, captureId);
      assert.equal(capture.announced, 'pending/not_sent');
      const { events, schedule } = await store.snapshot();
      assert.equal(events.length, 1);
      assert.deepEqual(
        schedule.map(({ action, dueAt }) => [action, dueAt]),
        [['send', after(60_500)]],
      );
    },
  },
  {
    name: 'what is unknown is null, among what is known',
    run: async (store) => {
      const { captureId } = await claimed(store, 'among');
      const stranger = captureOfPayment('never-claimed').captureId;
      const results = await store.captures.record(
        [stranger, captureId].map((id) => ({ captureId: id, pieces: [pieceOf(id, CAPTURED)] })),
      );
      assert.deepEqual(
        results.map((capture) => capture?.status.state ?? null),
        [null, 'succeeded'],
      );
      assert.equal((await store.snapshot()).events.length, 1);
    },
  },
  {
    name: 'an answer counts when its lease has long run out, and its lapse was recorded',
    run: async (store) => {
      const { captureId } = await claimed(store, 'late');
      await store.pass(60_001);
      await recorded(store, captureId, pieceOf(captureId, { is: 'lapsed' }, { label: 'lapse' }));
      await store.pass(600_000);
      const capture = await recorded(store, captureId, pieceOf(captureId, CAPTURED));
      assert.equal(capture.status.state, 'succeeded');
    },
  },
  {
    name: 'an earlier attempt stays in doubt, whatever a later one is told',
    run: async (store) => {
      const { captureId } = await claimed(store, 'in-doubt');
      await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
      await foundUncaptured(store, captureId, 'first');
      await startedAgain(store, captureId);
      const capture = await recorded(store, captureId, pieceOf(captureId, DECLINED, { attempt: 2 }));
      assert.deepEqual(capture.status, { state: 'pending', reason: 'unknown' });
    },
  },
  {
    name: "what arrives last doesn't decide: an inquiry is stronger than a notification",
    run: async (store) => {
      const { captureId } = await claimed(store, 'stronger');
      await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
      await store.pass(1_000);
      const told = await inquiryNow(store, captureId, CAPTURED, 'told');
      const before = await recorded(store, captureId, told);
      assert.equal(before.status.state, 'succeeded');
      assert.deepEqual(await recorded(store, captureId, notice(captureId, DECLINED)), before);
      assert.deepEqual((await store.snapshot()).schedule, []);
    },
  },
  {
    name: 'evidence against a published outcome waits for an inquiry, which is put on the schedule',
    run: async (store) => {
      const { captureId } = await claimed(store, 'contradicted');
      await recorded(store, captureId, pieceOf(captureId, CAPTURED));
      await store.pass(2_000);
      const capture = await recorded(store, captureId, notice(captureId, DECLINED));
      assert.equal(capture.status.state, 'succeeded');
      assert.deepEqual(capture.contradictedAt, after(2_000));
      assert.deepEqual(await rowOf(store, captureId), {
        captureId,
        account: 'shop',
        action: 'inquire',
        dueAt: after(4_500),
      });
      assert.equal((await store.snapshot()).events.length, 1);
    },
  },
  {
    name: 'a correction names the event that it supersedes, and keeps the sequence',
    run: async (store) => {
      const { captureId } = await claimed(store, 'corrected');
      await recorded(store, captureId, pieceOf(captureId, DECLINED));
      await store.pass(1_000);
      const told = await inquiryNow(store, captureId, CAPTURED, 'told');
      const capture = await recorded(store, captureId, told);
      assert.deepEqual([capture.status.state, capture.sequence, capture.corrections], ['succeeded', 2, 1]);
      const events = (await store.snapshot()).events.toSorted((one, other) => one.sequence - other.sequence);
      const [first, second] = events;
      assert.ok(first !== undefined && second !== undefined);
      assert.match(String(second.record.value), new RegExp(`"supersedes":"${first.eventId}"`));
    },
  },
  {
    name: 'what comes from outside puts no inquiry off',
    run: async (store) => {
      const { captureId } = await claimed(store, 'not-put-off');
      await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
      const due = await rowOf(store, captureId);
      await store.pass(1_000);
      await recorded(store, captureId, notice(captureId, { is: 'in_process' }));
      assert.deepEqual(await rowOf(store, captureId), due);
      await recorded(
        store,
        captureId,
        notice(captureId, { is: 'in_process' }, 'another'),
        await inquiryNow(store, captureId, { is: 'unknown' }, 'asked'),
      );
      assert.ok(((await rowOf(store, captureId))?.dueAt ?? EPOCH) > after(2_500));
    },
  },
  {
    name: 'what a person must look at and nobody can be asked about is never due, even if a notification says so',
    run: async (store) => {
      const { captureId } = await claimed(store, 'parked', { of: { provider: 'payermax' } });
      await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
      assert.notEqual((await rowOf(store, captureId))?.dueAt, null);
      const capture = await recorded(store, captureId, notice(captureId, CAPTURED_WRONGLY));
      assert.equal(capture.review, 'integrity_mismatch');
      assert.deepEqual(await rowOf(store, captureId), {
        captureId,
        account: 'shop',
        action: 'inquire',
        dueAt: null,
      });
    },
  },
  {
    name: 'what must not be sent any more waits for a person, to be sent never',
    run: async (store) => {
      const { captureId } = await claimed(store, 'refused-thrice');
      await recorded(store, captureId, pieceOf(captureId, { is: 'account_fault' }));
      for (const attempt of [2, 3]) {
        await startedAgain(store, captureId);
        await recorded(store, captureId, pieceOf(captureId, { is: 'account_fault' }, { attempt }));
      }
      const { captures, schedule } = await store.snapshot();
      assert.equal(captures[0]?.capture.review, 'repeated_account_fault');
      assert.deepEqual(schedule, [{ captureId, account: 'shop', action: 'send', dueAt: null }]);
      assert.equal(await startedAgain(store, captureId), null);
    },
  },
  {
    name: 'an event is stored as it was encoded, byte for byte',
    run: async (store) => {
      const { captureId, traceparent } = await claimed(store, 'bytes ä𝄞');
      const capture = await recorded(store, captureId, pieceOf(captureId, { is: 'in_process' }));
      const decided = testFold(
        { ...capture, sequence: 0, announced: null, status: { state: 'sending', attempt: 1 } },
        [pieceOf(captureId, { is: 'in_process' })],
        EPOCH,
      );
      assert.ok(decided.event !== null);
      const [event] = (await store.snapshot()).events;
      assert.deepEqual(event?.record, testEncode(decided.event, traceparent).record);
    },
  },
  {
    name: 'evidence is kept as it was given, whatever it says',
    run: async (store) => {
      const { captureId } = await claimed(store, 'all-kinds');
      const findings: readonly Finding[] = [
        {
          is: 'captured',
          money: { amount: 150_000n, currency: 'IQD' },
          requestId: null,
          providerCaptureId: 'provider-capture-1',
          capturedAt: EPOCH,
        },
        { is: 'captured', money: null, requestId: 'request', providerCaptureId: null, capturedAt: null },
        { is: 'declined', category: 'risk', requestId: 'request' },
        { is: 'closed', category: 'expired' },
        { is: 'foreign' },
      ];
      const pieces = findings.map((finding, index) => ({
        ...notice(captureId, finding, String(index)),
        at: after(index),
        providerCode: index === 0 ? null : '',
        providerMessage: 'ä "quoted" \\ {1,2} NULL',
        raw: index === 1 ? null : Buffer.from([0, 255, index]),
      }));
      await recorded(store, captureId, ...pieces);
      assert.deepEqual(
        (await store.snapshot()).captures[0]?.evidence.toSorted(
          (one, other) => Number(one.at) - Number(other.at),
        ),
        pieces,
      );
    },
  },
  {
    name: "a batch of evidence that can't be stored is refused whole",
    run: async (store) => {
      const good = await claimed(store, 'good-evidence');
      const bad = await claimed(store, 'bad-evidence');
      const before = await store.snapshot();
      const piece = pieceOf(bad.captureId, CAPTURED);
      for (const pieces of [
        [{ ...piece, providerMessage: 'a\0b' }],
        [{ ...piece, at: new Date(Number.NaN) }],
        [{ ...piece, kind: 'operator' as const }],
      ]) {
        const batch = [
          { captureId: good.captureId, pieces: [pieceOf(good.captureId, CAPTURED)] },
          { captureId: bad.captureId, pieces },
        ];
        await assert.rejects(store.captures.record(batch), { code: 'STORE_REFUSED_DATA' });
        assert.deepEqual(await store.snapshot(), before);
      }
      const twice = { captureId: good.captureId, pieces: [pieceOf(good.captureId, CAPTURED)] };
      await assert.rejects(store.captures.record([twice, twice]), { code: 'STORE_REFUSED_DATA' });
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: "a capture without an outcome can't be without its row in the schedule, nor one with the outcome have another",
    run: async (store) => {
      const { captureId } = await claimed(store, 'unscheduled');
      const before = await store.snapshot();
      const pieces = [pieceOf(captureId, { is: 'unknown' })];
      for (const change of ['clear', 'keep'] as const) {
        store.rules.fold = (...args) => ({ ...testFold(...args), schedule: { change } });
        await assert.rejects(store.captures.record([{ captureId, pieces }]), { code: 'STORE_REFUSED_DATA' });
      }
      store.rules.fold = (...args) => ({
        ...testFold(...args),
        schedule: { change: 'set', action: 'send', dueInMs: 1 },
      });
      await assert.rejects(store.captures.record([{ captureId, pieces: [pieceOf(captureId, CAPTURED)] }]), {
        code: 'STORE_REFUSED_DATA',
      });
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: "an outcome can't be without its event, nor an event out of its sequence",
    run: async (store) => {
      const { captureId } = await claimed(store, 'unannounced');
      const before = await store.snapshot();
      const record = (): Promise<unknown> =>
        store.captures.record([{ captureId, pieces: [pieceOf(captureId, CAPTURED)] }]);
      store.rules.fold = (capture, evidence, now) => {
        const { capture: folded, schedule } = testFold(capture, evidence, now);
        return { capture: { ...folded, announced: null, sequence: 0 }, event: null, schedule };
      };
      await assert.rejects(record(), { code: 'STORE_REFUSED_DATA' });
      store.rules.fold = (capture, evidence, now) => testFold({ ...capture, sequence: 1 }, evidence, now);
      await assert.rejects(record(), /with a gap/);
      store.rules.fold = (capture, evidence, now) => {
        const decision = testFold(capture, evidence, now);
        return { ...decision, capture: { ...decision.capture, attempts: 7 } };
      };
      await assert.rejects(record(), /changed attempts/);
      assert.deepEqual(await store.snapshot(), before);
    },
  },
];
