import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import { contradiction } from '../../../src/capture/contradiction.js';
import type { Finding } from '../../../src/capture/evidence.js';
import { eventIdOf, requestIdOf } from '../../../src/capture/ids.js';
import type { Act, Refusal, Standing } from '../../../src/capture/operator.js';
import { cancel, refusalToInquire, word } from '../../../src/capture/operator.js';
import type { Resolution } from '../../../src/capture/resolve.js';
import { resolve } from '../../../src/capture/resolve.js';
import { nextGeneration } from '../../../src/capture/state-machine.js';
import type { Acted, CaptureAction, OperatorStore } from '../../../src/ports/operator.js';
import type { CaptureStore } from '../../../src/ports/store.js';
import { createOperatorStore } from '../../../src/store/operator-act.js';
import { askNow } from '../../../src/store/operator-ask.js';
import { storyOf } from '../../../src/store/stories.js';
import { unresolved } from '../../../src/store/unresolved.js';
import { CAPTURED, POLICY } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  captureOfPayment,
  captures,
  CAPTURED_WRONGLY,
  claimOf,
  GAPS,
  MISSCHEDULED,
  numberOf,
  pieceOf,
  rowsOf,
  testEncode,
  testFold,
  testStore,
  waiting,
} from '../../support/store.js';
import { until } from '../../support/until.js';

const FAILED: Resolution = { outcome: 'failed', category: null };
const SUCCEEDED: Resolution = { outcome: 'succeeded', ourAmountMoved: true };
const DECLINED: Finding = { is: 'declined', category: 'funds' };

