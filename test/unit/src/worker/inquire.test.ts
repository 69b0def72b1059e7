import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture, ProviderName } from '../../../../src/capture/capture.js';
import type { Finding } from '../../../../src/capture/evidence.js';
import pino from 'pino';
import { takeOrder } from '../../../../src/worker/take-order.js';
import type { CapturePath } from '../../../support/capture-path.js';
import { anOrder, capturePath, runFor, SOURCE, eventsOf } from '../../../support/capture-path.js';
import { anAnswer, CAPTURED, POLICY } from '../../../support/captures.js';

const HOUR = 3_600_000;
const UNKNOWN: Finding = { is: 'unknown' };
const AUTHORISED: Finding = { is: 'authorised' };

/** A capture whose first answer left it open. */
async function pendingPath(
  provider: ProviderName = 'wallet',
  first: Finding = UNKNOWN,
): Promise<CapturePath> {
  const path = capturePath({}, provider);
  path.respond = () => (path.sent.length === 1 ? first : CAPTURED);
  await takeOrder(anOrder({ provider }), SOURCE, path.options);
  return path;
}

function only(path: CapturePath): Capture {
  const [row] = path.standIn.views.captures.values();
  assert.ok(row !== undefined);
  return row.capture;
}

function types(path: CapturePath): string[] {
  return eventsOf(path).map(({ type }) => type);
}

