import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCapture } from '../../../../../src/providers/wallet/capture-call.js';
import { walletRules } from '../../../../../src/providers/wallet/rules.js';

/** The request and the answer that the capture page shows. */
const REQUEST = {
  captureRequestId: '20231127190741010007013213156',
  paymentId: '2023120611121280010016600090000xxxx',
  // The page doesn't say whether it means dinars or fils, so its value is no vector.
  captureAmount: { currency: 'IQD' },
};
const ANSWER = {
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success.' },
  captureRequestId: REQUEST.captureRequestId,
  captureId: '2023120611121280010016600090000xxxx',
  captureTime: '2021-06-08T12:12:12+08:00',
};

describe("the page's request", () => {
  it('is what we send for it, but for the value', () => {
    const body = walletRules.businessBody({
      requestId: REQUEST.captureRequestId,
      orderId: 'order-1',
      paymentId: REQUEST.paymentId,
      captureReference: REQUEST.paymentId,
      money: { amount: 1_000_000n, currency: 'IQD' },
      references: new Map(),
      description: null,
    });
    assert.ok(body instanceof Uint8Array);
    const { captureAmount, ...others } = JSON.parse(Buffer.from(body).toString('utf8')) as {
      captureAmount: { value: string; currency: string };
    };
    const { value, ...currency } = captureAmount;
    assert.deepEqual({ ...others, captureAmount: currency }, REQUEST);
    assert.equal(typeof value, 'string');
  });
});

describe("the page's answer", () => {
  // Its time would be another day's, were it signed; but it names its request.
  const stamp = { at: null, isOfThisCall: false };
  const read = (requestId: string): unknown => {
    const money = { amount: 1_000_000n, currency: 'IQD' };
    const asked = { requestId, captureReference: REQUEST.paymentId, money };
    return readCapture(Buffer.from(JSON.stringify(ANSWER)), asked, stamp);
  };
  const reading = {
    finding: {
      is: 'captured',
      money: null,
      requestId: REQUEST.captureRequestId,
      providerCaptureId: ANSWER.captureId,
      capturedAt: new Date('2021-06-08T04:12:12Z'),
    },
    code: 'SUCCESS',
    message: 'Success.',
    at: null,
  };

  it('says that the capture was made, under which id and when', () => {
    assert.deepEqual(read(REQUEST.captureRequestId), reading);
  });

  it('names its own request, also to one that is another', () => {
    assert.deepEqual(read('ours'), reading);
  });
});
