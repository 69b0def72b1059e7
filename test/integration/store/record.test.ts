import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Evidence } from '../../../src/capture/evidence.js';
import { isFinal } from '../../../src/capture/capture.js';
import { captureIdOf } from '../../../src/capture/ids.js';
import type { CaptureStore, Folder } from '../../../src/ports/store.js';
import { storyOf } from '../../../src/store/stories.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { CAPTURED, EPOCH, POLICY } from '../../support/captures.js';
import {
  captureOfPayment,
  CAPTURED_WRONGLY,
  claimOf,
  GAPS,
  MISSCHEDULED,
  numberOf,
  pieceOf,
  rowsOf,
  testFold,
  testStore,
} from '../../support/store.js';

describe('record', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  after(() => database.drop());

  async function claimed(paymentId: string): Promise<string> {
    const capture = captureOfPayment(paymentId);
    await store.claim([claimOf(capture)]);
    return capture.captureId;
  }

  it('writes evidence, outcome, event and schedule together', async () => {
    const captureId = await claimed('together');
    const piece = pieceOf(captureId, CAPTURED);
    const [settled] = await store.record([{ captureId, pieces: [piece] }]);

    const story = await storyOf(database.pool, captureId);
    assert.ok(story !== null && settled !== undefined && settled !== null);
    assert.deepEqual(story.capture.status, {
      state: 'succeeded',
      providerCaptureId: 'provider-capture-1',
      capturedAt: EPOCH,
    });
    assert.deepEqual({ ...story.capture, body: settled.body }, settled);
    assert.deepEqual(
      story.evidence.map(({ evidence }) => evidence),
      [piece],
    );
    assert.equal(story.scheduled, null);
    assert.equal(story.lease, null);
    const [event] = story.events;
    assert.deepEqual([event?.type, event?.sequence, event?.published], ['capture.succeeded', 1, false]);
    assert.equal(event?.record.topic, 'capture.succeeded');
    assert.deepEqual(event.record.headers.at(-1), ['traceparent', Buffer.from(settled.traceparent)]);
  });

  it('keeps every kind of finding as it was', async () => {
    const captureId = await claimed('kinds');
    const pieces: Evidence[] = [
      pieceOf(captureId, { is: 'declined', category: 'risk' }),
      pieceOf(captureId, { is: 'unknown' }, { label: 'unknown' }),
      pieceOf(captureId, { is: 'authorised' }, { kind: 'inquiry', attempt: null }),
      {
        ...pieceOf(captureId, CAPTURED, { kind: 'settlement', attempt: null }),
        at: new Date('1999-12-31T23:59:59.001Z'),
        finding: {
          is: 'captured',
          money: { amount: 150_000n, currency: 'IQD' },
          requestId: captureOfPayment('kinds').requestId,
          providerCaptureId: null,
          capturedAt: null,
        },
        providerCode: null,
        providerMessage: 'ä𝄞 "quoted" {braced} \\',
        raw: Buffer.from([0, 255, 92, 34]),
      },
      { ...pieceOf(captureId, { is: 'busy' }, { label: 'bare' }), providerMessage: null, raw: null },
    ];
    await store.record([{ captureId, pieces }]);
    const story = await storyOf(database.pool, captureId);
    assert.deepEqual(
      new Map(story?.evidence.map(({ evidence }) => [evidence.evidenceId, evidence])),
      new Map(pieces.map((piece) => [piece.evidenceId, piece])),
    );
  });

  it('changes nothing when it is told the same again, not even when the provider is asked', async () => {
    const captureId = await claimed('again');
    const request = { captureId, pieces: [pieceOf(captureId, { is: 'unknown' })] };
    const [first] = await store.record([request]);
    const before = await rowsOf(database.pool, EVERYTHING, [captureId]);
    const [second] = await store.record([request]);

    assert.deepEqual(second, first);
    assert.deepEqual(await rowsOf(database.pool, EVERYTHING, [captureId]), before);
  });

  it('looks again at a capture without new evidence, and announces what is due by then', async () => {
    const capture = captureOfPayment('unsent');
    const { captureId } = capture;
    await store.claim([claimOf(capture, { start: null })]);
    const [early] = await store.record([{ captureId, pieces: [] }]);
    assert.equal(early?.announced, null);

    const late = testStore(database.pool, {
      fold: (folded, evidence, now) =>
        testFold(folded, evidence, new Date(now.getTime() + POLICY.announceUnsentAfterMs)),
    });
    const [told] = await late.record([{ captureId, pieces: [] }]);
    assert.deepEqual([told?.announced, told?.sequence], ['pending/not_sent', 1]);
    assert.deepEqual(told?.status, { state: 'planned' });
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });

  it('tells a capture that does not exist by null, and records the rest of the batch', async () => {
    const captureId = await claimed('beside');
    const missing = captureOfPayment('nowhere').captureId;
    const results = await store.record([
      { captureId: missing, pieces: [pieceOf(missing, CAPTURED)] },
      { captureId, pieces: [pieceOf(captureId, CAPTURED)] },
    ]);
    assert.deepEqual(
      results.map((capture) => capture?.status.state ?? null),
      [null, 'succeeded'],
    );
    assert.equal(
      await numberOf(database.pool, 'select count(*) from evidence where capture_id = $1', [missing]),
      0,
    );
    assert.deepEqual(await store.record([]), []);
  });

  it('publishes a correction, and what it supersedes', async () => {
    const captureId = await claimed('corrected');
    await store.record([{ captureId, pieces: [pieceOf(captureId, { is: 'declined', category: 'funds' })] }]);
    await store.record([
      { captureId, pieces: [pieceOf(captureId, CAPTURED, { kind: 'settlement', attempt: null })] },
    ]);
    const story = await storyOf(database.pool, captureId);
    const [failed, succeeded] = story?.events ?? [];
    assert.deepEqual([failed?.type, succeeded?.type], ['capture.failed', 'capture.succeeded']);
    assert.match(
      Buffer.from(succeeded?.record.value ?? []).toString(),
      new RegExp(`"supersedes":"${failed?.eventId ?? '?'}"`),
    );
    assert.equal(story?.scheduled, null);
  });

  it('parks a capture that a person alone can settle: scheduled, never due', async () => {
    const { merchantId } = captureOfPayment('parked');
    const captureId = captureIdOf({ provider: 'payermax', merchantId, captureReference: 'parked' });
    await store.claim([claimOf(captureOfPayment('parked', { provider: 'payermax', captureId }))]);
    const mismatch = pieceOf(captureId, CAPTURED_WRONGLY);
    const [settled] = await store.record([{ captureId, pieces: [mismatch] }]);
    assert.equal(settled?.review, 'integrity_mismatch');
    const story = await storyOf(database.pool, captureId);
    assert.deepEqual(story?.scheduled, { action: 'inquire', dueAt: null });
  });

  it('folds evidence from many workers at once as one set, with one event for each step', async () => {
    const capture = captureOfPayment('crowd');
    const { captureId } = capture;
    await store.claim([claimOf(capture)]);
    const seen: number[] = [];
    const counting: Folder = (folded, evidence, now) => {
      seen.push(evidence.length);
      return testFold(folded, evidence, now);
    };
    const rivals = Array.from({ length: 4 }, () => testStore(database.anotherPool(3), { fold: counting }));
    const pieces = Array.from({ length: 24 }, (_, index) =>
      pieceOf(captureId, index === 11 ? CAPTURED : { is: 'unknown' }, { label: String(index) }),
    );
    await Promise.all(
      pieces.map((piece, index) =>
        (rivals[index % rivals.length] ?? store).record([{ captureId, pieces: [piece] }]),
      ),
    );

    assert.deepEqual(
      seen.toSorted((a, b) => a - b),
      pieces.map((_, index) => index + 1),
      'each fold saw one piece more than the one before it',
    );
    const story = await storyOf(database.pool, captureId);
    assert.equal(story?.evidence.length, 24);
    assert.equal(story.capture.status.state, 'succeeded');
    assert.ok(isFinal(story.capture.status) && story.events.length <= 2);
    assert.equal(await numberOf(database.pool, GAPS), 0);
  });

  it('locks captures in one order, so that batches that share them never wait in a circle', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, index) => claimed(`circle-${String(index)}`)),
    );
    const rivals = Array.from({ length: 4 }, () => testStore(database.anotherPool(2)));
    const results = await Promise.all(
      rivals.flatMap((rival, worker) =>
        [ids, ids.toReversed()].map((order, turn) =>
          rival.record(
            order.map((captureId) => ({
              captureId,
              pieces: [pieceOf(captureId, { is: 'unknown' }, { label: `${String(worker)}-${String(turn)}` })],
            })),
          ),
        ),
      ),
    );
    assert.equal(results.length, 8);
    assert.equal(
      await numberOf(database.pool, 'select min(evidence_count) from captures where capture_id = any($1)', [
        ids,
      ]),
      8,
    );
  });

  const spoilt: [string, Partial<Evidence>][] = [
    ['a NUL in the provider’s message', { providerMessage: 'a\0b' }],
    ['half a surrogate pair in the provider’s code', { providerCode: '\udc00' }],
    ['a time that is none', { at: new Date(Number.NaN) }],
    ['an attempt number that is none', { attempt: 0 }],
  ];
  for (const [what, change] of spoilt) {
    it(`refuses a batch with ${what}, and writes none of it`, async () => {
      const [good, bad] = [await claimed(`good beside ${what}`), await claimed(`bad with ${what}`)];
      await assert.rejects(
        store.record([
          { captureId: good, pieces: [pieceOf(good, CAPTURED)] },
          { captureId: bad, pieces: [{ ...pieceOf(bad, CAPTURED), ...change }] },
        ]),
        { code: 'STORE_REFUSED_DATA' },
      );
      const [story, other] = [await storyOf(database.pool, good), await storyOf(database.pool, bad)];
      for (const untouched of [story, other]) {
        assert.equal(untouched?.capture.status.state, 'sending');
        assert.deepEqual([untouched.evidence.length, untouched.events.length], [0, 0]);
      }
    });
  }

  it('refuses a batch that names a capture twice', async () => {
    const captureId = await claimed('twice');
    const request = { captureId, pieces: [pieceOf(captureId, CAPTURED)] };
    await assert.rejects(store.record([request, request]), { code: 'STORE_REFUSED_DATA', message: /twice/ });
  });

  it('refuses a fold that leaves a gap in the sequence or rewrites what was ordered', async () => {
    const captureId = await claimed('misfolded');
    const request = { captureId, pieces: [pieceOf(captureId, CAPTURED)] };
    const gap = testStore(database.pool, {
      fold: (...input) => {
        const decision = testFold(...input);
        return { ...decision, capture: { ...decision.capture, sequence: 7 } };
      },
    });
    await assert.rejects(gap.record([request]), /with a gap/);
    const rewritten = testStore(database.pool, {
      fold: (...input) => {
        const decision = testFold(...input);
        return { ...decision, capture: { ...decision.capture, requestId: 'another' } };
      },
    });
    await assert.rejects(rewritten.record([request]), /changed requestId/);
    assert.equal((await storyOf(database.pool, captureId))?.evidence.length, 0);
  });

  it('says so when evidence is missing that was counted', async () => {
    const captureId = await claimed('missing');
    await database.pool.query('update captures set evidence_count = 1 where capture_id = $1', [captureId]);
    await assert.rejects(
      store.record([{ captureId, pieces: [pieceOf(captureId, CAPTURED)] }]),
      /counts 1 pieces of evidence and has 0/,
    );
  });
});

/** All rows of a capture, to see that nothing changed. */
const EVERYTHING = `
  select to_jsonb(c) as capture, to_jsonb(s) as schedule,
    (select jsonb_agg(e order by e.evidence_id) from evidence e where e.capture_id = c.capture_id) as evidence,
    (select jsonb_agg(o order by o.sequence) from outbox o where o.capture_id = c.capture_id) as events,
    (select jsonb_agg(q order by q.queue_id) from outbox_queue q where q.capture_id = c.capture_id) as queue
  from captures c left join schedule s using (capture_id)
  where c.capture_id = $1`;
