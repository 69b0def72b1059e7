import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { pino } from 'pino';
import type { Capture } from '../../../src/capture/capture.js';
import type { Evidence, Finding } from '../../../src/capture/evidence.js';
import { CaptureWorkerError } from '../../../src/errors.js';
import type { CaptureStore, RecordRequest } from '../../../src/ports/store.js';
import type { BatchedStore } from '../../../src/worker/batched-store.js';
import { batchStore } from '../../../src/worker/batched-store.js';
import { SILENT_OBSERVER } from '../../support/capture-path.js';
import { CAPTURED } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  everythingOf,
  freshlyClaimed,
  freshRequest,
  timelessFold,
  withoutClaim,
} from '../../support/fresh-claims.js';
import {
  captureOfPayment,
  GAPS,
  MISSCHEDULED,
  numberOf,
  pieceOf,
  testStore,
  waiting,
} from '../../support/store.js';
import { manualClock } from '../../support/manual-clock.js';
import { until } from '../../support/until.js';

const DECLINED: Finding = { is: 'declined', category: 'funds' };
const NOTICE = { kind: 'notification', attempt: null } as const;

describe('first answers, while others have the rows', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  let rival: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.anotherPool(4), { fold: timelessFold });
    rival = new pg.Client({ connectionString: database.url });
    await rival.connect();
  });
  after(async () => {
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
    assert.equal(await numberOf(database.pool, GAPS), 0);
    await rival.end();
    await database.drop();
  });

  const claimed = (payment: string): Promise<Capture> => freshlyClaimed(store, captureOfPayment(payment));
  const allClaimed = (...payments: string[]): Promise<Capture[]> => Promise.all(payments.map(claimed));

  const captured = (capture: Capture, change: Partial<Evidence> = {}): RecordRequest =>
    freshRequest(capture, { ...pieceOf(capture.captureId, CAPTURED), ...change });

  /** Begins a transaction that does this, has the answers recorded until they wait for it, then ends it. */
  async function recordedAgainst(
    requests: readonly RecordRequest[],
    sql: string,
    values: readonly unknown[],
    end: 'commit' | 'rollback' = 'commit',
  ): Promise<readonly (Capture | null)[]> {
    await rival.query('begin');
    await rival.query(sql, [...values]);
    const recording = store.record(requests);
    await until(async () => (await waiting(database.pool)) > 0);
    await rival.query(end);
    return recording;
  }

  /** What is left of each, in their order: state, whether it is scheduled, pieces of evidence, events, events queued. */
  async function left(...those: readonly Capture[]): Promise<unknown[]> {
    const rows = await Promise.all(those.map(({ captureId }) => everythingOf(database.pool, [captureId])));
    return rows.flat().map(({ capture, schedule, evidence, events, queue }) => {
      assert.ok(typeof capture === 'object' && capture !== null && 'state' in capture);
      return [capture.state, schedule !== null, countOf(evidence), countOf(events), countOf(queue)];
    });
  }

  it('don’t overwrite evidence that was being recorded when they came', async () => {
    const capture = await claimed('noticed');
    const beside = await claimed('beside the noticed');
    const model = await claimed('noticed before');
    const noticed = ({ captureId }: Capture): RecordRequest => ({
      captureId,
      pieces: [pieceOf(captureId, DECLINED, NOTICE)],
    });
    await store.record([noticed(model)]);
    await store.record([withoutClaim(captured(model))]);

    const slow = slowToCommit(database);
    const noticing = slow.store.record([noticed(capture)]);
    await slow.reached;
    const recording = store.record([captured(capture), captured(beside)]);
    await until(async () => (await waiting(database.pool)) > 0);
    slow.goOn();
    await noticing;
    const [answered] = await recording;

    const [expected] = await left(model);
    assert.deepEqual(await left(capture, beside), [expected, SETTLED]);
    assert.equal(answered?.status.state, 'failed', 'a notification outranks an answer');
  });

  it('settle all of a row that somebody wrote meanwhile without changing what counts', async () => {
    const those = await allClaimed('touched-1', 'touched-2', 'touched-3', 'touched-4');
    const touched = those.slice(1, 3).map(({ captureId }) => captureId);
    const results = await recordedAgainst(
      those.map((capture) => captured(capture)),
      'update captures set updated_at = now() where capture_id = any($1)',
      [touched],
    );
    assert.deepEqual(
      results.map((capture) => capture?.status.state),
      those.map(() => 'succeeded'),
    );
    assert.deepEqual(
      await left(...those),
      those.map(() => SETTLED),
    );
  });

  it('settle a row whose rival gives up', async () => {
    const capture = await claimed('given up');
    await recordedAgainst(
      [captured(capture)],
      'update captures set evidence_count = 1 where capture_id = $1',
      [capture.captureId],
      'rollback',
    );
    assert.deepEqual(await left(capture), [SETTLED]);
  });

  it('take a row off the schedule that is being taken from there', async () => {
    const capture = await claimed('taken');
    const beside = await claimed('beside the taken');
    await recordedAgainst(
      [captured(capture), captured(beside)],
      "update schedule set due_at = now() + interval '10 s' where capture_id = $1",
      [capture.captureId],
    );
    assert.deepEqual(await left(capture, beside), [SETTLED, SETTLED]);
  });

  it('are refused as busy while somebody holds a row for long, and lose nothing', async () => {
    const capture = await claimed('held');
    const impatient = database.anotherPool(1);
    await impatient.query("set lock_timeout = '50ms'");
    await rival.query('begin');
    await rival.query('select from captures where capture_id = $1 for update', [capture.captureId]);
    const request = captured(capture);
    await assert.rejects(testStore(impatient, { fold: timelessFold }).record([request]), {
      code: 'STORE_BUSY',
    });
    await rival.query('rollback');
    assert.deepEqual(await left(capture), [UNTOUCHED]);
    await store.record([request]);
    assert.deepEqual(await left(capture), [SETTLED]);
  });

  it('are written once, however many workers record them at once', async () => {
    const capture = await claimed('crowd');
    const rivals = Array.from({ length: 4 }, () =>
      testStore(database.anotherPool(2), { fold: timelessFold }),
    );
    const results = await Promise.all(rivals.map((one) => one.record([captured(capture)])));
    for (const [settled] of results) assert.equal(settled?.status.state, 'succeeded');
    assert.deepEqual(await left(capture), [SETTLED]);
  });

  it('never wait in a circle, with each other, with evidence, or with whoever takes what is due', async () => {
    const those = await allClaimed(...Array.from({ length: 20 }, (_, index) => `circle-${String(index)}`));
    const rivals = Array.from({ length: 4 }, () =>
      testStore(database.anotherPool(2), { fold: timelessFold }),
    );
    const requests = those.map((capture) => captured(capture));
    const notices = those.map(({ captureId }) => ({
      captureId,
      pieces: [pieceOf(captureId, CAPTURED, NOTICE)],
    }));
    await Promise.all(
      rivals.flatMap((one, index) => [
        one.record(index % 2 === 0 ? requests : requests.toReversed()),
        one.record(index % 2 === 0 ? notices.toReversed() : notices),
        one.takeDue({ actions: ['lapse', 'inquire'], rooms: new Map(), limit: 50, takenForMs: 1_000 }),
      ]),
    );
    assert.deepEqual(
      await left(...those),
      those.map(() => ['succeeded', false, 2, 1, 1]),
    );
  });

  describe('in one batch', () => {
    it('stand beside those that changed, that don’t end, that nobody claimed and that don’t exist', async () => {
      const first = await claimed('first');
      const changed = await claimed('changed');
      const open = await claimed('open');
      const unknown = await claimed('known to none');
      const last = await claimed('last');
      await store.record([
        { captureId: changed.captureId, pieces: [pieceOf(changed.captureId, CAPTURED, NOTICE)] },
      ]);
      const missing = captureOfPayment('missing', { attempts: 1 });
      const requests = [
        withoutClaim(captured(unknown)),
        captured(first),
        captured(missing),
        captured(changed),
        freshRequest(open, pieceOf(open.captureId, { is: 'unknown' })),
        captured(last),
      ];
      const results = await store.record(requests);
      assert.deepEqual(
        results.map((capture) => capture && [capture.captureId, capture.status.state]),
        [
          [unknown.captureId, 'succeeded'],
          [first.captureId, 'succeeded'],
          null,
          [changed.captureId, 'succeeded'],
          [open.captureId, 'pending'],
          [last.captureId, 'succeeded'],
        ],
      );
      const those = [first, changed, open, unknown, last];
      const outcome = [SETTLED, ['succeeded', false, 2, 1, 1], ['pending', true, 1, 1, 1], SETTLED, SETTLED];
      assert.deepEqual(await left(...those), outcome);

      const before = await everythingOf(
        database.pool,
        those.map(({ captureId }) => captureId),
      );
      const again = await store.record(requests);
      assert.deepEqual(
        again.map((capture) => capture?.status),
        results.map((capture) => capture?.status),
      );
      assert.deepEqual(
        await everythingOf(
          database.pool,
          those.map(({ captureId }) => captureId),
        ),
        before,
      );
    });

    it('are all refused with one whose data PostgreSQL refuses, which alone is refused in the end', async () => {
      const those = await allClaimed('good-1', 'good-2', 'bad', 'good-3');
      const requests = those.map((capture) =>
        captured(capture, capture.paymentId === 'bad' ? { attempt: 0 } : {}),
      );
      await assert.rejects(store.record(requests), REFUSED);
      assert.deepEqual(
        await left(...those),
        those.map(() => UNTOUCHED),
      );

      const batched = grouped(store);
      const results = await Promise.allSettled(requests.map((request) => batched.record(request)));
      assert.deepEqual(results.map(wordOf), ['succeeded', 'succeeded', 'STORE_REFUSED_DATA', 'succeeded']);
      assert.deepEqual(await left(...those), [SETTLED, SETTLED, UNTOUCHED, SETTLED]);
    });

    it('stay recorded where another of the batch is refused once its row is read', async () => {
      const those = await allClaimed('fine-1', 'spoilt', 'fine-2');
      const requests = those.map((capture) =>
        capture.paymentId === 'spoilt' ? withoutClaim(captured(capture, { attempt: 0 })) : captured(capture),
      );
      await assert.rejects(store.record(requests), REFUSED);
      assert.deepEqual(await left(...those), [SETTLED, UNTOUCHED, SETTLED]);

      const batched = grouped(store);
      const results = await Promise.allSettled(requests.map((request) => batched.record(request)));
      assert.deepEqual(results.map(wordOf), ['succeeded', 'STORE_REFUSED_DATA', 'succeeded']);
      assert.deepEqual(await left(...those), [SETTLED, UNTOUCHED, SETTLED]);
    });
  });
});

