import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Scenario } from '../../../sandbox/scenario.js';
import type { ProviderName } from '../../../src/capture/capture.js';
import { PROVIDERS } from '../../../src/capture/capture.js';
import type { Expected } from '../../support/page-codes.js';
import {
  PAGE_CODES,
  PAYERMAX_PAGE_CODES,
  WALLET_PAGE_CODES,
  YABANDPAY_PAGE_CODES,
} from '../../support/page-codes.js';
import { PayermaxRig } from '../../support/payermax-rig.js';
import { becomes, hasNoDoubleCapture } from '../../support/provider-expectations.js';
import type { Rig } from '../../support/provider-rig.js';
import { WalletRig } from '../../support/wallet-rig.js';
import { YabandpayRig } from '../../support/yabandpay-rig.js';

const START: Readonly<Record<ProviderName, () => Promise<Rig>>> = {
  wallet: () => WalletRig.start(),
  yabandpay: () => YabandpayRig.start(),
  payermax: () => PayermaxRig.start(),
};

/** A code that the provider has for captures that succeeded is sent by an honest one; all others need a script. */
function sends(code: string, { outcome }: Expected): Scenario {
  return outcome === 'succeeded' ? { kind: 'normal' } : { kind: 'answer', resultCode: code };
}

/** The codes that a test has sent and held against the page, by provider: written at the end of each such test and nowhere else. */
const sentFor = {
  capture: { wallet: new Set<string>(), yabandpay: new Set<string>(), payermax: new Set<string>() },
  inquiry: { wallet: new Set<string>(), yabandpay: new Set<string>(), payermax: new Set<string>() },
};

for (const provider of PROVIDERS) {
  describe(`every code of ${provider}'s page, sent by the sandbox`, () => {
    let rig: Rig;
    before(async () => {
      rig = await START[provider]();
    });
    after(() => rig.close());

    for (const [code, expected] of Object.entries(PAGE_CODES[provider])) {
      it(`${code}: ${expected.finding}, so the capture is ${expected.outcome}`, async () => {
        const moved = expected.outcome === 'succeeded';
        const { answer } = await becomes(rig, { scenario: sends(code, expected), moved, ...expected });
        // Of a success, the provider's word is what became of the capture.
        if (!moved) assert.equal(answer.providerCode, code);
        assert.equal(typeof answer.providerMessage, 'string');
        assert.equal(answer.httpStatus, 200);
        assert.match(Buffer.from(answer.raw ?? []).toString('utf8'), new RegExp(`ode":"${code}"`));
        sentFor.capture[provider].add(code);
      });

      it(`${code} in answer to an inquiry never ends the capture`, async () => {
        const { answer, outcome } = await rig.ask(
          await rig.planned({ inquiryScenario: sends(code, expected) }),
        );
        assert.equal(outcome, 'pending/unknown');
        const isOfTheCall = expected.finding === 'account_fault' || expected.finding === 'not_processed';
        if (isOfTheCall) assert.equal(answer.finding.is, expected.finding);
        else if (expected.outcome !== 'succeeded') assert.equal(answer.finding.is, 'unknown');
        sentFor.inquiry[provider].add(code);
      });
    }

    it('were counted by the sandbox, each that was sent in answer to a capture', async () => {
      const { calls } = await rig.admin.summary();
      const counted = Object.entries(calls).flatMap(([endpoint, answers]) =>
        /capture$/i.test(endpoint) ? Object.keys(answers).map((answer) => answer.split(' ')[0]) : [],
      );
      assert.deepEqual(new Set(counted), sentFor.capture[provider]);
    });

    it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
  });
}

/** The pages by name, not by the lists that the tests above were made from: what was left out there is missed here. */
describe('of the codes of the three pages', () => {
  const all = {
    wallet: new Set(Object.keys(WALLET_PAGE_CODES)),
    yabandpay: new Set(Object.keys(YABANDPAY_PAGE_CODES)),
    payermax: new Set(Object.keys(PAYERMAX_PAGE_CODES)),
  };

  it('none was left out in answer to a capture', () => {
    assert.deepEqual(sentFor.capture, all);
  });

  it('none was left out in answer to an inquiry', () => {
    assert.deepEqual(sentFor.inquiry, all);
  });
});
