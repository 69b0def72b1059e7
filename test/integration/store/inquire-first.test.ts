import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Restoration } from '../../../src/capture/assumption.js';
import { assumptionFor } from '../../../src/capture/assumption.js';
import type { Capture } from '../../../src/capture/capture.js';
import type { CaptureStore, ClaimRequest } from '../../../src/ports/store.js';
import { distrust } from '../../../src/store/distrust.js';
import { storyOf } from '../../../src/store/stories.js';
import { assumedClaim } from '../../../src/worker/assume-sent.js';
import { CAPTURED } from '../../support/captures.js';
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
} from '../../support/store.js';

const RESTORED: Restoration = { at: new Date('2026-03-01T11:00:00.000Z'), unverifiable: false };
const LATER: Restoration = { ...RESTORED, at: new Date('2026-03-01T12:00:00.000Z') };

const STANDING = `
  select c.state, c.attempts, c.evidence_count, c.lease_until <= now() as over, s.action,
    array(select e.finding || ' ' || e.attempt from evidence e where e.capture_id = c.capture_id order by 1) as evidence,
    array(select a.number from attempts a where a.capture_id = c.capture_id order by 1) as attempted
  from captures c left join schedule s using (capture_id)
  where capture_id = $1`;

describe('a claim after the database was restored', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  after(() => database.drop());

  const assumedClaimOf = (capture: Capture): ClaimRequest =>
    claimOf(capture, assumedClaim(assumptionFor(capture, RESTORED)));

  it('has an attempt whose lease is over, with the evidence that it is assumed, and a lapse that is due soon', async () => {
    const capture = captureOfPayment('assumed');
    const [result] = await store.claim([assumedClaimOf(capture)]);
    assert.deepEqual(result?.claimed === true && result.capture.status, { state: 'sending', attempt: 1 });
    assert.deepEqual(await rowsOf(database.pool, STANDING, [capture.captureId]), [
      {
        state: 'sending',
        attempts: 1,
        evidence_count: 1,
        over: true,
        action: 'lapse',
        evidence: ['assumed_sent 1'],
        attempted: [1],
      },
    ]);
    const [folded] = await store.record([{ captureId: capture.captureId, pieces: [] }]);
    assert.deepEqual(folded?.status, { state: 'pending', reason: 'unknown' });
    assert.equal(folded.review, null);
  });

  it('is its own when it is repeated, and a stranger’s when another comes', async () => {
    const request = assumedClaimOf(captureOfPayment('repeated'));
    const results = [
      ...(await store.claim([request])),
      ...(await store.claim([request])),
      ...(await store.claim([assumedClaimOf(request.capture)])),
    ];
    assert.deepEqual(
      results.map(({ claimed }) => claimed),
      [true, true, false],
    );
    assert.equal(await numberOf(database.pool, COUNT_EVIDENCE, [request.capture.captureId]), 1);
  });

  it('stands beside ordinary ones in a batch, and is made through a paused account', async () => {
    const [ordinary, paused, assumed] = ['usual', 'paused', 'paused-assumed'].map((payment) =>
      captureOfPayment(payment, { account: payment === 'usual' ? 'shop' : 'closed' }),
    ) as [Capture, Capture, Capture];
    await database.pool.query(
      "insert into account_pauses (account, paused_at, paused_by, reason) values ('closed', now(), 'me', 'test')",
    );
    const results = await store.claim([claimOf(ordinary), claimOf(paused), assumedClaimOf(assumed)]);
    assert.deepEqual(
      results.map(({ capture }) => capture.status.state),
      ['sending', 'planned', 'sending'],
    );
    assert.deepEqual(
      await Promise.all(
        [ordinary, paused, assumed].map(({ captureId }) =>
          numberOf(database.pool, COUNT_EVIDENCE, [captureId]),
        ),
      ),
      [0, 0, 1],
    );
  });

  it('of PayerMax waits for a person', async () => {
    const capture = captureOfPayment('payermax', { provider: 'payermax' });
    await store.claim([assumedClaimOf(capture)]);
    const [folded] = await store.record([{ captureId: capture.captureId, pieces: [] }]);
    assert.equal(folded?.review, 'unverifiable');
    assert.equal(
      await numberOf(
        database.pool,
        "select count(*) from schedule where capture_id = $1 and due_at = 'infinity'",
        [capture.captureId],
      ),
      1,
    );
  });
});

const COUNT_EVIDENCE = 'select count(*) from evidence where capture_id = $1';

