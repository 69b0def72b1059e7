import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Captures } from '../../../../sandbox/captures.js';
import type { Answer } from '../../../../sandbox/yabandpay/answer.js';
import type { YabandPayCaptures } from '../../../../sandbox/yabandpay/captures.js';
import { YabandPayRules } from '../../../../sandbox/yabandpay/captures.js';
import { YabandPayQuery } from '../../../../sandbox/yabandpay/query.js';
import type { Answered, Asked } from '../../../support/interleaved-captures.js';
import {
  askings,
  assertCapturedOnce,
  assertDoublesCounted,
  movementsOf,
  run,
} from '../../../support/interleaved-captures.js';

const asked = askings({ kind: 'answer', resultCode: '-4084' }, { kind: 'answer', resultCode: '-403' });

/** Runs captures at YabandPay, and then asks for the states of the trades. */
async function atYabandPay(permissive: boolean, all: readonly Asked[]) {
  const queries: YabandPayQuery[] = [];
  const ran = await run<Answer>(permissive, all, (parts) => {
    const captures: YabandPayCaptures = new Captures(new YabandPayRules(parts), parts);
    queries.push(new YabandPayQuery({ ...parts, captures }));
    return (ask, plan) => captures.capture(ask, plan);
  });
  const infoOf = (paymentId: string): Readonly<Record<string, unknown>> => {
    const [query] = queries;
    const entry = query?.find({ merchant: 'shop', tradeId: paymentId }) ?? null;
    return query?.answer(entry).data?.['transaction_info'] as Readonly<Record<string, unknown>>;
  };
  return { ...ran, infoOf };
}

const stateOf = ({ answer }: Answered<Answer>): unknown => answer.data?.['state'];

describe('captures at YabandPay, whatever their interleaving', () => {
  it('in strict mode move the money of an authorisation at most once', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (all) => {
        assertCapturedOnce((await atYabandPay(false, all)).book);
      }),
    );
  });

  it('in permissive mode are all counted that moved money again', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (all) => {
        assertDoublesCounted((await atYabandPay(true, all)).book);
      }),
    );
  });

  for (const permissive of [false, true]) {
    it(`say paid only of money that moved, and once for each request id (permissive: ${permissive})`, async () => {
      await fc.assert(
        fc.asyncProperty(asked, async (all) => {
          const { book, answers } = await atYabandPay(permissive, all);
          const paid = answers.filter((each) => stateOf(each) === 'paid').map((each) => each.asked);
          for (const { paymentId, requestId, value } of paid) {
            const movements = book.find(paymentId)?.movements ?? [];
            assert.equal(movements.find((movement) => movement.requestId === requestId)?.amount, value);
          }
          assert.equal(new Set(paid.map(({ requestId }) => requestId)).size, paid.length);
        }),
      );
    });

    it(`move no money that all answers under its request id deny (permissive: ${permissive})`, async () => {
      const leavesOpen = (each: Answered<Answer>): boolean =>
        each.answer.code === '-1000' || stateOf(each) === 'paid' || stateOf(each) === 'processing';
      await fc.assert(
        fc.asyncProperty(asked, async (all) => {
          const { book, answers } = await atYabandPay(permissive, all);
          for (const { paymentId, requestId } of movementsOf(book)) {
            const told = answers.filter(
              ({ asked: one }) => one.paymentId === paymentId && one.requestId === requestId,
            );
            assert.ok(told.some(leavesOpen));
          }
        }),
      );
    });

    it(`leave a trade paid, with what moved, or open, failed otherwise (permissive: ${permissive})`, async () => {
      await fc.assert(
        fc.asyncProperty(asked, async (all) => {
          const { book, infoOf } = await atYabandPay(permissive, all);
          for (const { authorisation, movements } of book.entries()) {
            const { state, amount } = infoOf(authorisation.paymentId);
            const moved = movements.reduce((sum, movement) => sum + movement.amount, 0n);
            if (moved > 0n) assert.deepEqual([state, Number(amount)], ['paid', Number(moved) / 100]);
            else assert.ok(['authorized', 'failed'].includes(String(state)));
          }
        }),
      );
    });
  }
});
