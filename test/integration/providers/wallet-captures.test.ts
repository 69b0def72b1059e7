import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startSandbox } from '../../../sandbox/sandbox.js';
import type { ProviderClient } from '../../../src/ports/provider.js';
import { WALLET_PAGE_CODES } from '../../support/page-codes.js';
import {
  anExpiredPayment,
  assertRead,
  becomes,
  capturesExactly,
  hasNoDoubleCapture,
  inDoubt,
  isRefused,
  waitsUntilMended,
} from '../../support/provider-expectations.js';
import { callOf, clockOffBy, MINUTE, outcomeOf, sendBy } from '../../support/provider-rig.js';
import { IQD_150, WalletRig } from '../../support/wallet-rig.js';

let rig: WalletRig;
before(async () => {
  rig = await WalletRig.start();
});
after(() => rig.close());

describe('a capture that the wallet judges itself', () => {
  for (const [currency, amount] of [
    ['IQD', '150000'],
    ['EUR', '2499'],
    ['JPY', '5000'],
    ['USD', '9007199254740993'],
  ] as const) {
    it(`moves ${amount} minor units of ${currency}, to the unit`, async () => {
      const began = Date.now();
      const { capture, finding } = await capturesExactly(rig, { currency, amount });
      assert.equal(finding.requestId, capture.requestId);
      assert.ok(finding.providerCaptureId);
      assert.ok(Math.abs((finding.capturedAt?.getTime() ?? 0) - began) < MINUTE);
    });
  }

  it('moves a part, if a part was asked for', async () => {
    const { capture } = await capturesExactly(rig, {}, { captureAmount: 1n });
    assert.equal(capture.money.amount, 1n);
  });

  it('moves money once when the same bytes are sent again, and says so again', async () => {
    const capture = await rig.planned();
    const first = await rig.client.capture(callOf(capture));
    const second = await rig.client.capture(callOf(capture));
    assert.deepEqual(second.finding, first.finding);
    assert.equal(await rig.moved(capture), IQD_150.amount);
  });

  it('is refused where the wallet has reason to', async () => {
    for (const [capture, code] of [
      [await rig.planned(anExpiredPayment()), 'AUTH_EXPIRED'],
      [await rig.planned({}, { authorisedAmount: IQD_150.amount + 1n }), 'CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT'],
      [await rig.planned({}, { currency: 'EUR', authorisedAmount: 1n }), 'CURRENCY_NOT_SUPPORT'],
      [rig.plan('pay-that-nobody-made'), 'AUTH_NOT_FOUND'],
    ] as const) {
      await isRefused(rig, capture, { code, ...WALLET_PAGE_CODES[code] });
    }
  });
});

describe('an account that is set up wrongly', () => {
  const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const faults: readonly [
    what: string,
    code: keyof typeof WALLET_PAGE_CODES,
    client: () => ProviderClient,
  ][] = [
    ['another key', 'SIGNATURE_INVALID', () => rig.clientWith({ privateKey: strangers.privateKey })],
    ['another key version', 'KEY_NOT_FOUND', () => rig.clientWith({ keyVersion: '2' })],
    ['an unknown client id', 'CLIENT_INVALID', () => rig.clientWith({ clientId: 'NOBODY' })],
    [
      'a signature in the wrong encoding',
      'SIGNATURE_INVALID',
      () => rig.clientWith({ signatureUrlEncoded: true }),
    ],
  ];
  for (const [what, code, client] of faults) {
    it(`with ${what} sees ${code}, and the capture waits to be sent again`, () =>
      waitsUntilMended(rig, client(), { code, ...WALLET_PAGE_CODES[code] }));
  }

  it('with a clock that is wrong believes no refusal, since none names its request, and nothing moves', async () => {
    for (const ms of [-60 * MINUTE, 60 * MINUTE]) {
      const { answer } = await becomes(
        rig,
        inDoubt('SIGNATURE_INVALID', { kind: 'normal' }, { moved: false }),
        rig.clientWith({}, clockOffBy(ms)),
      );
      assert.match(answer.providerMessage ?? '', /^the answer SIGNATURE_INVALID names no request/);
    }
  });

  it("with another wallet's public key believes nothing, though the money moved", async () => {
    const other = rig.clientWith({ walletPublicKey: strangers.publicKey });
    const doubtful = inDoubt('a success', { kind: 'normal' }, { moved: true });
    await becomes(rig, doubtful, other);
  });

  it('that wants URL-encoded signatures works with a wallet that does too', async () => {
    const encoding = await WalletRig.start(
      { wallet: { signatureEncoding: 'url' } },
      { signatureUrlEncoded: true },
    );
    try {
      const { capture } = await capturesExactly(encoding, {});
      assert.equal((await encoding.ask(capture)).outcome, 'succeeded');
    } finally {
      await encoding.close();
    }
  });
});

describe('a request that never leaves', () => {
  it('is not sent, and not counted by the wallet, when the lease has run out', async () => {
    const capture = await rig.planned();
    const answer = await rig.client.capture({ ...callOf(capture), mayWrite: () => false });
    assert.equal(outcomeOf(capture, answer), 'unsent');
    assert.deepEqual((await rig.admin.entry(capture.paymentId)).requestIds, []);
  });

  it('is not sent when the wallet is not there', async () => {
    const gone = await startSandbox();
    await gone.close();
    const capture = await rig.planned();
    const sent = await sendBy(rig.clientWith({ baseUrl: gone.url }), capture);
    assertRead(sent, { finding: 'not_sent', outcome: 'unsent' });
    assert.match(sent.answer.providerMessage ?? '', /^ECONNREFUSED/);
  });
});

it('leaves no double capture in the book', () => hasNoDoubleCapture(rig));