describe('what was restored', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  after(() => database.drop());

  /** All pages, as a start of a worker goes through them. */
  async function distrustAll(restoration: Restoration, limit = 3): Promise<string[]> {
    const done: string[] = [];
    let next: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof distrust>> = await distrust(database.pool, {
        after: next,
        limit,
        assumptionFor: (capture) => assumptionFor(capture, restoration),
        worker: 'worker-2',
        lapseInMs: 60_000,
      });
      await store.record(page.captureIds.map((captureId) => ({ captureId, pieces: [] })));
      done.push(...page.captureIds);
      next = page.next;
    } while (next !== null);
    return done;
  }

  const standing = async ({ captureId }: Capture) => (await rowsOf(database.pool, STANDING, [captureId]))[0];
  const answered = (capture: Capture, is: 'unknown' | 'lapsed') =>
    store.record([{ captureId: capture.captureId, pieces: [pieceOf(capture.captureId, { is })] }]);

  const planned = captureOfPayment('planned');
  const sending = captureOfPayment('sending');
  const pending = captureOfPayment('pending');
  const parked = captureOfPayment('payermax-pending', { provider: 'payermax' });
  const succeeded = captureOfPayment('succeeded');

  it('is distrusted where it has no outcome, whatever its state, and left alone where it has one', async () => {
    await store.claim([
      claimOf(planned, { start: null }),
      claimOf(sending),
      ...[pending, parked, succeeded].map((capture) => claimOf(capture)),
    ]);
    await answered(pending, 'unknown');
    await answered(parked, 'lapsed');
    await store.record([
      { captureId: succeeded.captureId, pieces: [pieceOf(succeeded.captureId, CAPTURED)] },
    ]);
    const before = await storyOf(database.pool, succeeded.captureId);

    const done = await distrustAll(RESTORED);
    assert.deepEqual(done, [planned, sending, pending, parked].map(({ captureId }) => captureId).toSorted());
    const common = { state: 'pending', action: 'inquire' };
    assert.deepEqual(await standing(planned), {
      ...common,
      over: true,
      attempts: 1,
      evidence_count: 1,
      evidence: ['assumed_sent 1'],
      attempted: [1],
    });
    // Its lease was on record for longer: until then a worker that nobody knows of may have begun the request.
    assert.deepEqual(await standing(sending), {
      ...common,
      over: false,
      attempts: 1,
      evidence_count: 1,
      evidence: ['assumed_sent 1'],
      attempted: [1],
    });
    assert.deepEqual(await standing(pending), {
      ...common,
      over: false,
      attempts: 2,
      evidence_count: 2,
      evidence: ['assumed_sent 2', 'unknown 1'],
      attempted: [1, 2],
    });
    assert.equal((await storyOf(database.pool, parked.captureId))?.capture.review, 'unverifiable');
    assert.deepEqual(await storyOf(database.pool, succeeded.captureId), before);
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });

  it('is distrusted once for a restoration, by whatever worker, whatever has become of it since', async () => {
    assert.deepEqual(await distrustAll(RESTORED), []);
    await database.pool.query(
      "update captures set lease_until = now() - interval '1 h' where lease_until > now()",
    );
    assert.deepEqual(await distrustAll(RESTORED), []);
    const claimedSince = captureOfPayment('claimed-since');
    await store.claim([claimOf(claimedSince, assumedClaim(assumptionFor(claimedSince, RESTORED)))]);
    assert.deepEqual(await distrustAll(RESTORED), []);
  });

  it('is distrusted again after the next one', async () => {
    const done = await distrustAll(LATER);
    assert.equal(done.length, 5);
    assert.deepEqual((await standing(planned))?.['evidence'], ['assumed_sent 1', 'assumed_sent 2']);
  });

  it('is left for the lapse if its worker dies before it is folded', async () => {
    const left = captureOfPayment('left');
    await store.claim([claimOf(left, { start: null })]);
    const third: Restoration = { ...RESTORED, at: new Date('2026-03-01T13:00:00.000Z') };
    await distrust(database.pool, {
      after: null,
      limit: 1_000,
      assumptionFor: (capture) => assumptionFor(capture, third),
      worker: 'worker-3',
      lapseInMs: 0,
    });
    const due = await store.takeDue({ actions: ['lapse'], rooms: new Map(), limit: 100, takenForMs: 1_000 });
    assert.ok(due.some(({ capture }) => capture.captureId === left.captureId));
    const [folded] = await answered(left, 'lapsed');
    assert.deepEqual(folded?.status, { state: 'pending', reason: 'unknown' });
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });

  it('is distrusted once by several workers that start at once', async () => {
    const many = captures('many', 60);
    await store.claim(many.map((capture) => claimOf(capture, { start: null })));
    const fourth: Restoration = { ...RESTORED, at: new Date('2026-03-01T14:00:00.000Z') };
    const ids = new Set(many.map(({ captureId }) => captureId));
    const done = await Promise.all([1, 2, 3].map(() => distrustAll(fourth, 7)));
    const ofMany = done.flat().filter((captureId) => ids.has(captureId));
    assert.equal(ofMany.length, 60);
    assert.equal(new Set(ofMany).size, 60);
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });
});
