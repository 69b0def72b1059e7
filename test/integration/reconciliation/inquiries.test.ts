import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import type { Finding } from '../../../src/capture/evidence.js';
import { eventIdOf } from '../../../src/capture/ids.js';
import { CAPTURED, POLICY } from '../../support/captures.js';
import { eventually } from '../../support/eventually.js';
import { aNotification, TOLD_CAPTURED } from '../../support/notifications.js';
import type { Bench } from '../../support/reconciliation.js';
import { openBench } from '../../support/reconciliation.js';
import type { ScriptedScheduler } from '../../support/scripted-scheduler.js';
import { startScriptedScheduler } from '../../support/scripted-scheduler.js';
import { captureOfPayment, claimOf, numberOf, pieceOf, rowsOf } from '../../support/store.js';

/** The authorisations of these captures have expired long ago: an inquiry is due in an hour, unless something brings it forward. */
const RARELY = { ...POLICY, overdueInquiryMs: 7_200_000 };
/** At once, as good as. */
const OFTEN = { ...POLICY, overdueInquiryMs: 2 };

describe('a notification that contradicts a published outcome', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench(OFTEN);
  });
  after(() => bench.close());

  it('is held until an inquiry confirms it; then the outcome is corrected', async (t) => {
    const capture = await answered(bench, 'confirmed', { is: 'declined', category: 'funds' });
    await bench.keep([aNotification(TOLD_CAPTURED, capture)]);
    await bench.consumed('capture.notification');
    const held = await standing(bench, capture);
    assert.deepEqual(held, { state: 'failed', sequence: 1, contradicted: true, scheduled: 'inquire' });

    const { asked } = ask(t, bench, () => CAPTURED);
    await eventually('it is corrected', async () => (await standing(bench, capture)).state === 'succeeded');
    assert.equal(asked.length, 1);
    assert.deepEqual(await standing(bench, capture), {
      state: 'succeeded',
      sequence: 2,
      contradicted: false,
      scheduled: null,
    });
    const [event] = await rowsOf(
      bench.pool,
      'select payload from outbox where capture_id = $1 and sequence = 2',
      [capture.captureId],
    );
    const { supersedes } = JSON.parse(String(event?.['payload'])) as { supersedes: string };
    assert.equal(supersedes, eventIdOf(capture.captureId, 1));
  });

  it('is dropped if the inquiry confirms the outcome', async (t) => {
    const capture = await answered(bench, 'denied', CAPTURED);
    await bench.keep([aNotification({ is: 'declined', category: 'risk' }, capture)]);
    await bench.consumed('capture.notification');
    assert.equal((await standing(bench, capture)).contradicted, true);
    ask(t, bench, () => CAPTURED);
    await eventually('it is settled', async () => !(await standing(bench, capture)).contradicted);
    assert.deepEqual(await standing(bench, capture), {
      state: 'succeeded',
      sequence: 1,
      contradicted: false,
      scheduled: null,
    });
  });
});

describe('a hint', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench(RARELY);
  });
  after(() => bench.close());

  it('wakes the inquiry of a pending capture, which settles it', async (t) => {
    const capture = await answered(bench, 'hinted', { is: 'unknown' });
    const { asked } = ask(t, bench, () => CAPTURED);
    await bench.keep([aNotification({ is: 'hint' }, capture)]);
    await eventually('it has succeeded', async () => (await standing(bench, capture)).state === 'succeeded');
    assert.deepEqual(
      asked.map(({ paymentId }) => paymentId),
      ['hinted'],
    );
    assert.equal(
      await numberOf(
        bench.pool,
        "select count(*) from evidence where kind = 'notification' and capture_id = $1",
        [capture.captureId],
      ),
      0,
    );
  });

  it('is what a notification is that leaves the matter open, beside being evidence', async (t) => {
    const capture = await answered(bench, 'still-open', { is: 'unknown' });
    ask(t, bench, () => CAPTURED);
    await bench.keep([aNotification({ is: 'in_process' }, capture)]);
    await eventually('it has succeeded', async () => (await standing(bench, capture)).state === 'succeeded');
    const found = await rowsOf(
      bench.pool,
      'select kind, finding from evidence where capture_id = $1 order by kind',
      [capture.captureId],
    );
    assert.deepEqual(
      found.map(({ kind, finding }) => `${String(kind)}: ${String(finding)}`),
      ['capture_response: unknown', 'inquiry: captured', 'notification: in_process'],
    );
  });
});

interface Standing {
  readonly state: unknown;
  readonly sequence: unknown;
  readonly contradicted: unknown;
  readonly scheduled: unknown;
}

async function standing({ pool }: Bench, { captureId }: Capture): Promise<Standing> {
  const [row = {}] = await rowsOf(
    pool,
    `select c.state, c.sequence, c.contradicted_at is not null as contradicted, s.action as scheduled
     from captures c left join schedule s using (capture_id) where capture_id = $1`,
    [captureId],
  );
  const { state, sequence, contradicted, scheduled } = row;
  return { state, sequence, contradicted, scheduled };
}

/** A capture whose request was answered so. */
async function answered({ store }: Bench, name: string, finding: Finding): Promise<Capture> {
  const capture = captureOfPayment(name);
  await store.claim([claimOf(capture)]);
  await store.record([{ captureId: capture.captureId, pieces: [pieceOf(capture.captureId, finding)] }]);
  return capture;
}

/** The scheduler, until the test ends. */
function ask(t: TestContext, { store }: Bench, tell: () => Finding): ScriptedScheduler {
  const scheduler = startScriptedScheduler(store, tell);
  t.after(() => scheduler.stop());
  return scheduler;
}
