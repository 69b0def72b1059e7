import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Capture } from '../../../../src/capture/capture.js';
import { contradiction } from '../../../../src/capture/contradiction.js';
import { aCapture } from '../../../support/captures.js';

const FIELD = 'references.outTradeNo';
const planned = aCapture({ captureReference: 'ord_1', paymentId: 'pay-1' });

describe('an order that meets an existing claim', () => {
  it('is a duplicate if it asks for the same, whatever became of it meanwhile', () => {
    assert.equal(contradiction(planned, planned, FIELD), null);
    const failed: Capture = {
      ...planned,
      status: { state: 'failed', category: 'funds' },
      attempts: 3,
      sequence: 2,
    };
    assert.equal(contradiction(planned, failed, FIELD), null);
  });

  const differences: [string, Partial<Capture>, string, RegExp][] = [
    [
      'another reference',
      { captureReference: 'ord_2' },
      FIELD,
      /^is not "ord_2", under which the payment is already/,
    ],
    [
      'another payment',
      { paymentId: 'pay-2' },
      'paymentId',
      /^is not "pay-2", for which references.outTradeNo "ord_1"/,
    ],
    ['another order', { orderId: 'order-2' }, 'orderId', /already claimed for order "order-2"/],
    [
      'another currency',
      { money: { amount: 150_000n, currency: 'EUR' } },
      'currency',
      /already claimed in EUR/,
    ],
    ['another amount', { orderedAmount: 1n }, 'captureAmount', /already claimed for 1 minor/],
  ];
  for (const [what, difference, field, problem] of differences) {
    it(`contradicts a claim of ${what}, and is told what it is to be compared with`, () => {
      const rejection = contradiction(planned, { ...planned, ...difference }, FIELD);
      assert.deepEqual([rejection?.rejected, rejection?.field], ['contradicts_claim', field]);
      assert.match(rejection?.problem ?? '', problem);
      assert.match(rejection?.remedy ?? '', /compare with capture \S+ \(planned\) and correct the producer/);
    });
  }

  it('is told what became of the claim, if that moved no money, and how to charge the order', () => {
    const status = { state: 'failed', category: 'amount' } as const;
    const remedyFor = (difference: Partial<Capture>): string =>
      contradiction(planned, { ...planned, ...difference, status }, FIELD)?.remedy ?? '';
    const stands =
      /failed \(amount\) and moved no money, but it stands: if it is what .*; if not, have a new payment authorised/;
    for (const [, difference] of differences) assert.match(remedyFor(difference), stands);
    const { captureId } = planned;
    assert.ok(
      remedyFor({ orderId: 'order-2' }).includes(`by \`capture-worker captures retry ${captureId}\`;`),
    );
    // For the amount of the order, in minor units, as the command wants it.
    assert.ok(
      remedyFor({ orderedAmount: 1n }).includes(
        `by \`capture-worker captures retry ${captureId} --amount 150000\`;`,
      ),
    );
    assert.match(remedyFor({ paymentId: 'pay-2' }), /, under another references.outTradeNo and order that$/);
  });

  it('is a duplicate if and only if nothing that it asks for differs', () => {
    const text = fc.constantFrom('a', 'A', 'b');
    const asked = fc.record({
      captureReference: text,
      paymentId: text,
      orderId: text,
      money: fc.record({ amount: fc.constantFrom(1n, 2n), currency: fc.constantFrom('EUR', 'IQD') }),
    });
    fc.assert(
      fc.property(asked, asked, (one, other) => {
        const same = JSON.stringify(one, written) === JSON.stringify(other, written);
        assert.equal(contradiction(aCapture(one), aCapture(other), FIELD) === null, same);
      }),
      { numRuns: 1_000 },
    );
  });
});

function written(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
