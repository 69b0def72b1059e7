import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import type { Finding } from '../../../src/capture/evidence.js';
import { storyOf } from '../../../src/store/stories.js';
import { CAPTURED } from '../../support/captures.js';
import type { OperatorRig } from '../../support/operator-rig.js';
import { openOperatorRig } from '../../support/operator-rig.js';
import { pieceOf } from '../../support/store.js';

const UNKNOWN: Finding = { is: 'unknown' };
const WHY = ['--reason', 'on the statement'];
const PROOF = [...WHY, '--reference', 'ST-17'];

describe('captures resolve and cancel', () => {
  let rig: OperatorRig;
  before(async () => {
    rig = await openOperatorRig();
  });
  after(() => rig.close());

  async function stateOf({ captureId }: Capture): Promise<string | undefined> {
    return (await storyOf(rig.database.pool, captureId))?.capture.status.state;
  }

  it('resolve settles a capture, and `show` tells who did it, why, and where the proof is', async () => {
    const capture = await rig.answered('wallet', 'resolved', UNKNOWN);
    const { captureId } = capture;
    const { code, out, err } = await rig.captures('resolve', captureId, '--succeeded', ...PROOF, '--yes');
    assert.deepEqual(
      [code, out],
      [0, `capture ${captureId}: pending/unknown -> succeeded; subscribers are told by event 2\n`],
    );
    for (const part of [
      'order-of-resolved',
      'resolved at wallet',
      '150.000 IQD of 150.000 IQD authorised',
      'answer to attempt 1: unknown',
      'Publishes that',
      '150.000 IQD were captured',
    ])
      assert.ok(err.includes(part), `${part} is missing in\n${err}`);
    const shown = await rig.captures('show', captureId);
    assert.match(
      shown.out,
      /operator +captures resolve by alice: pending\/unknown -> succeeded, reason "on the statement", reference "ST-17"/,
    );
    assert.match(shown.out, /evidence +operator: captured, "ST-17", as of/);
    const { captures } = JSON.parse((await rig.captures('show', captureId, '--json')).out) as {
      captures: { actions: { who: string; changedTo: string }[] }[];
    };
    assert.deepEqual(
      captures[0]?.actions.map(({ who, changedTo }) => [who, changedTo]),
      [['alice', 'succeeded']],
    );
  });

  it('resolve turns a published outcome, with JSON for a script', async () => {
    const { captureId } = await rig.answered('yabandpay', 'turned', CAPTURED);
    const told = await rig.captures(
      ...['resolve', captureId, '--failed', '--category', 'expired', ...PROOF],
      ...['--by', 'bob', '--yes', '--json'],
    );
    assert.equal(told.code, 0, told.err);
    const { who, changedFrom, changedTo, capture } = JSON.parse(told.out) as Record<string, unknown>;
    assert.deepEqual([who, changedFrom, changedTo], ['bob', 'succeeded', 'failed/expired']);
    assert.deepEqual((capture as { status: unknown }).status, { state: 'failed', category: 'expired' });
    assert.equal((capture as { body?: unknown }).body, undefined);
    assert.match(told.err, /Ledgers reverse 24\.99 EUR/);
  });

  it('resolve shows what the provider named, and takes another amount for ours only if told to', async () => {
    const less: Finding = {
      is: 'captured',
      money: { amount: 100_000n, currency: 'IQD' },
      requestId: null,
      providerCaptureId: null,
      capturedAt: null,
    };
    const capture = await rig.answered('wallet', 'other-amount', less);
    const { captureId } = capture;
    const newest = pieceOf(captureId, UNKNOWN, { kind: 'inquiry', attempt: null, label: 'newest' });
    await rig.store.record([{ captureId, pieces: [{ ...newest, at: new Date(Date.now() + 60_000) }] }]);
    const refused = await rig.captures('resolve', captureId, '--succeeded', ...PROOF, '--yes');
    assert.equal(refused.code, 11);
    assert.match(refused.err, /named another amount than 150\.000 IQD.*--our-amount-moved/);
    const told = await rig.captures(
      ...['resolve', captureId, '--succeeded', '--our-amount-moved', ...PROOF, '--yes'],
    );
    assert.equal(told.code, 0, told.err);
    assert.match(told.err, /evidence +NOT WHAT WAS ASKED FOR, answer to attempt 1: captured 100\.000 IQD/);
    assert.match(told.err, /RISK: the provider has named another amount/);
    assert.match(told.err, /inquiry: unknown/);
    assert.equal(await stateOf(capture), 'succeeded');
  });

  it('resolve --failed waits until nothing can be executed any more', async () => {
    const capture = await rig.answered('wallet', 'too-soon', UNKNOWN);
    await rig.database.pool.query('update captures set lease_until = now() where capture_id = $1', [
      capture.captureId,
    ]);
    const { code, err } = await rig.captures('resolve', capture.captureId, '--failed', ...PROOF, '--yes');
    assert.equal(code, 11);
    assert.match(err, /may still be executed.* after \d{4}-\d\d-\d\dT.*Z\. Nothing was changed/);
  });

  it('resolve --acknowledge ends the review of a cancelled capture, on record', async () => {
    const capture = await rig.planned('wallet', 'acknowledged');
    const { captureId } = capture;
    await rig.captures('cancel', captureId, ...WHY, '--yes');
    const early = await rig.captures('resolve', captureId, '--acknowledge', ...PROOF, '--yes');
    assert.match(early.err, /nothing contradicts that/);
    const piece = pieceOf(captureId, CAPTURED, { kind: 'notification', attempt: null });
    await rig.store.record([{ captureId, pieces: [piece] }]);
    const told = await rig.captures('resolve', captureId, '--acknowledge', ...PROOF, '--yes');
    assert.deepEqual(
      [told.code, told.out],
      [0, `capture ${captureId}: cancelled, review contradicts_operator -> cancelled\n`],
    );
    const story = await storyOf(rig.database.pool, captureId);
    assert.deepEqual(
      story?.actions.map(({ changedTo, reference }) => [changedTo, reference]),
      [
        ['cancelled', null],
        ['cancelled', 'ST-17'],
      ],
    );
  });

  it('ask before they act, at a terminal, and take nothing but yes for one', async () => {
    const capture = await rig.answered('wallet', 'asked', UNKNOWN);
    for (const answer of ['', 'no', 'yesterday']) {
      const told = await rig.capturesAsked(
        () => Promise.resolve(answer),
        ...['resolve', capture.captureId, '--failed', ...PROOF],
      );
      assert.deepEqual([told.code, told.out], [11, '']);
      assert.match(told.err, /The answer was not yes: nothing was changed/);
    }
    assert.equal(await stateOf(capture), 'pending');
    const questions: string[] = [];
    const told = await rig.capturesAsked(
      (question) => {
        questions.push(question);
        return Promise.resolve(' Yes ');
      },
      ...['resolve', capture.captureId, '--failed', ...PROOF],
    );
    assert.equal(told.code, 0, told.err);
    assert.deepEqual(questions, ['Do it? (yes or no) ']);
    assert.equal(await stateOf(capture), 'failed');
  });

  it('do nothing to a capture that changed while the operator decided', async () => {
    const capture = await rig.answered('wallet', 'changed', UNKNOWN);
    const { captureId } = capture;
    const told = await rig.capturesAsked(
      async () => {
        const word = { evidenceId: captureId, kind: 'inquiry', attempt: null, at: new Date() } as const;
        const rest = { finding: CAPTURED, providerCode: null, providerMessage: null, raw: null };
        await rig.store.record([{ captureId, pieces: [{ ...word, ...rest }] }]);
        return 'yes';
      },
      ...['resolve', captureId, '--failed', ...PROOF],
    );
    assert.equal(told.code, 11);
    assert.match(told.err, /has changed while you decided, and is now succeeded/);
    assert.equal(await stateOf(capture), 'succeeded');
  });

  it('cancel gives a planned capture up, which is told and can’t be undone', async () => {
    const capture = await rig.planned('wallet', 'cancelled');
    const { captureId } = capture;
    const told = await rig.captures('cancel', captureId, ...WHY, '--yes');
    assert.deepEqual(
      [told.code, told.out],
      [0, `capture ${captureId}: planned -> cancelled; subscribers are told by event 1\n`],
    );
    assert.match(told.err, /evidence +none/);
    const again = await rig.captures('cancel', captureId, ...WHY, '--yes');
    assert.equal(again.code, 11);
    assert.match(again.err, /it is cancelled already\. Nothing was changed/);
    const resolve = await rig.captures('resolve', captureId, '--failed', ...PROOF, '--yes');
    assert.match(resolve.err, /it was cancelled, and that is its outcome/);
    const late = await rig.answered('wallet', 'too-late', UNKNOWN);
    assert.match((await rig.captures('cancel', late.captureId, ...WHY, '--yes')).err, /may have reached/);
  });

  it('end with 6 for a capture that is not there', async () => {
    const id = '00000000-0000-8000-8000-000000000000';
    for (const args of [
      ['resolve', id, '--failed', ...PROOF, '--yes'],
      ['cancel', id, ...WHY, '--yes'],
      ['retry', id, ...WHY, '--yes'],
      ['inquire', id],
    ]) {
      const { code, err } = await rig.captures(...args);
      assert.equal(code, 6);
      assert.match(err, /No capture has the id 0{8}/);
    }
  });
});
