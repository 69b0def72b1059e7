import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Capture } from '../../../src/capture/capture.js';
import type { Standing } from '../../../src/capture/operator.js';
import { cancel, refusalToInquire, refuse, word } from '../../../src/capture/operator.js';
import { retry } from '../../../src/capture/retry.js';
import type { Acted, CaptureAction } from '../../../src/ports/operator.js';
import { CAPTURED, POLICY } from '../captures.js';
import { captureOfPayment, pieceOf } from '../store.js';
import type { ConformanceCase } from './case.js';
import { after, claimed, failed, inquiryNow, onlyCapture, recorded, rowOf } from './steps.js';
import type { StoreUnderTest } from './store-under-test.js';

function actionOn(captureId: string, action: string): CaptureAction {
  return { captureId, actionId: randomUUID(), who: 'alice', action, reason: 'asked to', reference: null };
}

async function standingOf(store: StoreUnderTest, captureId: string): Promise<Standing> {
  const standing = await store.operator.standing(captureId);
  assert.ok(standing !== null);
  return standing;
}

async function cancelled(store: StoreUnderTest, { captureId }: Capture): Promise<Acted | null> {
  const seen = await standingOf(store, captureId);
  const action = actionOn(captureId, 'captures cancel');
  return store.operator.act(action, (standing) => cancel(standing, { actionId: action.actionId, seen }));
}

