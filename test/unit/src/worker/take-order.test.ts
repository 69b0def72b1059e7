import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../../src/capture/evidence.js';
import type { OrderFulfilled } from '../../../../src/capture/order.js';
import { CaptureWorkerError } from '../../../../src/errors.js';
import { takeOrder } from '../../../../src/worker/take-order.js';
import type { CapturePath } from '../../../support/capture-path.js';
import {
  anOrder,
  capturePath,
  slowClaim,
  SOURCE,
  eventsOf,
  scheduledOf,
} from '../../../support/capture-path.js';

function stateOf(path: CapturePath): string | undefined {
  return [...path.standIn.views.captures.values()][0]?.capture.status.state;
}

describe('taking an order', () => {
  it('claims, sends the stored body once and records the outcome', async () => {
    const path = capturePath();
    const taken = await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(taken.taken, 'claimed');
    assert.equal(stateOf(path), 'succeeded');
    assert.equal(path.sent.length, 1);
    assert.deepEqual(
      eventsOf(path).map(({ type, sequence }) => [type, sequence]),
      [['capture.succeeded', 1]],
    );
  });

  it('has the attempt on record before the request leaves', async () => {
    const path = capturePath();
    path.respond = () => {
      assert.equal(stateOf(path), 'sending');
      return { is: 'unknown' };
    };
    await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(path.sent.length, 1);
    assert.equal(stateOf(path), 'pending');
  });

  it('sends nothing for an order that was taken before, however often it comes', async () => {
    const path = capturePath();
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => takeOrder(anOrder(), SOURCE, path.options)));
    results.push(await takeOrder(anOrder({ eventId: 'evt-2' }), SOURCE, path.options));
    assert.equal(path.sent.length, 1);
    assert.deepEqual(results.map(({ taken }) => taken).sort(), [
      'claimed',
      ...Array<string>(5).fill('duplicate'),
    ]);
  });

  it('rejects an order that contradicts the claim, and one that can’t be planned', async () => {
    const path = capturePath();
    await takeOrder(anOrder(), SOURCE, path.options);
    const contradicting = await takeOrder(anOrder({ captureAmount: 1n }), SOURCE, path.options);
    assert.equal(contradicting.taken === 'rejected' && contradicting.rejection.rejected, 'contradicts_claim');
    const unknown = await takeOrder(anOrder({ account: 'nobody' }), SOURCE, path.options);
    assert.equal(unknown.taken === 'rejected' && unknown.rejection.rejected, 'account_unknown');
    assert.equal(path.sent.length, 1);
  });

  it('sends a payment once, under whatever reference it is ordered', async () => {
    const path = capturePath();
    const shop = path.options.accounts.get('shop');
    assert.ok(shop !== undefined);
    const captureReference = ({ references }: OrderFulfilled): string => references.get('no') ?? '';
    const rules = { ...shop.rules, referenceField: 'references.no', captureReference };
    const options = { ...path.options, accounts: new Map([['shop', { ...shop, rules }]]) };
    const take = (paymentId: string, no: string): ReturnType<typeof takeOrder> =>
      takeOrder(anOrder({ paymentId, references: new Map([['no', no]]) }), SOURCE, options);

    assert.equal((await take('pay-1', 'ord_1')).taken, 'claimed');
    const rejected = [await take('pay-1', 'ord_2'), await take('pay-2', 'ord_1')];
    assert.deepEqual(
      rejected.map(
        (taken) => taken.taken === 'rejected' && [taken.rejection.rejected, taken.rejection.field],
      ),
      [
        ['contradicts_claim', 'references.no'],
        ['contradicts_claim', 'paymentId'],
      ],
    );
    assert.equal((await take('pay-1', 'ord_1')).taken, 'duplicate');
    assert.equal(path.sent.length, 1);
  });

  it('doesn’t send when the lease no longer covers the call', async () => {
    const covered = capturePath(slowClaim(() => covered, 10_000));
    await takeOrder(anOrder(), SOURCE, covered.options);
    assert.equal(covered.sent.length, 1, 'just within the margin');

    const late = capturePath(slowClaim(() => late, 10_001));
    await takeOrder(anOrder(), SOURCE, late.options);
    assert.equal(late.sent.length, 0);
    assert.equal(stateOf(late), 'planned');
  });

  it('waits for a store that is away, before and after the money moved', async () => {
    const away = { claim: 2, record: 3 };
    const unavailable = (): Promise<never> =>
      Promise.reject(new CaptureWorkerError('STORE_UNAVAILABLE', 'away'));
    const path = capturePath({
      claim: (requests) => (away.claim-- > 0 ? unavailable() : path.store.claim(requests)),
      record: (requests) => (away.record-- > 0 ? unavailable() : path.store.record(requests)),
    });
    await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(path.sent.length, 1);
    assert.equal(stateOf(path), 'succeeded');
  });

  it('sends once when nobody heard that the claim was committed', async () => {
    let lost = 1;
    const path = capturePath({
      claim: async (requests) => {
        const results = await path.store.claim(requests);
        if (lost-- > 0) throw new CaptureWorkerError('STORE_UNAVAILABLE', 'the answer was lost');
        return results;
      },
    });
    const taken = await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(taken.taken, 'claimed');
    assert.equal(path.sent.length, 1);
    assert.equal(stateOf(path), 'succeeded');
  });

  it('records what happened to the money even if the store refuses the answer’s texts', async () => {
    const path = capturePath({
      record: (requests) =>
        requests.some(({ pieces }) => pieces.some(({ providerCode }) => providerCode !== null))
          ? Promise.reject(new CaptureWorkerError('STORE_REFUSED_DATA', 'a text'))
          : path.store.record(requests),
    });
    await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(stateOf(path), 'succeeded');
  });

  it('makes a claim that the store refuses a dead letter', async () => {
    const path = capturePath({
      claim: () => Promise.reject(new CaptureWorkerError('STORE_REFUSED_DATA', 'a NUL')),
    });
    const taken = await takeOrder(anOrder(), SOURCE, path.options);
    assert.equal(taken.taken === 'rejected' && taken.rejection.rejected, 'refused_by_store');
    assert.equal(path.sent.length, 0);
  });

  it('claims without sending when the account’s line is full, due as soon as there is room', async () => {
    const path = capturePath({}, 'wallet', { maxInFlight: 1 });
    const answers: (() => void)[] = [];
    path.respond = () =>
      new Promise((resolve) =>
        answers.push(() => {
          resolve({ is: 'in_process' });
        }),
      );
    const take = (paymentId: string): ReturnType<typeof takeOrder> =>
      takeOrder(anOrder({ paymentId }), SOURCE, path.options);
    const [sent, waiting] = [take('sent'), take('waiting')];
    const deferred = await take('deferred');
    assert.equal(deferred.taken, 'deferred');
    assert.deepEqual(scheduledOf(path, 'deferred'), { action: 'send', dueAt: path.time.ms + 1 });
    while (path.sent.length < 2) {
      await new Promise(setImmediate);
      answers.shift()?.();
    }
    await new Promise(setImmediate);
    answers.shift()?.();
    assert.deepEqual([(await sent).taken, (await waiting).taken], ['claimed', 'claimed']);
  });

  it('recognises what was taken before also while the account is closed, and uses up no rate limit for it', async () => {
    const path = capturePath({}, 'wallet', { rate: { perSecond: 0.1, burst: 2 } });
    await takeOrder(anOrder(), SOURCE, path.options);
    for (let repeat = 0; repeat < 5; repeat += 1)
      assert.equal((await takeOrder(anOrder(), SOURCE, path.options)).taken, 'duplicate');
    assert.equal((await takeOrder(anOrder({ paymentId: 'b' }), SOURCE, path.options)).taken, 'claimed');
    assert.equal((await takeOrder(anOrder({ paymentId: 'c' }), SOURCE, path.options)).taken, 'deferred');
    assert.equal((await takeOrder(anOrder(), SOURCE, path.options)).taken, 'duplicate');
    assert.equal(path.sent.length, 2);
  });

  it('claims without sending while the account is held', async () => {
    const path = capturePath();
    path.respond = (): Finding => ({ is: 'account_fault' });
    for (const paymentId of ['a', 'b', 'c']) await takeOrder(anOrder({ paymentId }), SOURCE, path.options);
    const taken = await takeOrder(anOrder({ paymentId: 'd' }), SOURCE, path.options);
    assert.equal(taken.taken, 'deferred');
    assert.equal(path.sent.length, 3);
    assert.equal(path.standIn.views.captures.size, 4);
  });
});