describe('what operators do', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  let operators: OperatorStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
    operators = operatorStore();
  });
  after(() => database.drop());

  function operatorStore(pool = database.anotherPool(2)): OperatorStore {
    return createOperatorStore({ pool, fold: testFold, encode: testEncode });
  }

  function actionOn({ captureId }: Pick<Capture, 'captureId'>, action = 'captures resolve'): CaptureAction {
    return { captureId, actionId: randomUUID(), who: 'alice', action, reason: 'seen', reference: 'ST-17' };
  }

  async function claimed(name: string, start: { leaseMs: number } | null = null): Promise<Capture> {
    const capture = captureOfPayment(name, { body: Buffer.from(`${requestOf(name)} 150000`) });
    await store.claim([claimOf(capture, { start })]);
    return capture;
  }

  /** Sent an hour ago. */
  async function answered(name: string, finding: Finding): Promise<Capture> {
    const capture = await claimed(name, { leaseMs: 60_000 });
    await record(capture, finding);
    await leaseEnded(capture, '1 hour');
    return capture;
  }

  async function leaseEnded({ captureId }: Capture, ago: string): Promise<void> {
    await database.pool.query(
      'update captures set lease_until = now() - $2::interval where capture_id = $1',
      [captureId, ago],
    );
  }

  const requestOf = (name: string): string => captureOfPayment(name).requestId;
  const record = (capture: Capture, finding: Finding, label = 'answer', attempt = 1): Promise<unknown> =>
    store.record([
      {
        captureId: capture.captureId,
        pieces: [pieceOf(capture.captureId, finding, { label, attempt })],
      },
    ]);
  const startOf = ({ captureId }: Capture) => ({ captureId, leaseMs: 60_000, worker: 'worker-9' });

  async function seenOf({ captureId }: Capture): Promise<Standing> {
    const standing = await operators.standing(captureId);
    assert.ok(standing !== null);
    return standing;
  }

  async function resolved(capture: Capture, resolution: Resolution, by = operators): Promise<Acted | null> {
    const seen = await seenOf(capture);
    const action = actionOn(capture);
    return by.act(action, (standing) =>
      resolve(standing, { actionId: action.actionId, seen, resolution, reference: 'ST-17' }, POLICY),
    );
  }

  async function cancelled(capture: Capture): Promise<Acted | null> {
    const seen = await seenOf(capture);
    const action = actionOn(capture, 'captures cancel');
    return operators.act(action, (standing) => cancel(standing, { actionId: action.actionId, seen }));
  }

  const why = (acted: Acted | null): string =>
    acted !== null && 'refused' in acted ? acted.refused : 'done';

  async function standing({ captureId }: Capture): Promise<Record<string, unknown>> {
    const [row = {}] = await rowsOf(
      database.pool,
      `select c.state, c.sequence, c.review, s.action as scheduled, s.due_at <= now() as due
       from captures c left join schedule s using (capture_id) where capture_id = $1`,
      [captureId],
    );
    return row;
  }

  describe('resolve', () => {
    it('writes evidence, state, event and who did it together', async () => {
      const capture = await answered('resolved', { is: 'unknown' });
      const acted = await resolved(capture, FAILED);
      assert.equal(acted !== null && 'done' in acted && acted.after.status.state, 'failed');
      const story = await storyOf(database.pool, capture.captureId);
      assert.deepEqual(
        story?.events.map(({ type }) => type),
        ['capture.pending', 'capture.failed'],
      );
      assert.equal(story.scheduled?.action, 'inquire', 'its request may have got through after all');
      const [action] = story.actions;
      const { actionId, at, ...told } = action ?? {};
      assert.ok(at instanceof Date && typeof actionId === 'string');
      assert.deepEqual(told, {
        who: 'alice',
        action: 'captures resolve',
        captureId: capture.captureId,
        account: null,
        reason: 'seen',
        reference: 'ST-17',
        changedFrom: 'pending/unknown',
        changedTo: 'failed/other',
      });
    });

    it('turns a published outcome, clears a review, and names what it supersedes', async () => {
      const capture = await answered('turned', CAPTURED);
      await database.pool.query("update captures set review = 'contradicted_again' where capture_id = $1", [
        capture.captureId,
      ]);
      await resolved(capture, FAILED);
      assert.deepEqual(await standing(capture), {
        state: 'failed',
        sequence: 2,
        review: null,
        scheduled: null,
        due: null,
      });
      const [event] = await rowsOf(
        database.pool,
        'select payload from outbox where capture_id = $1 and sequence = 2',
        [capture.captureId],
      );
      assert.match(
        String(event?.['payload']),
        new RegExp(`"supersedes":"${eventIdOf(capture.captureId, 1)}"`),
      );
      const parked = await answered('parked', CAPTURED_WRONGLY);
      assert.equal((await standing(parked))['review'], 'integrity_mismatch');
      await resolved(parked, SUCCEEDED);
      assert.deepEqual(
        [(await standing(parked))['state'], (await standing(parked))['review']],
        ['succeeded', null],
      );
    });

    it('is refused while a lease is live by the database’s clock, and writes nothing then', async () => {
      const capture = await claimed('leased', { leaseMs: 60_000 });
      assert.match(why(await resolved(capture, FAILED)), /attempt 1 is under way/);
      assert.equal((await standing(capture))['state'], 'sending');
      assert.equal((await storyOf(database.pool, capture.captureId))?.actions.length, 0);
      await leaseEnded(capture, '1 ms');
      assert.match(why(await resolved(capture, FAILED)), /may still be executed/);
      assert.equal((await standing(capture))['state'], 'sending');
      assert.equal(why(await resolved(capture, SUCCEEDED)), 'done');
      const quiet = await claimed('quiet', { leaseMs: 60_000 });
      await leaseEnded(quiet, '1 hour');
      assert.equal(why(await resolved(quiet, FAILED)), 'done');
    });

    it('has the provider asked once more: what it had captured after all is for a person', async () => {
      const capture = await answered('asked-once-more', { is: 'unknown' });
      const { captureId } = capture;
      await resolved(capture, FAILED);
      const { scheduled, due } = await standing(capture);
      assert.deepEqual([scheduled, due], ['inquire', false]);
      const failed = (await unresolved(database.pool)).find(({ state }) => state === 'failed');
      assert.equal(failed, undefined, 'nobody waits for an outcome');
      const captured = pieceOf(captureId, CAPTURED, { kind: 'inquiry', attempt: null });
      const at = new Date(Date.now() + 3_600_000);
      await store.record([{ captureId, pieces: [{ ...captured, at }] }]);
      const found = await standing(capture);
      assert.deepEqual(
        [found['state'], found['review'], found['scheduled']],
        ['failed', 'contradicts_operator', null],
      );
    });

    it('keeps what was known, so that what comes later is news whatever time it bears', async () => {
      const capture = await answered('news', { is: 'unknown' });
      const { captureId } = capture;
      const known = (await seenOf(capture)).evidence.map(({ evidenceId }) => evidenceId);
      await resolved(capture, FAILED);
      const said = (await seenOf(capture)).evidence.find(({ kind }) => kind === 'operator');
      assert.deepEqual(said?.knew, known);
      // As an inquiry that was under way while the operator decided.
      const late = pieceOf(captureId, CAPTURED, { kind: 'inquiry', attempt: null, label: 'under way' });
      await store.record([{ captureId, pieces: [{ ...late, at: new Date(0) }] }]);
      assert.equal((await standing(capture))['review'], 'contradicts_operator');
      assert.equal(why(await resolved(capture, FAILED)), 'done');
      assert.equal((await standing(capture))['review'], null, 'they know of it now');
      await assert.rejects(
        database.pool.query("update evidence set knew = null where capture_id = $1 and kind = 'operator'", [
          captureId,
        ]),
      );
    });

    for (const first of ['resolve', 'start'] as const)
      it(`races with a start: whoever locks the capture first wins, here ${first}`, async () => {
        const capture = await claimed(`raced-by-${first}`);
        const seen = await seenOf(capture);
        const holder = await database.pool.connect();
        const run = {
          resolve: () => {
            const action = actionOn(capture);
            const { actionId } = action;
            return operators.act(action, (now) =>
              resolve(now, { actionId, seen, resolution: FAILED, reference: 'ST-17' }, POLICY),
            );
          },
          start: () => testStore(database.anotherPool(1)).start([startOf(capture)]),
        };
        try {
          await holder.query('begin');
          await holder.query('select from captures where capture_id = $1 for update', [capture.captureId]);
          const resolving = first === 'resolve' ? run.resolve() : null;
          if (resolving !== null) await until(async () => (await waiting(database.pool)) === 1);
          const starting = run.start();
          await until(async () => (await waiting(database.pool)) === (resolving === null ? 1 : 2));
          const second = resolving ?? run.resolve();
          await until(async () => (await waiting(database.pool)) === 2);
          await holder.query('commit');
          const [acted, begun] = await Promise.all([second, starting]);
          const { state } = await standing(capture);
          if (first === 'resolve') {
            assert.deepEqual([why(acted), begun, state], ['done', [null], 'failed']);
          } else {
            assert.match(why(acted), /attempt 1 is under way/);
            assert.deepEqual([begun[0]?.status.state, state], ['sending', 'sending']);
          }
        } finally {
          holder.release();
        }
      });

    it('and starts of many sessions never both win', async () => {
      const wanted = captures('stormed', 40);
      await store.claim(wanted.map((capture) => claimOf(capture, { start: null })));
      const [one, two] = [testStore(database.anotherPool(2)), testStore(database.anotherPool(2))];
      const [results] = await Promise.all([
        Promise.all(wanted.map((capture) => resolved(capture, FAILED, operatorStore(database.pool)))),
        ...[one, two].flatMap((each) => wanted.map((capture) => each.start([startOf(capture)]))),
      ]);
      for (const [index, capture] of wanted.entries()) {
        const story = await storyOf(database.pool, capture.captureId);
        const won = why(results[index] ?? null) === 'done';
        assert.equal(story?.attempts.length, won ? 0 : 1);
        assert.equal(story.capture.status.state, won ? 'failed' : 'sending');
        assert.equal(story.actions.length, won ? 1 : 0);
      }
      assert.deepEqual(
        await store.start(wanted.map(startOf)),
        wanted.map(() => null),
      );
    });

    it('leaves nothing that the schedule could send', async () => {
      for (const [capture, scheduled] of [
        [await claimed('never-1'), null],
        [await answered('never-2', { is: 'unknown' }), 'inquire'],
      ] as const) {
        await resolved(capture, FAILED);
        assert.equal((await standing(capture))['scheduled'], scheduled);
        assert.deepEqual(await store.start([startOf(capture)]), [null]);
      }
    });
  });

  describe('cancel', () => {
    it('gives a planned capture up; its claim stays, so the order again is a duplicate', async () => {
      const capture = await claimed('cancelled');
      assert.equal(why(await cancelled(capture)), 'done');
      assert.equal((await standing(capture))['state'], 'cancelled');
      assert.deepEqual(await store.start([startOf(capture)]), [null]);
      const [again] = await store.claim([claimOf(capture, { start: { leaseMs: 1_000 } })]);
      assert.ok(again?.claimed === false);
      assert.equal(contradiction(capture, again.capture, 'paymentId'), null);
      const [event] = await rowsOf(database.pool, 'select payload from outbox where capture_id = $1', [
        capture.captureId,
      ]);
      assert.match(String(event?.['payload']), /"category":"cancelled_by_operator"/);
    });

    it('is refused once anything may have been sent', async () => {
      assert.match(why(await cancelled(await claimed('too-late', { leaseMs: 60_000 }))), /under way/);
      assert.match(why(await cancelled(await answered('doubtful', { is: 'unknown' }))), /may have reached/);
    });

    it('stays cancelled, and in order, when the provider tells of a capture after all', async () => {
      const capture = await claimed('contradicted');
      await cancelled(capture);
      const { captureId } = capture;
      const told = pieceOf(captureId, CAPTURED, { kind: 'notification', attempt: null });
      await store.record([{ captureId, pieces: [told] }]);
      const { state, review, scheduled } = await standing(capture);
      assert.deepEqual([state, review, scheduled], ['cancelled', 'contradicts_operator', null]);
    });
  });

  describe('hear', () => {
    const heard = (capture: Capture, finding: Finding, label: string) => {
      const piece = pieceOf(capture.captureId, finding, { kind: 'inquiry', attempt: null, label });
      return operators.hear(actionOn(capture, 'captures retry'), [piece]);
    };
    const actions = async ({ captureId }: Capture): Promise<(string | null)[][]> =>
      (await storyOf(database.pool, captureId))?.actions.map(({ action, changedFrom, changedTo }) => [
        action,
        changedFrom,
        changedTo,
      ]) ?? [];

    it('records what a provider said as the action’s doing, if that changed anything', async () => {
      const capture = await answered('heard', DECLINED);
      const nothing = await heard(capture, { is: 'authorised' }, 'first');
      assert.equal(nothing?.after.status.state, 'failed');
      assert.deepEqual(await actions(capture), []);
      const change = await heard(capture, CAPTURED, 'second');
      assert.deepEqual([change?.before.status.state, change?.after.status.state], ['failed', 'succeeded']);
      assert.deepEqual(await actions(capture), [['captures retry', 'failed/funds', 'succeeded']]);
      assert.equal((await seenOf(capture)).evidence.length, 3);
      const reviewed = await answered('heard-otherwise', DECLINED);
      await heard(reviewed, { is: 'foreign' }, 'first');
      assert.deepEqual(await actions(reviewed), [
        ['captures retry', 'failed/funds', 'failed/funds, review integrity_mismatch'],
      ]);
      assert.equal(await heard(captureOfPayment('nobody-heard'), CAPTURED, 'first'), null);
    });
  });

  describe('ask', () => {
    const ask = (capture: Capture): Promise<Acted | null> =>
      askNow(database.pool, actionOn(capture, 'captures inquire'), refusalToInquire);

    it('makes an inquiry due now, of a pending capture, one in review, and one with an outcome', async () => {
      for (const [name, finding] of [
        ['ask-pending', { is: 'unknown' }],
        ['ask-parked', CAPTURED_WRONGLY],
        ['ask-failed', DECLINED],
        ['ask-succeeded', CAPTURED],
      ] as const) {
        const capture = await answered(name, finding);
        assert.equal(why(await ask(capture)), 'done');
        const { scheduled, due } = await standing(capture);
        assert.deepEqual([scheduled, due], ['inquire', true], name);
        assert.equal(why(await ask(capture)), 'done', 'again');
      }
    });

    it('is over with what the provider says: the fold takes it from the schedule, or parks it again', async () => {
      const said = async (capture: Capture): Promise<Record<string, unknown>> => {
        await ask(capture);
        const { captureId } = capture;
        const piece = pieceOf(captureId, { is: 'unknown' }, { kind: 'inquiry', attempt: null });
        await store.record([{ captureId, pieces: [piece] }]);
        return standing(capture);
      };
      const done = await said(await answered('said-succeeded', CAPTURED));
      assert.deepEqual([done['state'], done['scheduled']], ['succeeded', null]);
      const parked = await said(await answered('said-parked', CAPTURED_WRONGLY));
      assert.deepEqual([parked['scheduled'], parked['due']], ['inquire', false]);
    });

    it('is refused where there is nothing to ask, and leaves no row and no record', async () => {
      const planned = await claimed('ask-planned');
      assert.match(why(await ask(planned)), /nothing of it was sent/);
      assert.equal((await standing(planned))['scheduled'], 'send');
      assert.match(why(await ask(await claimed('ask-sending', { leaseMs: 60_000 }))), /under way/);
      assert.equal((await storyOf(database.pool, planned.captureId))?.actions.length, 0);
    });
  });

  describe('retry', () => {
    /** What the store does with a decision to retry; what leads to one is tested with the decision. */
    function retry(capture: Capture, amount?: bigint): Promise<Acted | null> {
      const action = actionOn(capture, 'captures retry');
      return operators.act(action, (now): Act | Refusal => {
        const money = { ...now.capture.money, amount: amount ?? now.capture.money.amount };
        const next = nextGeneration(now.capture);
        const body = Buffer.from(`${next.requestId} ${money.amount.toString()}`);
        return {
          piece: { ...word(now, action.actionId, { is: 'retried' }), attempt: now.capture.attempts },
          capture: amount === undefined ? next : { ...next, money, body },
          becomes: 'planned',
          otherwise: { refused: 'money moved' },
        };
      });
    }

    it('is sent under the next request id, for the same amount', async () => {
      const capture = await answered('retried', DECLINED);
      assert.equal(why(await retry(capture)), 'done');
      const { state, scheduled } = await standing(capture);
      assert.deepEqual([state, scheduled], ['planned', 'send']);
      const [begun] = await store.start([startOf(capture)]);
      const second = requestIdOf(capture.captureId, 2);
      assert.deepEqual([begun?.generation, begun?.requestId, begun?.attempts], [2, second, 2]);
      assert.equal(Buffer.from(begun?.body ?? []).toString(), `${second} 150000`);
    });

    it('can ask for another amount, as often as it fails; the order as it was stays a duplicate', async () => {
      const capture = await answered('amended', DECLINED);
      for (const [attempt, amount] of [
        [2, 100_000n],
        [3, 90_000n],
      ] as const) {
        await retry(capture, amount);
        const [begun] = await store.start([startOf(capture)]);
        assert.deepEqual([begun?.money.amount, begun?.orderedAmount], [amount, 150_000n]);
        const id = requestIdOf(capture.captureId, attempt);
        assert.equal(Buffer.from(begun?.body ?? []).toString(), `${id} ${amount.toString()}`);
        const [again] = await store.claim([claimOf(capture)]);
        assert.ok(again?.claimed === false);
        assert.equal(contradiction(capture, again.capture, 'paymentId'), null, 'a plain duplicate');
        const other = { ...capture, money: { ...capture.money, amount }, orderedAmount: amount };
        assert.equal(contradiction(other, again.capture, 'paymentId')?.field, 'captureAmount');
        await record(capture, DECLINED, 'answer', attempt);
      }
      const story = await storyOf(database.pool, capture.captureId);
      assert.deepEqual(
        story?.actions.map(({ changedFrom, changedTo }) => [changedFrom, changedTo]),
        [
          ['failed/funds, 150000 minor units', 'planned, 100000 minor units'],
          ['failed/funds, 100000 minor units', 'planned, 90000 minor units'],
        ],
      );
      const [row] = await rowsOf(
        database.pool,
        'select amount, ordered_amount from captures where capture_id = $1',
        [capture.captureId],
      );
      assert.deepEqual(row, { amount: 90_000n, ordered_amount: 150_000n });
    });

    it('writes nothing at all if it would not become what it must', async () => {
      const capture = await answered('moved', CAPTURED);
      await resolved(capture, FAILED);
      const before = await storyOf(database.pool, capture.captureId);
      assert.equal(why(await retry(capture, 1n)), 'money moved');
      assert.deepEqual(await storyOf(database.pool, capture.captureId), before);
    });
  });

  it('is never changed afterwards, names one thing, and is null for what doesn’t exist', async () => {
    const { captureId } = captureOfPayment('nobody');
    assert.equal(await operators.standing(captureId), null);
    assert.equal(await operators.act(actionOn({ captureId }), () => ({ refused: 'never asked' })), null);
    assert.equal(await askNow(database.pool, actionOn({ captureId }), () => null), null);
    for (const sql of [
      "update operator_actions set who = 'bob'",
      'delete from operator_actions',
      'truncate operator_actions',
    ])
      await assert.rejects(database.pool.query(sql), /operator_actions is refused/);
    await assert.rejects(
      database.pool.query(
        "insert into operator_actions (action_id, who, action) values (gen_random_uuid(), 'a', 'b')",
      ),
      /operator_actions_name_one_thing/,
    );
  });

  it('leaves every capture on the schedule as its state calls for, and its events without gaps', async () => {
    assert.equal(await numberOf(database.pool, GAPS), 0);
    // Those that an operator asks about and that nobody has answered yet.
    await database.pool.query(
      "delete from schedule s using captures c where c.capture_id = s.capture_id and c.state in ('failed', 'succeeded')",
    );
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });
});