const SETTLED = ['succeeded', false, 1, 1, 1];
const UNTOUCHED = ['sending', true, 0, 0, 0];
const REFUSED = { code: 'STORE_REFUSED_DATA' };

function wordOf(result: PromiseSettledResult<Capture | null>): string {
  if (result.status === 'fulfilled') return result.value?.status.state ?? 'null';
  return result.reason instanceof CaptureWorkerError ? result.reason.code : String(result.reason);
}

/** As a worker has it: a batch that is refused is cut in halves. */
function grouped(store: CaptureStore): BatchedStore {
  return batchStore({
    store,
    maxBatch: 100,
    clock: manualClock(),
    random: () => 0.5,
    observer: SILENT_OBSERVER,
    log: pino({ level: 'silent' }),
    stop: new AbortController().signal,
  });
}

/** A store whose transactions wait at their end until they are let go. `reached` tells that the first is there. */
function slowToCommit(database: TestDatabase): {
  readonly store: CaptureStore;
  readonly reached: Promise<void>;
  readonly goOn: () => void;
} {
  const gate = new EventEmitter();
  const goneOn = once(gate, 'goOn');
  const reached = once(gate, 'reached').then(() => undefined);
  const pool = database.anotherPool(1);
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...input: unknown[]) => unknown;
    const waiting = async (...input: unknown[]): Promise<unknown> => {
      gate.emit('reached');
      await goneOn;
      return query(...input);
    };
    Object.assign(client, {
      query: (...input: unknown[]) => (isCommit(input[0]) ? waiting(...input) : query(...input)),
    });
  });
  return {
    store: testStore(pool, { fold: timelessFold }),
    reached,
    goOn: () => gate.emit('goOn'),
  };
}

function isCommit(statement: unknown): boolean {
  return (
    typeof statement === 'object' && statement !== null && 'name' in statement && statement.name === 'commit'
  );
}

function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
