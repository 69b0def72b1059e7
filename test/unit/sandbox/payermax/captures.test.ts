import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Answer } from '../../../../sandbox/payermax/answer.js';
import type { RepeatMode } from '../../../../sandbox/payermax/captures.js';
import { PayermaxCaptures, REPEAT_MODES } from '../../../../sandbox/payermax/captures.js';
import type { Answered, Asked } from '../../../support/interleaved-captures.js';
import {
  askings,
  assertCapturedOnce,
  assertDoublesCounted,
  assertMovesLeftOpen,
  movementsOf,
  run,
} from '../../../support/interleaved-captures.js';

const asked = askings(
  { kind: 'answer', resultCode: 'COUNTRY_INVALID' },
  { kind: 'answer', resultCode: 'PAYMENT_FAILED', resultStatus: 'FAILED' },
);

const atPayermax = (repeatMode: RepeatMode, permissive: boolean, all: readonly Asked[]) =>
  run<Answer>(permissive, all, (parts) => {
    const captures = new PayermaxCaptures({ ...parts, repeatMode });
    return (ask, plan) => captures.capture({ ...ask, outTradeNo: ask.paymentId }, plan);
  });

const statusOf = ({ answer }: Answered<Answer>): unknown => answer.data?.['status'];
const leavesOpen = (one: Answered<Answer>): boolean =>
  one.answer.code === 'SYSTEM_ERROR' || statusOf(one) === 'SUCCESS' || statusOf(one) === 'PENDING';

for (const repeatMode of REPEAT_MODES) {
  describe(`captures at a PayerMax that ${repeatMode}, whatever their interleaving`, () => {
    it('in strict mode move the money of an authorisation at most once', async () => {
      await fc.assert(
        fc.asyncProperty(asked, async (all) => {
          assertCapturedOnce((await atPayermax(repeatMode, false, all)).book);
        }),
      );
    });

    it('in permissive mode move money once for each request id, and all but the first are counted', async () => {
      await fc.assert(
        fc.asyncProperty(asked, async (all) => {
          const { book } = await atPayermax(repeatMode, true, all);
          const moved = movementsOf(book).map(({ requestId }) => requestId);
          assert.equal(new Set(moved).size, moved.length);
          assertDoublesCounted(book);
        }),
      );
    });

    for (const permissive of [false, true]) {
      it(`are told to have succeeded only if their money moved (permissive: ${permissive})`, async () => {
        await fc.assert(
          fc.asyncProperty(asked, async (all) => {
            const { book, answers } = await atPayermax(repeatMode, permissive, all);
            for (const { asked: one, answer } of answers.filter((each) => statusOf(each) === 'SUCCESS')) {
              const { movements } = book.find(one.paymentId) ?? { movements: [] };
              const movement = movements.find(({ requestId }) => requestId === one.requestId);
              assert.equal(movement?.captureId, answer.data?.['captureNo']);
              assert.equal(movement?.amount, one.value);
            }
          }),
        );
      });

      it(`moved no money of which nothing but refusals was told (permissive: ${permissive})`, async () => {
        await fc.assert(
          fc.asyncProperty(asked, async (all) => {
            assertMovesLeftOpen(await atPayermax(repeatMode, permissive, all), leavesOpen);
          }),
        );
      });
    }
  });
}

describe('captures at a PayerMax that repeats', () => {
  it('are told the same for ever once they have succeeded', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (all) => {
        const { answers } = await atPayermax('repeats', false, all);
        const told = new Map<string, string>();
        for (const { asked: one, answer } of answers.filter((each) => statusOf(each) === 'SUCCESS')) {
          const body = JSON.stringify(answer);
          assert.equal(told.get(one.requestId) ?? body, body);
          told.set(one.requestId, body);
        }
      }),
    );
  });
});
