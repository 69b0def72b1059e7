import assert from 'node:assert/strict';
import { assumptionFor } from '../../../src/capture/assumption.js';
import { attemptIdOf } from '../../../src/capture/ids.js';
import { CAPTURED, EPOCH } from '../captures.js';
import { captureOfPayment, claimOf, pieceOf } from '../store.js';
import type { ConformanceCase } from './case.js';
import { after, claimed, onlyCapture, rowsOf } from './steps.js';

const LEASE_MS = 60_000;

export const CLAIM_CASES: readonly ConformanceCase[] = [
  {
    name: 'a claim that is to be sent is born with its attempt, its lease and its row in the schedule',
    run: async (store) => {
      const capture = captureOfPayment('born-sending');
      const { captureId } = capture;
      await store.pass(5);
      const [result] = await store.captures.claim([claimOf(capture, { start: { leaseMs: LEASE_MS } })]);
      assert.equal(result?.claimed, true);
      const { captures, schedule, attempts } = await store.snapshot();
      assert.deepEqual(captures, [{ capture: result.capture, evidence: [] }]);
      assert.deepEqual(result.capture.status, { state: 'sending', attempt: 1 });
      assert.deepEqual(result.capture.createdAt, after(5));
      assert.deepEqual(result.capture.leaseUntil, after(5 + LEASE_MS));
      assert.deepEqual(schedule, [
        { captureId, account: 'shop', action: 'lapse', dueAt: after(5 + LEASE_MS) },
      ]);
      assert.deepEqual(attempts, [
        {
          attemptId: attemptIdOf(captureId, 1),
          captureId,
          number: 1,
          generation: 1,
          requestId: capture.requestId,
          worker: 'worker-1',
          startedAt: after(5),
          leaseUntil: after(5 + LEASE_MS),
        },
      ]);
    },
  },
  {
    name: "a claim that isn't to be sent yet is planned, with no attempt, due when it says",
    run: async (store) => {
      const { captureId } = await claimed(store, 'born-planned', { start: null, dueInMs: 7_000 });
      const { captures, schedule, attempts } = await store.snapshot();
      assert.deepEqual(
        captures.map(({ capture }) => [capture.status.state, capture.attempts]),
        [['planned', 0]],
      );
      assert.deepEqual(schedule, [{ captureId, account: 'shop', action: 'send', dueAt: after(7_000) }]);
      assert.deepEqual(attempts, []);
    },
  },
  {
    name: 'a claim that is assumed to have been sent is born with an attempt whose lease is over, and with the evidence of that',
    run: async (store) => {
      const capture = captureOfPayment('assumed');
      const { captureId } = capture;
      const assumed = assumptionFor(capture, { at: EPOCH, unverifiable: false });
      await store.pass(5);
      const [result] = await store.captures.claim([
        claimOf(capture, { start: null, assumed, dueInMs: 7_000 }),
      ]);
      assert.equal(result?.claimed, true);
      assert.deepEqual(result.capture.status, { state: 'sending', attempt: 1 });
      assert.deepEqual(result.capture.leaseUntil, after(5));
      const { captures, schedule, attempts } = await store.snapshot();
      assert.deepEqual(
        captures.map(({ evidence }) => evidence.map(({ evidenceId, finding }) => [evidenceId, finding.is])),
        [[[assumed.evidenceId, 'assumed_sent']]],
      );
      assert.deepEqual(schedule, [{ captureId, account: 'shop', action: 'lapse', dueAt: after(7_005) }]);
      assert.deepEqual(
        attempts.map(({ number, leaseUntil }) => [number, leaseUntil]),
        [[1, after(5)]],
      );
      const [folded] = await store.captures.record([{ captureId, pieces: [] }]);
      assert.deepEqual(folded?.status, { state: 'pending', reason: 'unknown' });
    },
  },
  {
    name: 'a reference is claimed once, and who comes later finds what is there',
    run: async (store) => {
      const first = await claimed(store, 'once');
      await store.captures.record([
        { captureId: first.captureId, pieces: [pieceOf(first.captureId, CAPTURED)] },
      ]);
      const before = await store.snapshot();
      const [second] = await store.captures.claim([
        claimOf(captureOfPayment('once', { orderId: 'another', money: { amount: 1n, currency: 'IQD' } })),
      ]);
      assert.deepEqual(second, { claimed: false, capture: onlyCapture(before) });
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: 'a payment is claimed once, under whatever reference',
    run: async (store) => {
      const first = await claimed(store, 'paid-once');
      const other = captureOfPayment('another-reference', { paymentId: first.paymentId });
      const [second] = await store.captures.claim([claimOf(other)]);
      assert.deepEqual(second, { claimed: false, capture: first });
      assert.equal((await store.snapshot()).captures.length, 1);
    },
  },
  {
    name: 'of several in a batch that name one payment one is claimed, the one with the lowest id',
    run: async (store) => {
      const two = ['one-way', 'other-way'].map((reference) =>
        captureOfPayment(reference, { paymentId: 'the-payment' }),
      );
      const results = await store.captures.claim(two.map((capture) => claimOf(capture)));
      const lowest = two.map(({ captureId }) => captureId).sort()[0];
      assert.deepEqual(
        results.map((result) => [result.claimed, result.capture.captureId]),
        two.map(({ captureId }) => [captureId === lowest, lowest]),
      );
    },
  },
  {
    name: 'the same payment at another merchant is another payment',
    run: async (store) => {
      await claimed(store, 'shared-number');
      const other = captureOfPayment('shared-number', {
        merchantId: 'merchant-2',
        captureId: captureOfPayment('any-other-id').captureId,
      });
      const [result] = await store.captures.claim([claimOf(other)]);
      assert.equal(result?.claimed, true);
    },
  },
  {
    name: 'a repetition of a claim finds its own, with the attempt that it was born with',
    run: async (store) => {
      const sending = claimOf(captureOfPayment('repeated-sending'));
      const planned = claimOf(captureOfPayment('repeated-planned'), { start: null });
      const first = await store.captures.claim([sending, planned]);
      const again = await store.captures.claim([sending, planned]);
      assert.deepEqual(again, first);
      assert.deepEqual(
        again.map((result) => result.claimed),
        [true, true],
      );
    },
  },
  {
    name: "a repetition doesn't take for its own what was started since, what was answered, or what it didn't ask for",
    run: async (store) => {
      const planned = claimOf(captureOfPayment('started-since'), { start: null });
      const sending = claimOf(captureOfPayment('answered-since'));
      const { captureId } = sending.capture;
      await store.captures.claim([planned, sending]);
      await store.captures.start([
        { captureId: planned.capture.captureId, leaseMs: 1_000, worker: 'worker-2' },
      ]);
      await store.captures.record([{ captureId, pieces: [pieceOf(captureId, { is: 'unknown' })] }]);
      const again = await store.captures.claim([{ ...planned, start: { leaseMs: LEASE_MS } }, sending]);
      assert.deepEqual(
        again.map((result) => [result.claimed, result.capture.status.state]),
        [
          [false, 'sending'],
          [false, 'pending'],
        ],
      );
    },
  },
  {
    name: 'through a paused account nothing is started: it is planned instead, and its repetition knows it',
    run: async (store) => {
      await store.pause('shop');
      const request = claimOf(captureOfPayment('paused'), { dueInMs: 3_000 });
      const [first] = await store.captures.claim([request]);
      assert.deepEqual(first?.capture.status, { state: 'planned' });
      assert.deepEqual(
        (await rowsOf(store)).map(({ action, dueAt }) => [action, dueAt]),
        [['send', after(3_000)]],
      );
      assert.deepEqual((await store.snapshot()).attempts, []);
      assert.deepEqual(await store.captures.claim([request]), [first]);
    },
  },
  {
    name: "a batch that names a capture twice, or holds what can't be stored, is refused whole",
    run: async (store) => {
      const good = claimOf(captureOfPayment('good'));
      const bad = [
        claimOf(captureOfPayment('bad', { orderId: 'a\0b' })),
        claimOf(captureOfPayment('bad', { orderId: 'half of a pair \ud800' })),
        claimOf(captureOfPayment('bad', { expiresAt: new Date(Number.NaN) })),
        claimOf(captureOfPayment('bad', { money: { amount: 0n, currency: 'IQD' } })),
        claimOf(captureOfPayment('bad', { authorisedAmount: 149_999n })),
        good,
      ];
      for (const request of bad) {
        await assert.rejects(store.captures.claim([good, request]), { code: 'STORE_REFUSED_DATA' });
      }
      assert.deepEqual((await store.snapshot()).captures, []);
    },
  },
  {
    name: 'a claim that is kept out by nothing but an id that stands for another claim is an error',
    run: async (store) => {
      const first = await claimed(store, 'has-the-id');
      const thief = captureOfPayment('wants-the-id', { captureId: first.captureId });
      await assert.rejects(store.captures.claim([claimOf(thief)]), /neither claimed nor found/);
    },
  },
  {
    name: "what is given and what is returned is nobody's but the caller's",
    run: async (store) => {
      const capture = captureOfPayment('apart', { body: Buffer.from('body'), expiresAt: after(1_000) });
      const [result] = await store.captures.claim([claimOf(capture)]);
      assert.ok(result !== undefined);
      const before = await store.snapshot();
      for (const { body, expiresAt } of [capture, result.capture]) {
        body.fill(0);
        expiresAt.setTime(0);
      }
      result.capture.leaseUntil?.setTime(0);
      assert.deepEqual(onlyCapture(await store.snapshot()), {
        ...result.capture,
        body: Buffer.from('body'),
        expiresAt: after(1_000),
        leaseUntil: after(LEASE_MS),
      });
      assert.deepEqual(before.captures.length, 1);
      assert.deepEqual(EPOCH, after(0));
    },
  },
];
