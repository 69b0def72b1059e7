import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Command } from 'commander';
import { addCapturesInquire } from '../../../src/cli/captures-inquire.js';
import type { Capture } from '../../../src/capture/capture.js';
import type { Finding } from '../../../src/capture/evidence.js';
import type { CaptureStore } from '../../../src/ports/store.js';
import { storyOf } from '../../../src/store/stories.js';
import { CAPTURED } from '../../support/captures.js';
import type { Told } from '../../support/cli.js';
import { runCli } from '../../support/cli.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { startScriptedScheduler } from '../../support/scripted-scheduler.js';
import { captureOfPayment, CAPTURED_WRONGLY, claimOf, pieceOf, testStore } from '../../support/store.js';

describe('captures inquire', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  after(() => database.drop());

  async function answered(
    name: string,
    finding: Finding | null,
    change: Partial<Capture> = {},
  ): Promise<Capture> {
    const capture = captureOfPayment(name, change);
    await store.claim([claimOf(capture, finding === null ? { start: null } : {})]);
    if (finding !== null)
      await store.record([{ captureId: capture.captureId, pieces: [pieceOf(capture.captureId, finding)] }]);
    return capture;
  }

  function inquire({ captureId }: Capture, ...args: readonly string[]): Promise<Told> {
    const env = { DATABASE_URL: database.url, USER: 'alice' };
    return runCli(['captures', 'inquire', captureId, ...args], env);
  }

  it('tells what a worker was told, also about a capture in review and one with its outcome', async () => {
    for (const [name, before, after] of [
      ['pending', { is: 'unknown' }, 'succeeded'],
      ['in-review', CAPTURED_WRONGLY, 'pending/integrity_mismatch, review integrity_mismatch'],
      ['failed', { is: 'declined', category: 'funds' }, 'succeeded'],
      ['succeeded', CAPTURED, 'succeeded'],
    ] as const) {
      const capture = await answered(name, before);
      const scheduler = startScriptedScheduler(store, () =>
        name === 'in-review' ? { is: 'unknown' } : CAPTURED,
      );
      const { code, out, err } = await inquire(capture).finally(() => scheduler.stop());
      assert.equal(code, 0, err);
      assert.match(err, /^waiting for a worker to ask\n/);
      const said = name === 'in-review' ? 'inquiry: unknown' : 'inquiry: captured as provider-capture-1';
      assert.ok(out.startsWith(said), out);
      assert.ok(out.endsWith(`capture ${capture.captureId}: ${after}\n`), out);
      assert.equal(scheduler.asked.length, 1);
    }
  });

  it('prints one JSON document', async () => {
    const capture = await answered('as-json', { is: 'unknown' });
    const scheduler = startScriptedScheduler(store, () => CAPTURED);
    const { out } = await inquire(capture, '--json').finally(() => scheduler.stop());
    const document = JSON.parse(out) as {
      said: { finding: { is: string } }[];
      capture: { status: { state: string }; body?: unknown };
    };
    assert.deepEqual(
      document.said.map(({ finding }) => finding.is),
      ['captured'],
    );
    assert.deepEqual([document.capture.status.state, document.capture.body], ['succeeded', undefined]);
  });

  it('goes on at once with --no-wait, and writes down who asked and why', async () => {
    const capture = await answered('no-wait', CAPTURED);
    const { code, out } = await inquire(capture, '--no-wait', '--reason', 'OPS-12', '--by', 'bob');
    assert.deepEqual([code, out], [0, 'the inquiry is due now\n']);
    const story = await storyOf(database.pool, capture.captureId);
    assert.equal(story?.scheduled?.action, 'inquire');
    assert.deepEqual(
      story.actions.map(({ who, reason, changedTo }) => [who, reason, changedTo]),
      [['bob', 'OPS-12', 'succeeded, inquiry due']],
    );
  });

  it('ends with a code of its own when no answer comes in time; the inquiry stays due', async () => {
    const capture = await answered('unheard', { is: 'unknown' });
    const io = {
      env: { DATABASE_URL: database.url, USER: 'alice' },
      cwd: '/',
      out: () => undefined,
      err: () => undefined,
    };
    const program = new Command('captures').exitOverride();
    addCapturesInquire(program, io, { patienceMs: 300 });
    await assert.rejects(program.parseAsync(['inquire', capture.captureId], { from: 'user' }), {
      code: 'NOT_IN_TIME',
      exitCode: 10,
      message: /is pending\/unknown, and no answer came .* see whether a worker runs/,
    });
    const story = await storyOf(database.pool, capture.captureId);
    assert.ok((story?.scheduled?.dueAt?.getTime() ?? Infinity) <= Date.now());
  });

  it('is refused with 11 where there is nobody to ask and nothing to ask about', async () => {
    for (const [capture, why] of [
      [await answered('planned', null), /nothing of it was sent/],
      [
        await answered('payermax', { is: 'unknown' }, { provider: 'payermax', merchantId: 'other' }),
        /PayerMax tells nothing of captures/,
      ],
    ] as const) {
      const { code, out, err } = await inquire(capture);
      assert.deepEqual([code, out], [11, '']);
      assert.match(err, why);
    }
  });
});