describe('a pending capture', () => {
  it('is asked about until the provider tells, and not sent again', async () => {
    const path = await pendingPath();
    path.tell = () => (path.asked.length < 4 ? UNKNOWN : CAPTURED);
    await runFor(path, HOUR);
    assert.equal(only(path).status.state, 'succeeded');
    assert.equal(path.asked.length, 4);
    assert.equal(path.sent.length, 1);
    assert.deepEqual(types(path), ['capture.pending', 'capture.succeeded']);
  });

  it('fails once a quiet inquiry shows that it can’t succeed any more, not before', async () => {
    const path = await pendingPath();
    const begun = path.time.ms;
    path.tell = () => ({ is: 'closed', category: 'expired' });
    const leaseEnds = only(path).leaseUntil?.getTime() ?? 0;
    await runFor(path, leaseEnds + POLICY.quietPeriodMs - begun);
    assert.equal(only(path).status.state, 'pending');
    assert.ok(path.asked.length > 1);
    await runFor(path, HOUR);
    assert.deepEqual(only(path).status, { state: 'failed', category: 'expired' });
  });

  it('is sent again under the same id, byte for byte, once quiet inquiries have shown it uncaptured', async () => {
    const path = await pendingPath();
    path.tell = () => AUTHORISED;
    const leaseEnds = only(path).leaseUntil?.getTime() ?? 0;
    await runFor(path, leaseEnds + POLICY.quietPeriodMs + POLICY.resendSpacingMs - path.time.ms);
    assert.equal(path.sent.length, 1, 'not before they are apart');
    await runFor(path, HOUR);
    assert.equal(only(path).status.state, 'succeeded');
    assert.equal(path.sent.length, 2);
    const [first, second] = path.sent;
    assert.equal(second?.requestId, first?.requestId);
    assert.deepEqual(second?.body, first?.body);
  });

  it('that the provider has accepted is never sent again, however long it shows as uncaptured', async () => {
    for (const first of [{ is: 'in_process' }, { is: 'busy' }] as const) {
      const path = await pendingPath('wallet', first);
      path.tell = () => AUTHORISED;
      await runFor(path, 12 * HOUR);
      assert.equal(path.sent.length, 1, first.is);
      assert.equal(only(path).status.state, 'pending');
    }
  });

  it('is asked about ever more rarely, and for ever', async () => {
    const path = await pendingPath();
    await runFor(path, HOUR);
    const early = path.asked.length;
    await runFor(path, 3 * 24 * HOUR);
    const late = path.asked.length - early;
    assert.ok(early > 5, String(early));
    assert.ok(late > 3 * 24 && late < 24 * early, String(late));
  });

  it('whose outcome is contradicted goes to a person in time, also where nobody can ask', async () => {
    const failed = await pendingPath('wallet', { is: 'declined', category: 'funds' });
    const path = { ...failed, options: { ...failed.options, accounts: new Map() } };
    const { captureId } = only(path);
    const contrary = { ...anAnswer(1, CAPTURED, 'notice'), kind: 'notification', attempt: null } as const;
    await path.options.store.record({ captureId, pieces: [contrary] });
    assert.notEqual(only(path).contradictedAt, null);
    await runFor(path, POLICY.contradictionWaitMs - 60_000);
    assert.equal(only(path).review, null);
    await runFor(path, 120_000);
    assert.deepEqual([only(path).status.state, only(path).review], ['failed', 'contradicted']);
    assert.equal(path.asked.length, 0);
  });

  it('is told as overdue at each inquiry once its authorisation has expired, and not before', async () => {
    const quiet = await pendingPath();
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line) => lines.push(line) });
    const path = { ...quiet, options: { ...quiet.options, log } };
    await runFor(path, only(path).expiresAt.getTime() - path.time.ms - HOUR);
    assert.equal(lines.length, 0);
    const asked = path.asked.length;
    await runFor(path, 6 * HOUR);
    const overdue = lines.filter((line) => line.includes('a capture is overdue'));
    assert.ok(overdue.length >= 5 && overdue.length <= path.asked.length - asked, String(overdue.length));
    assert.equal(only(path).status.state, 'pending');
  });

  it('gets another request id when the provider refuses the first one, once, and then a person', async () => {
    const path = await pendingPath();
    path.respond = () => ({ is: 'id_taken' });
    path.tell = () => AUTHORISED;
    await runFor(path, 24 * HOUR);
    const ids = path.sent.map(({ requestId }) => requestId);
    assert.equal(new Set(ids).size, 2);
    assert.equal(ids.length, 7, 'the first that got no answer, three refusals of each');
    const bodies = path.sent.map(({ body }) => Buffer.from(body).toString());
    assert.equal(bodies.at(-1), bodies[0]?.replace(ids[0] ?? '', ids.at(-1) ?? ''));
    assert.equal(only(path).review, 'request_ids_refused');
  });

  it('is left alone while its account is held, but for a probe now and then', async () => {
    const path = await pendingPath();
    path.tell = () => ({ is: 'account_fault' });
    const gate = path.options.accounts.get('shop')?.gate;
    const fault = { probe: false, finding: 'account_fault', health: 'well', retryAfterMs: null } as const;
    for (const captureId of ['a', 'b', 'c']) gate?.answered({ captureId, ...fault });
    await runFor(path, 10 * 60_000);
    assert.ok(path.asked.length <= 20, String(path.asked.length));
    path.tell = () => CAPTURED;
    await runFor(path, 60_000);
    assert.equal(only(path).status.state, 'succeeded');
  });

  it('at PayerMax is not asked about, but sent once more under the same id when its callback didn’t come', async () => {
    const path = await pendingPath('payermax');
    const leaseEnds = only(path).leaseUntil?.getTime() ?? 0;
    await runFor(path, leaseEnds + POLICY.repeatAfterMs - path.time.ms - 2_000);
    assert.equal(path.sent.length, 1);
    await runFor(path, 60_000);
    assert.equal(path.sent.length, 2);
    assert.deepEqual(path.sent[1]?.body, path.sent[0]?.body);
    assert.equal(only(path).status.state, 'succeeded');
    assert.equal(path.asked.length, 0);
  });

  it('at PayerMax that no repeat settles waits for a person, also if the repeat is refused', async () => {
    for (const repeated of [UNKNOWN, { is: 'declined', category: 'conflict' }] as const) {
      const path = await pendingPath('payermax');
      path.respond = () => repeated;
      await runFor(path, 24 * HOUR);
      assert.equal(path.sent.length, 6);
      assert.deepEqual(only(path).status, { state: 'pending', reason: 'unknown' });
      assert.equal(only(path).review, 'unanswered');
    }
  });
});
