import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CODES as PAYERMAX_SANDBOX, STATUSES } from '../../../../sandbox/payermax/codes.js';
import { payermaxCredentials } from '../../../../sandbox/payermax/credentials.js';
import { Payermax } from '../../../../sandbox/payermax/payermax.js';
import type { Shared, Simulators } from '../../../../sandbox/simulator.js';
import { Timers } from '../../../../sandbox/timers.js';
import { RESULT_CODES as WALLET_SANDBOX } from '../../../../sandbox/wallet/codes.js';
import { walletCredentials } from '../../../../sandbox/wallet/credentials.js';
import { Wallet } from '../../../../sandbox/wallet/wallet.js';
import { CODES as YABANDPAY_SANDBOX } from '../../../../sandbox/yabandpay/codes.js';
import { yabandPayCredentials } from '../../../../sandbox/yabandpay/credentials.js';
import { YabandPay } from '../../../../sandbox/yabandpay/yabandpay.js';
import type { ProviderName } from '../../../../src/capture/capture.js';
import { PROVIDERS } from '../../../../src/capture/capture.js';
import { PAYERMAX_CODES } from '../../../../src/providers/payermax/codes.js';
import { WALLET_CODES } from '../../../../src/providers/wallet/codes.js';
import { YABANDPAY_CODES } from '../../../../src/providers/yabandpay/codes.js';
import { YABANDPAY_STATES } from '../../../../src/providers/yabandpay/states.js';
import {
  PAGE_CODES,
  PAYERMAX_PAGE_STATUSES,
  WALLET_PAGE_CODES,
  YABANDPAY_PAGE_CODES,
  YABANDPAY_PAGE_STATES,
} from '../../../support/page-codes.js';

/**
 * That no code of the providers' pages is forgotten. A code that one of the three readings of a page lacks fails here by its name; that
 * each is sent and read as it must be is for test/integration/providers/page-codes.test.ts, which takes its cases from the same list.
 */
const IN_THE_CLIENT: Readonly<Record<ProviderName, readonly { readonly code: string }[]>> = {
  wallet: WALLET_CODES,
  yabandpay: YABANDPAY_CODES,
  payermax: PAYERMAX_CODES,
};
const IN_THE_SANDBOX: Readonly<Record<ProviderName, object>> = {
  wallet: WALLET_SANDBOX,
  yabandpay: YABANDPAY_SANDBOX,
  payermax: PAYERMAX_SANDBOX,
};

const shared: Shared = {
  permissive: false,
  profile: null,
  seed: '1',
  timers: new Timers(),
  now: () => new Date(),
};
const simulators: Simulators = {
  wallet: new Wallet((await walletCredentials({})).credentials, shared),
  yabandpay: new YabandPay(yabandPayCredentials({}).credentials, shared),
  payermax: new Payermax((await payermaxCredentials({})).credentials, shared),
};

/** The providers whose codes a test has compared: written at the end of each such test and nowhere else. */
const compared = { client: new Set<string>(), sandbox: new Set<string>(), scripts: new Set<string>() };

for (const provider of PROVIDERS) {
  describe(`the codes of ${provider}'s page`, () => {
    const onThePage = Object.keys(PAGE_CODES[provider]).toSorted();

    it('are those that the client gives a meaning, each once', () => {
      assert.deepEqual(IN_THE_CLIENT[provider].map(({ code }) => code).toSorted(), onThePage);
      compared.client.add(provider);
    });

    it('are those that the sandbox has', () => {
      assert.deepEqual(Object.keys(IN_THE_SANDBOX[provider]).toSorted(), onThePage);
      compared.sandbox.add(provider);
    });

    it('can be scripted, and no other code can without more being said', () => {
      const problemOf = (resultCode: string): string | null =>
        simulators[provider].problemOf({ kind: 'answer', resultCode });
      const unplayable = onThePage.filter((code) => problemOf(code) !== null);
      // Of an acceptance, a script must say what it comes to.
      assert.deepEqual(unplayable, provider === 'payermax' ? ['APPLY_SUCCESS'] : []);
      assert.notEqual(problemOf('NEVER_HEARD_OF'), null);
      compared.scripts.add(provider);
    });
  });
}

it('the codes of none of the three providers went without being compared', () => {
  const all = new Set(['wallet', 'yabandpay', 'payermax']);
  assert.deepEqual(compared, { client: all, sandbox: all, scripts: all });
});

describe('what the pages give beside their codes', () => {
  it("is the wallet's statuses, in the client and in the sandbox", () => {
    const onThePage = statuses(Object.entries(WALLET_PAGE_CODES));
    assert.deepEqual(statuses(WALLET_CODES.map((row) => [row.code, row])), onThePage);
    assert.deepEqual(statuses(Object.entries(WALLET_SANDBOX)), onThePage);
  });

  it("is YabandPay's statuses, in the client and in the sandbox", () => {
    const onThePage = statuses(Object.entries(YABANDPAY_PAGE_CODES));
    assert.deepEqual(statuses(YABANDPAY_CODES.map((row) => [row.code, row])), onThePage);
    assert.deepEqual(statuses(Object.entries(YABANDPAY_SANDBOX)), onThePage);
  });

  it("is YabandPay's states, by name and number, in the client; the sandbox can be told any", () => {
    assert.deepEqual(
      Object.fromEntries(YABANDPAY_STATES.map(({ name, code }) => [name, code])),
      Object.fromEntries(Object.entries(YABANDPAY_PAGE_STATES).map(([name, { number }]) => [name, number])),
    );
    assert.equal(new Set(YABANDPAY_STATES.map(({ name }) => name)).size, YABANDPAY_STATES.length);
  });

  it("is PayerMax's statuses of captures, in the sandbox", () => {
    assert.deepEqual(STATUSES.toSorted(), Object.keys(PAYERMAX_PAGE_STATUSES).toSorted());
  });
});

function statuses(rows: readonly (readonly [string, { readonly status: unknown }])[]): object {
  return Object.fromEntries(rows.map(([code, { status }]) => [code, status]));
}
