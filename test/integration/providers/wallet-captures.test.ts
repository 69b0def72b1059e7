import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startSandbox } from '../../../sandbox/sandbox.js';
import type { ProviderClient } from '../../../src/ports/provider.js';
import {
  callOf,
  captureOf,
  clock,
  inquiryOf,
  IQD_150,
  MINUTE,
  outcomeOf,
  outcomeOfInquiry,
  WalletRig,
} from '../../support/wallet-rig.js';

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
      const capture = await rig.planned({ currency, amount });
      const began = Date.now();
      const answer = await rig.client.capture(callOf(capture));
      assert.equal(outcomeOf(capture, answer), 'succeeded');
      assert.equal(await rig.moved(capture), BigInt(amount));
      assert.ok(answer.finding.is === 'captured');
      assert.equal(answer.finding.requestId, capture.requestId);
      assert.ok(answer.finding.providerCaptureId);
      assert.ok(Math.abs((answer.finding.capturedAt?.getTime() ?? 0) - began) < MINUTE);
    });
  }

  it('moves a part, if a part was asked for', async () => {
    const capture = await rig.planned({}, { amount: 1n, currency: 'IQD' });
    assert.equal(outcomeOf(capture, await rig.client.capture(callOf(capture))), 'succeeded');
    assert.equal(await rig.moved(capture), 1n);
  });

  it('moves money once when the same bytes are sent again, and says so again', async () => {
    const capture = await rig.planned();
    const first = await rig.client.capture(callOf(capture));
    const second = await rig.client.capture(callOf(capture));
    assert.deepEqual(second.finding, first.finding);
    assert.equal(await rig.moved(capture), IQD_150.amount);
    assert.equal((await rig.admin.book()).doubleCaptures, 0);
  });

  it('is refused where the wallet has reason to', async () => {
    const now = Date.now();
    const expired = await rig.planned({
      authorisedAt: new Date(now - 2 * MINUTE).toISOString(),
      expiresAt: new Date(now - MINUTE).toISOString(),
    });
    const tooMuch = await rig.planned({}, { amount: IQD_150.amount + 1n, currency: 'IQD' });
    const otherCurrency = await rig.planned({}, { amount: 1n, currency: 'EUR' });
    const unknown = captureOf('pay-that-nobody-made', IQD_150, IQD_150);
    for (const [capture, outcome] of [
      [expired, 'failed/expired'],
      [tooMuch, 'failed/amount'],
      [otherCurrency, 'failed/currency'],
      [unknown, 'failed/not_found'],
    ] as const) {
      assert.equal(outcomeOf(capture, await rig.client.capture(callOf(capture))), outcome);
    }
  });
});

describe('an account that is set up wrongly', () => {
  const strangers = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const faults: readonly [what: string, code: string, client: () => ProviderClient][] = [
    ['another key', 'SIGNATURE_INVALID', () => rig.clientWith({ privateKey: strangers.privateKey })],
    ['another key version', 'KEY_NOT_FOUND', () => rig.clientWith({ keyVersion: '2' })],
    ['an unknown client id', 'CLIENT_INVALID', () => rig.clientWith({ clientId: 'NOBODY' })],
    [
      'a signature in the wrong encoding',
      'SIGNATURE_INVALID',
      () => rig.clientWith({ signatureUrlEncoded: true }),
    ],
    [
      'a clock that is wrong',
      'SIGNATURE_INVALID',
      () => rig.clientWith({}, { ...clock, now: () => new Date(Date.now() - 60 * MINUTE) }),
    ],
  ];
  for (const [what, code, client] of faults) {
    it(`with ${what} sees ${code}, and the capture waits to be sent again`, async () => {
      const capture = await rig.planned();
      const answer = await client().capture(callOf(capture));
      assert.equal(answer.providerCode, code);
      assert.deepEqual(answer.finding, { is: 'account_fault' });
      assert.equal(outcomeOf(capture, answer), 'unsent');
      // Once mended, the same request goes through.
      assert.equal(outcomeOf(capture, await rig.client.capture(callOf(capture))), 'succeeded');
    });
  }

  it("with another wallet's public key believes nothing, though the money moved", async () => {
    const capture = await rig.planned();
    const answer = await rig.clientWith({ walletPublicKey: strangers.publicKey }).capture(callOf(capture));
    assert.equal(outcomeOf(capture, answer), 'pending/unknown');
    assert.equal(await rig.moved(capture), IQD_150.amount);
  });

  it('that wants URL-encoded signatures works with a wallet that does too', async () => {
    const encoding = await WalletRig.start({ signatureEncoding: 'url' }, { signatureUrlEncoded: true });
    try {
      const capture = await encoding.planned();
      const answer = await encoding.client.capture(callOf(capture));
      assert.equal(outcomeOf(capture, answer), 'succeeded');
      const inquired = await encoding.client.inquire(inquiryOf(capture));
      assert.equal(outcomeOfInquiry(capture, inquired), 'succeeded');
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
    const answer = await rig.clientWith({ baseUrl: gone.url }).capture(callOf(capture));
    assert.deepEqual(answer.finding, { is: 'not_sent' });
    assert.match(answer.providerMessage ?? '', /^ECONNREFUSED/);
    assert.equal(outcomeOf(capture, answer), 'unsent');
  });
});
