import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../../../src/capture/evidence.js';
import type { Restoration } from '../../../../src/capture/assumption.js';
import { takeOrder } from '../../../../src/worker/take-order.js';
import type { CapturePath } from '../../../support/capture-path.js';
import { anOrder, capturePath, eventsOf, runFor, SOURCE } from '../../../support/capture-path.js';
import { CAPTURED, EPOCH, POLICY } from '../../../support/captures.js';

const RESTORED: Restoration = { at: EPOCH, unverifiable: false };
const MINUTE = 60_000;

/** A path whose worker was started after its database was restored. */
function restoredPath(
  provider: 'wallet' | 'payermax' = 'wallet',
  restoration = RESTORED,
): CapturePath & { readonly take: () => ReturnType<typeof takeOrder> } {
  const path = capturePath({}, provider);
  const options = { ...path.options, restoration };
  // Not a copy: the provider answers by what is set on this very path.
  return Object.assign(path, { options, take: () => takeOrder(anOrder({ provider }), SOURCE, options) });
}

function only({ standIn: { views } }: CapturePath) {
  const [row] = [...views.captures.values()];
  assert.ok(row !== undefined && views.captures.size === 1);
  return row.capture;
}

describe('an order that is taken after the database was restored', () => {
  it('is claimed as sent before, told as pending, and sends nothing', async () => {
    const path = restoredPath();
    assert.equal((await path.take()).taken, 'deferred');
    assert.deepEqual(only(path).status, { state: 'pending', reason: 'unknown' });
    assert.equal(path.sent.length, 0);
    assert.deepEqual(
      eventsOf(path).map(({ type }) => type),
      ['capture.pending'],
    );
    assert.equal((await path.take()).taken, 'duplicate');
  });

  it('needs no place at its account’s gate, and waits for none', async () => {
    const path = restoredPath();
    const shop = path.options.accounts.get('shop');
    assert.ok(shop !== undefined);
    const entries = await Promise.all(Array.from({ length: 10 }, () => shop.gate.enter('order')));
    assert.ok(entries.every(({ entered }) => entered));
    assert.equal((await path.take()).taken, 'deferred');
    assert.equal(only(path).status.state, 'pending');
  });

  it('is claimed so while its account is paused, too: it would be sent unasked when that is resumed', async () => {
    const path = restoredPath();
    path.standIn.pause('shop');
    await path.take();
    assert.equal(only(path).status.state, 'pending');
    assert.equal(only(path).attempts, 1);
  });

  it('comes to the same if its worker dies between claim and fold', async () => {
    const path = restoredPath();
    const dying = { ...path.options.store, record: () => Promise.reject(new Error('gone')) };
    await assert.rejects(takeOrder(anOrder(), SOURCE, { ...path.options, store: dying }), /gone/);
    assert.equal(only(path).status.state, 'sending');
    path.tell = () => ({ is: 'unknown' });
    await runFor(path, 10_000);
    assert.deepEqual(only(path).status, { state: 'pending', reason: 'unknown' });
    assert.equal(path.sent.length, 0);
  });

  it('succeeds by the first inquiry that shows it captured', async () => {
    const path = restoredPath();
    path.tell = () => CAPTURED;
    await path.take();
    await runFor(path, MINUTE);
    assert.equal(only(path).status.state, 'succeeded');
    assert.equal(path.sent.length, 0);
  });

  it('is sent, under the same id, when inquiries have shown that it wasn’t', async () => {
    const path = restoredPath();
    path.tell = () => ({ is: 'authorised' });
    await path.take();
    const { requestId } = only(path);
    await runFor(path, 60 * MINUTE);
    assert.equal(only(path).status.state, 'succeeded');
    assert.deepEqual(
      path.sent.map((call) => call.requestId),
      [requestId],
    );
  });

  it('waits for a person at PayerMax, without a request', async () => {
    const path = restoredPath('payermax');
    await path.take();
    assert.equal(only(path).review, 'unverifiable');
    await runFor(path, 24 * 60 * MINUTE);
    assert.deepEqual([path.sent.length, path.asked.length], [0, 0]);
  });

  it('is asked by a repeat at PayerMax if a person has said so, not before its callback had time to come', async () => {
    const path = restoredPath('payermax', { ...RESTORED, unverifiable: true });
    await path.take();
    await runFor(path, 14 * MINUTE);
    assert.equal(path.sent.length, 0);
    await runFor(path, 3 * MINUTE);
    assert.equal(path.sent.length, 1);
    assert.equal(only(path).status.state, 'succeeded');
  });
});

describe('any provider, after the database was restored', () => {
  const told = fc.constantFrom<Finding>(
    { is: 'authorised' },
    { is: 'authorised' },
    { is: 'authorised' },
    { is: 'unknown' },
    { is: 'in_process' },
    { is: 'account_fault' },
    { is: 'not_processed' },
    { is: 'closed', category: 'expired' },
    CAPTURED,
  );
  const answered = fc.constantFrom<Finding>(
    CAPTURED,
    { is: 'unknown' },
    { is: 'declined', category: 'funds' },
  );

  it('is sent no capture before an inquiry that began a quiet period after the claim has shown it authorised', async () => {
    let sends = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(told, { minLength: 1, maxLength: 8 }),
        fc.array(answered, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (words, answers, isPaused) => {
          const path = restoredPath();
          if (isPaused) path.standIn.pause('shop');
          let authorisedAt: number | null = null;
          const claimedAt = path.time.ms;
          path.tell = () => {
            const word = words[(path.asked.length - 1) % words.length] ?? { is: 'unknown' };
            if (word.is === 'authorised' && path.time.ms > claimedAt + POLICY.quietPeriodMs)
              authorisedAt ??= path.time.ms;
            return word;
          };
          path.respond = () => {
            assert.ok(authorisedAt !== null, 'sent without a word that it is needed');
            sends += 1;
            return answers[(path.sent.length - 1) % answers.length] ?? CAPTURED;
          };
          await path.take();
          await runFor(path, 5 * MINUTE);
          path.standIn.resume('shop');
          await runFor(path, 30 * MINUTE);
          assert.equal(new Set(path.sent.map(({ requestId }) => requestId)).size <= 2, true);
        },
      ),
      { numRuns: 60 },
    );
    assert.ok(sends > 0, 'nothing was sent in any run: the property has shown nothing');
  });
});
