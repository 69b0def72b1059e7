import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Captures } from '../../../../sandbox/captures.js';
import type { Answer } from '../../../../sandbox/wallet/answer.js';
import type { WalletCaptures } from '../../../../sandbox/wallet/captures.js';
import { WalletRules } from '../../../../sandbox/wallet/captures.js';
import type { Asked } from '../../../support/interleaved-captures.js';
import {
  askings,
  assertCapturedOnce,
  assertDoublesCounted,
  movementsOf,
  run,
} from '../../../support/interleaved-captures.js';

const asked = askings({ kind: 'answer', resultCode: 'RISK_REJECT' });

/** Runs captures at a wallet, and gives the wallet's too. */
async function atWallet(permissive: boolean, all: readonly Asked[]) {
  const made: WalletCaptures[] = [];
  const ran = await run<Answer>(permissive, all, (parts) => {
    const captures: WalletCaptures = new Captures(new WalletRules(), parts);
    made.push(captures);
    return (ask, plan) => captures.capture({ ...ask, extendInfo: null }, plan);
  });
  return { ...ran, held: made.flatMap((one) => [...one.underWay('p'), ...one.underWay('q')]) };
}

describe('captures at the wallet, whatever their interleaving', () => {
  it('in strict mode move the money of an authorisation at most once', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (all) => {
        assertCapturedOnce((await atWallet(false, all)).book);
      }),
    );
  });

  for (const permissive of [false, true]) {
    it(`move money if and only if one says so or leaves it open (permissive: ${permissive})`, async () => {
      await fc.assert(
        fc.asyncProperty(asked, async (all) => {
          const { book, answers } = await atWallet(permissive, all);
          for (const { asked: one, answer } of answers) {
            if (answer.resultStatus !== 'S') continue;
            const movement = book
              .find(one.paymentId)
              ?.movements.find(({ requestId }) => requestId === one.requestId);
            assert.equal(movement?.captureId, answer.members['captureId']);
            assert.equal(movement?.amount, one.value);
          }
          for (const { paymentId, requestId } of movementsOf(book)) {
            const told = answers.filter(
              ({ asked: one }) => one.paymentId === paymentId && one.requestId === requestId,
            );
            assert.ok(told.some(({ answer }) => answer.resultStatus !== 'F'));
          }
        }),
      );
    });

    it(`hold no payment for ever (permissive: ${permissive})`, async () => {
      await fc.assert(
        fc.asyncProperty(asked, async (all) => {
          assert.deepEqual((await atWallet(permissive, all)).held, []);
        }),
      );
    });

    it(`give a request id one content, and a success once given for ever (permissive: ${permissive})`, async () => {
      await fc.assert(
        fc.asyncProperty(asked, async (all) => {
          const { answers } = await atWallet(permissive, all);
          const successes = new Map<string, string>();
          for (const { asked: one, answer } of answers) {
            if (answer.resultStatus !== 'S') continue;
            const body = JSON.stringify(answer);
            assert.equal(successes.get(one.requestId) ?? body, body);
            successes.set(one.requestId, body);
          }
        }),
      );
    });
  }

  it('in permissive mode are all counted that moved money again', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (all) => {
        assertDoublesCounted((await atWallet(true, all)).book);
      }),
    );
  });
});
