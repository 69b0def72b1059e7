import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Evidence } from '../../../../../src/capture/evidence.js';
import { fold, started } from '../../../../../src/capture/state-machine.js';
import { verdictOf } from '../../../../../src/capture/verdict.js';
import { readBody } from '../../../../../src/providers/json.js';
import { readCapture } from '../../../../../src/providers/payermax/capture-call.js';
import { bodyAround } from '../../../../../src/providers/payermax/gateway.js';
import { payermaxRules } from '../../../../../src/providers/payermax/rules.js';
import { captureAnswer } from '../../../../../src/providers/payermax/wire.js';
import { aCapture, EPOCH, LEASE_END, POLICY } from '../../../../support/captures.js';

/** The request and the answer that the capture page shows. They don't belong together: one is about 100 USD, the other about 10 SAR. */
const REQUEST = {
  version: '1.5',
  keyVersion: '1',
  requestTime: '2024-11-06T11:56:13.000+08:00',
  appId: '8f8b0895b60f41abbdb05405052971c8',
  merchantNo: 'P01010114178824',
  data: { requestId: 'xxxxx', outTradeNo: 'xxxxxxxx', currency: 'USD', amount: 100 },
};
const ANSWER = {
  msg: 'Success.',
  code: 'APPLY_SUCCESS',
  data: {
    captureNo: '20230806235954ED7856775040587834005',
    requestId: 'xxxxx',
    outTradeNo: 'xxxxxxxx',
    amount: 10,
    currency: 'SAR',
    status: 'PENDING',
    isFinal: true,
    createdTime: '2023-08-06T23:50:59 +0000',
    succeededTime: null,
    failedTime: null,
    errorCode: null,
    errorMsg: null,
  },
};

const usd = started(
  aCapture({
    provider: 'payermax',
    captureReference: 'xxxxxxxx',
    requestId: 'xxxxx',
    money: { amount: 10_000n, currency: 'USD' },
    authorisedAmount: 10_000n,
  }),
  LEASE_END,
);
const sar = { ...usd, money: { amount: 1_000n, currency: 'SAR' } };

function evidenceFor(capture: typeof usd, data: object = {}): Evidence {
  const body = Buffer.from(JSON.stringify({ ...ANSWER, data: { ...ANSWER.data, ...data } }));
  const answer = readBody(body, captureAnswer);
  assert.ok(answer !== null);
  const { finding, code, message } = readCapture(answer, capture);
  return {
    evidenceId: 'e',
    kind: 'capture_response',
    attempt: 1,
    at: EPOCH,
    finding,
    providerCode: code,
    providerMessage: message,
    raw: body,
  };
}

describe("the page's request", () => {
  it('is what we send for it', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const data = payermaxRules.businessBody({
      requestId: 'xxxxx',
      orderId: 'order-1',
      paymentId: 'pay-1',
      captureReference: 'xxxxxxxx',
      money: usd.money,
      references: new Map([['outTradeNo', 'xxxxxxxx']]),
      description: null,
    });
    assert.ok(data instanceof Uint8Array);
    const { version, keyVersion, appId, merchantNo, requestTime } = REQUEST;
    const body = bodyAround(
      data,
      {
        version,
        keyVersion,
        appId,
        merchantNo,
        baseUrl: 'https://gateway.example',
        timeoutMs: 15_000,
        maxInFlight: 1,
        privateKey,
        payermaxPublicKey: publicKey,
        requireSignedAnswers: true,
        requireSignedRefusals: false,
      },
      new Date(requestTime),
    );
    const sent = JSON.parse(Buffer.from(body).toString('utf8')) as typeof REQUEST;
    assert.deepEqual(
      { ...sent, requestTime: new Date(sent.requestTime) },
      {
        ...REQUEST,
        requestTime: new Date(requestTime),
      },
    );
    assert.deepEqual(Object.keys(sent), Object.keys(REQUEST));
  });
});

describe("the page's answer", () => {
  for (const status of ['PENDING', 'SUCCESS', 'FAILED', 'CLOSED']) {
    it(`is an integrity mismatch to the page's request as ${status}, and waits for a person`, () => {
      const evidence = [evidenceFor(usd, { status })];
      const verdict = verdictOf(usd, evidence, POLICY.quietPeriodMs);
      assert.equal(verdict.says === 'pending' && verdict.reason, 'integrity_mismatch');
      const { capture, event } = fold({ capture: usd, evidence, now: EPOCH, random: 0.5 }, POLICY);
      assert.deepEqual(capture.status, { state: 'pending', reason: 'integrity_mismatch' });
      assert.equal(capture.review, 'integrity_mismatch');
      assert.equal(event?.type === 'capture.pending' && event.reason, 'integrity_mismatch');
    });
  }

  it('answers a request for 10 SAR as it is meant', () => {
    const verdict = verdictOf(sar, [evidenceFor(sar)], POLICY.quietPeriodMs);
    assert.equal(verdict.says === 'pending' && verdict.reason, 'in_process');
    assert.equal(
      verdictOf(sar, [evidenceFor(sar, { status: 'SUCCESS' })], POLICY.quietPeriodMs).says,
      'succeeded',
    );
    assert.equal(
      verdictOf(sar, [evidenceFor(sar, { status: 'FAILED' })], POLICY.quietPeriodMs).says,
      'failed',
    );
  });
});