export const OPERATOR_CASES: readonly ConformanceCase[] = [
  {
    name: "an operator's word is recorded with all that follows, and with who said it",
    run: async (store) => {
      const capture = await claimed(store, 'given-up', { start: null });
      await store.pass(10);
      const acted = await cancelled(store, capture);
      assert.ok(acted !== null && 'done' in acted);
      assert.deepEqual(acted.before, capture);
      assert.equal(acted.after.status.state, 'cancelled');
      const snapshot = await store.snapshot();
      assert.deepEqual(onlyCapture(snapshot), acted.after);
      const [piece] = snapshot.captures[0]?.evidence ?? [];
      assert.deepEqual([piece?.kind, piece?.finding, piece?.knew], ['operator', { is: 'withdrawn' }, []]);
      assert.deepEqual([snapshot.schedule, snapshot.events.length, snapshot.queue.length], [[], 1, 1]);
      const [action] = snapshot.actions;
      assert.deepEqual(
        [action?.at, action?.who, action?.action, action?.changedFrom, action?.changedTo],
        [after(10), 'alice', 'captures cancel', 'planned', 'cancelled'],
      );
    },
  },
  {
    name: "what is refused, or wouldn't become what was meant, leaves nothing behind",
    run: async (store) => {
      const capture = await claimed(store, 'refused');
      const before = await store.snapshot();
      const refused = await cancelled(store, capture);
      assert.ok(refused !== null && 'refused' in refused);
      const action = actionOn(capture.captureId, 'captures cancel');
      const otherwise = refuse('it became something else');
      const acted = await store.operator.act(action, (standing) => ({
        piece: word(standing, action.actionId, { is: 'withdrawn' }),
        capture: standing.capture,
        becomes: 'cancelled',
        otherwise,
      }));
      assert.deepEqual(acted, otherwise);
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: 'an action is written down once: a second one under its id is refused whole',
    run: async (store) => {
      const capture = await claimed(store, 'acted-on', { start: null });
      const other = await claimed(store, 'acted-on-too', { start: null });
      const action = actionOn(capture.captureId, 'captures cancel');
      const act = async ({ captureId }: Capture): Promise<Acted | null> => {
        const seen = await standingOf(store, captureId);
        return store.operator.act({ ...action, captureId }, (standing) =>
          cancel(standing, { actionId: action.actionId, seen }),
        );
      };
      await act(capture);
      const before = await store.snapshot();
      await assert.rejects(act(other), { code: 'STORE_REFUSED_DATA' });
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: "what the provider tells an operator counts, and is the operator's doing where it changes anything",
    run: async (store) => {
      const { captureId } = await claimed(store, 'asked-by-hand');
      await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
      await store.pass(1_000);
      const action = actionOn(captureId, 'captures inquire');
      const first = await store.operator.hear(action, [
        await inquiryNow(store, captureId, { is: 'unknown' }, 'first'),
      ]);
      assert.deepEqual(first?.before.status, first?.after.status);
      assert.deepEqual((await store.snapshot()).actions, []);
      const settling = await inquiryNow(store, captureId, CAPTURED, 'second');
      const second = await store.operator.hear(action, [settling]);
      assert.equal(second?.after.status.state, 'succeeded');
      const { actions } = await store.snapshot();
      assert.deepEqual(
        actions.map(({ changedFrom, changedTo }) => [changedFrom, changedTo]),
        [['pending/unknown', 'succeeded']],
      );
      const before = await store.snapshot();
      await assert.rejects(store.operator.hear(actionOn(captureId, 'captures inquire'), [settling]), {
        code: 'STORE_REFUSED_DATA',
      });
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: "an operator's retry plans a failed capture anew, for another amount and under the next id",
    run: async (store) => {
      const body = Buffer.from(`${captureOfPayment('retried').requestId} 150000`);
      const { captureId } = await failed(store, 'retried', { body });
      await store.pass(60_000 + POLICY.quietPeriodMs + 1);
      const inquiry = await inquiryNow(store, captureId, { is: 'authorised' }, 'by hand');
      await store.operator.hear(actionOn(captureId, 'captures retry'), [inquiry]);
      const seen = await standingOf(store, captureId);
      const action = actionOn(captureId, 'captures retry');
      const amended = {
        money: { amount: 100n, currency: 'IQD' },
        body: Buffer.from(`${seen.capture.requestId} 100`),
      };
      const decided = { actionId: action.actionId, seen, inquiryId: inquiry.evidenceId, amended };
      const acted = await store.operator.act(action, (standing) => retry(standing, decided, POLICY));
      assert.ok(acted !== null && 'done' in acted);
      const snapshot = await store.snapshot();
      const capture = onlyCapture(snapshot);
      assert.deepEqual(capture, acted.after);
      assert.deepEqual(
        [
          capture.status.state,
          capture.money.amount,
          capture.orderedAmount,
          capture.generation,
          capture.attemptsBefore,
        ],
        ['planned', 100n, 150_000n, 2, 1],
      );
      assert.equal(String(capture.body), `${capture.requestId} 100`);
      assert.equal((await rowOf(store, captureId))?.action, 'send');
      assert.deepEqual(
        snapshot.actions.map(({ changedFrom, changedTo }) => [changedFrom, changedTo]),
        [['failed/funds, 150000 minor units', 'planned, 100 minor units']],
      );
    },
  },
  {
    name: 'an operator can have an inquiry made at once, also about an outcome',
    run: async (store) => {
      const { captureId } = await failed(store, 'asked-again');
      await store.pass(5);
      const ask = (): Promise<Acted | null> =>
        store.askNow(actionOn(captureId, 'captures inquire'), refusalToInquire);
      const acted = await ask();
      assert.ok(acted !== null && 'done' in acted);
      await store.pass(5);
      await ask();
      assert.deepEqual(await rowOf(store, captureId), {
        captureId,
        account: 'shop',
        action: 'inquire',
        dueAt: after(5),
      });
      const [action] = (await store.snapshot()).actions;
      assert.deepEqual(
        [action?.changedFrom, action?.changedTo],
        ['failed/funds', 'failed/funds, inquiry due'],
      );
    },
  },
  {
    name: 'an inquiry that may not be made, or one of nothing, changes nothing',
    run: async (store) => {
      const { captureId } = await claimed(store, 'nothing-sent', { start: null });
      const stranger = captureOfPayment('nobody').captureId;
      const before = await store.snapshot();
      const refused = await store.askNow(actionOn(captureId, 'captures inquire'), refusalToInquire);
      assert.ok(refused !== null && 'refused' in refused);
      const action = actionOn(stranger, 'captures inquire');
      assert.equal(await store.askNow(action, refusalToInquire), null);
      assert.equal(await store.operator.standing(stranger), null);
      assert.equal(await store.operator.hear(action, []), null);
      assert.equal(await store.operator.act(action, () => refuse('it is nothing')), null);
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: "a capture is shown with all that is known of it, at the store's time",
    run: async (store) => {
      const { captureId } = await claimed(store, 'shown');
      const piece = pieceOf(captureId, { is: 'unknown' });
      const capture = await recorded(store, captureId, piece);
      await store.pass(42);
      assert.deepEqual(await store.operator.standing(captureId), {
        capture,
        evidence: [piece],
        now: after(42),
      });
    },
  },
];
