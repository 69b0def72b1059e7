import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import { contradiction } from '../../../src/capture/contradiction.js';
import { CaptureWorkerError, hasCode } from '../../../src/errors.js';
import type { ClaimResult } from '../../../src/ports/store.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  captureOfPayment,
  captures,
  claimOf,
  MISSCHEDULED,
  numberOf,
  pieceOf,
  rowsOf,
  testStore,
  waiting,
} from '../../support/store.js';
import { until } from '../../support/until.js';

describe('claim', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  it('is its own when it is repeated because nobody heard that it was committed, as long as nothing has become of it', async () => {
    const store = testStore(database.pool);
    const request = claimOf(captureOfPayment('repeated'));
    const [first] = await store.claim([request]);
    const [again] = await store.claim([request]);
    assert.deepEqual([first?.claimed, again?.claimed], [true, true]);
    assert.deepEqual(again?.capture, first?.capture);
    const [stranger] = await store.claim([claimOf(request.capture)]);
    assert.equal(stranger?.claimed, false, 'another request for the same claim');

    await store.record([
      {
        captureId: request.capture.captureId,
        pieces: [pieceOf(request.capture.captureId, { is: 'lapsed' })],
      },
    ]);
    const [late] = await store.claim([request]);
    assert.equal(late?.claimed, false, 'its lease has been given up meanwhile');
  });

  it('gives each claim to one of many that want it at once', async () => {
    const wanted = captures('contended', 40);
    const stores = Array.from({ length: 4 }, () => testStore(database.anotherPool(3)));
    // Every worker names every claim, in batches of different cuts and orders.
    const batches = stores.flatMap((store, worker) =>
      [7, 11, 40].flatMap((size) => {
        const order = wanted.toSorted((a, b) =>
          worker % 2 === 0 ? (a.captureId < b.captureId ? -1 : 1) : a.captureId < b.captureId ? 1 : -1,
        );
        return Array.from({ length: Math.ceil(order.length / size) }, (_, index) => {
          const cut = order.slice(index * size, (index + 1) * size);
          return store.claim(
            cut.map((capture) => claimOf(capture, { worker: `worker-${String(worker)}-${String(size)}` })),
          );
        });
      }),
    );
    const results = (await Promise.all(batches)).flat();

    const wins = new Map<string, number>();
    for (const { claimed, capture } of results) {
      wins.set(capture.captureId, (wins.get(capture.captureId) ?? 0) + (claimed ? 1 : 0));
    }
    assert.deepEqual(
      [...wins.values()],
      wanted.map(() => 1),
    );
    assert.equal(
      await numberOf(database.pool, "select count(*) from attempts where worker like 'worker-_-%'"),
      40,
    );
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });

  it('inserts in one order whatever the batch’s, so that batches that share claims never wait in a circle', async () => {
    const sorted = captures('circle', 3).toSorted((a, b) => (a.captureId < b.captureId ? -1 : 1));
    const [low, middle, high] = sorted;
    assert.ok(low !== undefined && middle !== undefined && high !== undefined);
    // A claim of the middle one that is not decided yet holds both batches up, each with what it has inserted before.
    const rival = await database.pool.connect();
    let results;
    try {
      await rival.query('begin');
      await rival.query(UNDECIDED_CLAIM, [middle.captureId, middle.captureReference]);
      const batches = Promise.all(
        [sorted, sorted.toReversed()].map((batch) =>
          testStore(database.anotherPool(1)).claim(batch.map((capture) => claimOf(capture))),
        ),
      );
      await until(async () => (await waiting(database.pool)) === 2);
      await rival.query('rollback');
      results = await batches;
    } finally {
      rival.release();
    }
    assert.deepEqual(
      results.map((batch) => batch.filter(({ claimed }) => claimed).length).toSorted(),
      [0, 3],
    );
  });

  it('starts the first attempt under a lease by database time, and puts its end on the schedule', async () => {
    const capture = captureOfPayment('started');
    const [result] = await testStore(database.pool).claim([
      claimOf(capture, { start: { leaseMs: 30_000 }, worker: 'worker-7' }),
    ]);

    assert.deepEqual(result?.capture.status, { state: 'sending', attempt: 1 });
    assert.equal(result.capture.attempts, 1);
    const [row] = await rowsOf(
      database.pool,
      `select c.lease_until - c.created_at > interval '29.9 s' as leased, c.lease_until <= now() + interval '30 s' as not_longer,
         c.lease_until = s.due_at and c.lease_until = a.lease_until as same, s.action, s.account,
         a.kind, a.number, a.generation, a.request_id = c.request_id as same_request, a.worker
       from captures c join schedule s using (capture_id) join attempts a using (capture_id)
       where capture_id = $1`,
      [capture.captureId],
    );
    assert.deepEqual(row, {
      leased: true,
      not_longer: true,
      same: true,
      action: 'lapse',
      account: 'shop',
      kind: 'capture',
      number: 1,
      generation: 1,
      same_request: true,
      worker: 'worker-7',
    });
  });

  it('leaves a claim without a start planned, due when told', async () => {
    const capture = captureOfPayment('planned');
    const [result] = await testStore(database.pool).claim([
      claimOf(capture, { start: null, dueInMs: 5_000 }),
    ]);

    assert.deepEqual(result?.capture.status, { state: 'planned' });
    assert.equal(result.capture.attempts, 0);
    const [row] = await rowsOf(
      database.pool,
      `select s.action, s.due_at > now() + interval '4 s' and s.due_at <= now() + interval '5 s' as due_then
       from schedule s where capture_id = $1`,
      [capture.captureId],
    );
    assert.deepEqual(row, { action: 'send', due_then: true });
    assert.equal(
      await numberOf(database.pool, 'select count(*) from attempts where capture_id = $1', [
        capture.captureId,
      ]),
      0,
    );
  });

  it('gives back exactly what it was given, with the database’s time of the claim', async () => {
    const capture = captureOfPayment('exact ä𝄞"\\{},NULL', {
      orderId: 'null',
      money: { amount: 9_223_372_036_854_775_807n, currency: 'JPY' },
      authorisedAmount: 9_223_372_036_854_775_807n,
      body: Uint8Array.from({ length: 256 }, (_, byte) => byte),
      expiresAt: new Date('2031-12-31T23:59:59.999Z'),
    });
    const store = testStore(database.pool);
    const [first] = await store.claim([claimOf(capture, { start: null })]);
    const [again] = await store.claim([claimOf(capture, { start: null })]);

    assert.ok(first !== undefined && again !== undefined);
    assert.deepEqual([first.claimed, again.claimed], [true, false]);
    assert.deepEqual({ ...first.capture, createdAt: capture.createdAt }, capture);
    assert.deepEqual({ ...again.capture, body: Uint8Array.from(again.capture.body) }, first.capture);
  });

  it('shows what the existing claim holds, so that a contradiction is seen', async () => {
    const store = testStore(database.pool);
    const capture = captureOfPayment('contradicted');
    await store.claim([claimOf(capture)]);
    const other = { ...capture, orderId: 'another order', money: { amount: 1n, currency: 'IQD' } };
    const [result] = await store.claim([claimOf(other, { worker: 'worker-2' })]);

    assert.ok(result !== undefined && !result.claimed);
    assert.equal(result.capture.orderId, capture.orderId);
    assert.deepEqual(result.capture.money, capture.money);
    assert.equal(contradiction(other, result.capture, 'paymentId')?.field, 'orderId');
  });

  it('gives one payment to one of many that want it under different references at once', async () => {
    const payments = Array.from({ length: 20 }, (_, index) => `shared-${String(index)}`);
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((worker) => {
        const store = testStore(database.anotherPool(1));
        return Promise.all(
          payments.map((payment) => store.claim([claimOf(underReference(payment, `${payment}-${worker}`))])),
        );
      }),
    );
    for (const [index, payment] of payments.entries()) {
      const ofPayment = results.map((batches) => batches[index]?.[0]);
      assert.equal(ofPayment.filter((result) => result?.claimed === true).length, 1, payment);
      const ids = new Set(ofPayment.map((result) => result?.capture.captureId));
      assert.equal(ids.size, 1, 'all are shown the same claim');
    }
    const ofAll = "select count(*) from captures where payment_id like 'shared-%'";
    assert.equal(await numberOf(database.pool, ofAll), 20);
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });

  it('shows the claim of a payment under another reference, also one of the same batch, and starts nothing for it', async () => {
    const store = testStore(database.pool);
    const [first, second] = [underReference('twice', 'ord_1'), underReference('twice', 'ord_2')];
    const both = await store.claim([first, second].map((capture) => claimOf(capture)));
    const winner = both.find(({ claimed }) => claimed)?.capture;
    const loser = [first, second].find(({ captureId }) => captureId !== winner?.captureId);
    assert.ok(winner !== undefined && loser !== undefined);
    assert.deepEqual(
      both.map(({ capture }) => capture.captureId),
      [winner.captureId, winner.captureId],
    );
    const [again] = await store.claim([claimOf(loser)]);
    assert.ok(again !== undefined && !again.claimed);
    const rejection = contradiction(loser, again.capture, 'references.outTradeNo');
    assert.equal(rejection?.field, 'references.outTradeNo');
    assert.ok(rejection.problem.includes(winner.captureReference), rejection.problem);
    const attempts = 'select count(*) from attempts where capture_id = $1';
    assert.equal(await numberOf(database.pool, attempts, [loser.captureId]), 0);

    // Elsewhere the same id is another payment's.
    const elsewhere = { ...underReference('twice', 'ord_3'), merchantId: 'merchant-2' };
    const [other] = await store.claim([claimOf(elsewhere)]);
    assert.equal(other?.claimed, true);
  });

  it('prefers the claim of the reference, where the payment has another one', async () => {
    const store = testStore(database.pool);
    await store.claim([
      claimOf(underReference('payment-a', 'ref-a')),
      claimOf(underReference('payment-b', 'ref-b')),
    ]);
    const crossed = underReference('payment-b', 'ref-a');
    const [result] = await store.claim([claimOf(crossed)]);
    assert.ok(result !== undefined && !result.claimed);
    assert.equal(result.capture.paymentId, 'payment-a');
    assert.equal(contradiction(crossed, result.capture, 'references.outTradeNo')?.field, 'paymentId');
  });

  it('can be tried again where batches that name payments under two references wait in a circle', async () => {
    const numbered = (number: number, payment: string): Capture => ({
      ...underReference(payment, `circle-reference-${String(number)}`),
      captureId: `00000000-0000-8000-8000-00000000000${String(number)}`,
    });
    const meeting = numbered(3, 'circle-m');
    const batches = [
      [numbered(1, 'circle-p'), meeting, numbered(4, 'circle-q')],
      [numbered(2, 'circle-q'), meeting, numbered(5, 'circle-p')],
    ].map((batch) => batch.map((capture) => claimOf(capture)));
    const claimAll = (): Promise<PromiseSettledResult<readonly ClaimResult[]>[]> =>
      Promise.allSettled(batches.map((batch) => testStore(database.anotherPool(1)).claim(batch)));
    // Holds both up when each has its first payment.
    const rival = await database.pool.connect();
    let outcomes;
    try {
      await rival.query('begin');
      await rival.query(UNDECIDED_CLAIM, [meeting.captureId, meeting.captureReference]);
      const claiming = claimAll();
      await until(async () => (await waiting(database.pool)) === 2);
      await rival.query('rollback');
      outcomes = await claiming;
    } finally {
      rival.release();
    }
    const [ended, ...others] = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.ok(ended !== undefined && others.length === 0, 'one of the two is ended');
    assert.ok(ended.reason instanceof CaptureWorkerError && ended.reason.retryable, String(ended.reason));

    // The same requests: what the other batch has claimed is its own again, the rest is shown.
    const again = (await claimAll()).flatMap((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : [],
    );
    assert.equal(again.length, 6);
    const payments = again.filter(({ claimed }) => claimed).map(({ capture }) => capture.paymentId);
    assert.deepEqual(payments.sort(), ['circle-m', 'circle-p', 'circle-q']);
  });

  it('answers a mixed batch in the order of its requests', async () => {
    const store = testStore(database.pool);
    const [a, b, c, d] = captures('mixed', 4);
    assert.ok(a !== undefined && b !== undefined && c !== undefined && d !== undefined);
    await store.claim([claimOf(b), claimOf(d)]);
    const results = await store.claim([d, c, b, a].map((capture) => claimOf(capture)));
    assert.deepEqual(
      results.map(({ claimed, capture }) => [claimed, capture.captureId]),
      [
        [false, d.captureId],
        [true, c.captureId],
        [false, b.captureId],
        [true, a.captureId],
      ],
    );
    assert.deepEqual(await store.claim([]), []);
  });

  const tooLong = randomBytes(8_000).toString('base64');
  const good = captureOfPayment('good');
  const refusals: [string, Parameters<typeof claimOf>[0], RegExp][] = [
    ['a NUL', captureOfPayment('nul', { orderId: 'a\0b' }), /NUL character or half a surrogate/],
    [
      'half a surrogate pair',
      captureOfPayment('half', { orderId: 'a\ud800' }),
      /NUL character or half a surrogate/,
    ],
    ['an amount beyond 64 bits', captureOfPayment('big', { authorisedAmount: 2n ** 63n }), /SQLSTATE 22003/],
    ['an amount above the authorised', captureOfPayment('above', { authorisedAmount: 1n }), /SQLSTATE 23514/],
    [
      'a reference too long for its index',
      captureOfPayment('long', { captureReference: tooLong }),
      /SQLSTATE 54000/,
    ],
    ['an invalid time', captureOfPayment('time', { expiresAt: new Date(Number.NaN) }), /a time is invalid/],
    ['a capture named twice', good, /names capture .* twice/],
  ];
  for (const [what, culprit, message] of refusals) {
    it(`refuses a batch with ${what}, and writes none of it`, async () => {
      const refused = testStore(database.pool).claim([claimOf(good), claimOf(culprit)]);
      await assert.rejects(refused, (error: Error) => {
        assert.ok(hasCode(error, 'STORE_REFUSED_DATA'), String(error));
        assert.match(error.message, message);
        return true;
      });
      assert.equal(
        await numberOf(database.pool, 'select count(*) from captures where capture_id = any($1)', [
          [good.captureId, culprit.captureId],
        ]),
        0,
      );
    });
  }

  it('says so when an id stands for another claim', async () => {
    const store = testStore(database.pool);
    const capture = captureOfPayment('one');
    await store.claim([claimOf(capture)]);
    await assert.rejects(
      store.claim([claimOf({ ...capture, captureReference: 'two', paymentId: 'two' })]),
      /stands for another claim/,
    );
  });
});

/** A payment that the provider captures by something else than the payment's id. */
function underReference(paymentId: string, captureReference: string): Capture {
  return { ...captureOfPayment(captureReference), paymentId };
}

const UNDECIDED_CLAIM = `
  insert into captures (
    capture_id, provider, merchant_id, capture_reference, account, order_id, payment_id, amount, currency,
    authorised_amount, expires_at, traceparent, source_event_id, source_topic, source_partition, source_offset,
    created_at, generation, request_id, body, state, attempts, lease_until, lease_worker, evidence_count, sequence,
    announced, updated_at
  )
  values (
    $1, 'wallet', 'merchant-1', $2, 'shop', 'o', 'p', 1, 'IQD',
    1, now(), 't', 'e', 'order.fulfilled', 0, 0,
    now(), 1, 'r', '', 'succeeded', 1, now(), 'w', 0, 1, 'succeeded', now()
  )`;
