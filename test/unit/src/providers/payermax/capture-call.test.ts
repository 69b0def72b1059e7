import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Finding } from '../../../../../src/capture/evidence.js';
import { claimedBy } from '../../../../../src/capture/evidence.js';
import type { Money } from '../../../../../src/capture/money.js';
import { MAX_MINOR_UNITS } from '../../../../../src/capture/money.js';
import type { Reading } from '../../../../../src/providers/answers.js';
import { readBody } from '../../../../../src/providers/json.js';
import type { Asked } from '../../../../../src/providers/payermax/capture-call.js';
import { readCapture } from '../../../../../src/providers/payermax/capture-call.js';
import { writeAmount } from '../../../../../src/providers/payermax/amount.js';
import { PAYERMAX_CODES } from '../../../../../src/providers/payermax/codes.js';
import { captureAnswer } from '../../../../../src/providers/payermax/wire.js';

const USD_100: Money = { amount: 10_000n, currency: 'USD' };
const asked: Asked = { requestId: 'REQ-1', captureReference: 'order_77', money: USD_100 };

/** What the answer names when it is about what was asked, as the JSON text of each member. */
const OURS: Readonly<Record<string, string>> = {
  captureNo: '"CAP-1"',
  requestId: '"REQ-1"',
  outTradeNo: '"Order_77"',
  amount: '100',
  currency: '"USD"',
  succeededTime: '"2023-08-06T23:51:00 +0000"',
};

/** Each thing that an answer can name, as it is when it is another's. */
const ANOTHERS: readonly (readonly [string, string])[] = [
  ['requestId', '"REQ-2"'],
  ['requestId', '"req-1"'],
  ['outTradeNo', '"order_78"'],
  ['amount', '10'],
  ['amount', '"100.01"'],
  ['amount', '100.001'],
  ['amount', '-100'],
  ['amount', '1e99'],
  ['currency', '"SAR"'],
  ['currency', '"XXX"'],
];

type Members = Readonly<Record<string, string | undefined>>;

function text(code: string, members: Members | null): string {
  const data = Object.entries(members ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${JSON.stringify(name)}:${value}`],
  );
  return `{"code":${JSON.stringify(code)},"msg":"A message.","data":${members === null ? 'null' : `{${data.join(',')}}`}}`;
}

function readingOf(code: string, members: Members | null, of = asked): Reading {
  const answer = readBody(Buffer.from(text(code, members)), captureAnswer);
  assert.ok(answer !== null, 'the test meant a readable answer');
  return readCapture(answer, of);
}

/** What an acceptance with this status says; `changed` replaces what it names, or leaves it out. */
function accepted(status: string, changed: Members = {}, of = asked): Finding {
  return readingOf('APPLY_SUCCESS', { ...OURS, status: JSON.stringify(status), ...changed }, of).finding;
}

/** What the capture's own rules make of a finding, given what was asked. */
function claimOf(finding: Finding, { money, requestId }: Pick<Asked, 'money' | 'requestId'> = asked): string {
  const evidence = {
    finding,
    evidenceId: 'e',
    kind: 'capture_response',
    attempt: 1,
    at: new Date(0),
  } as const;
  return claimedBy(
    { ...evidence, providerCode: null, providerMessage: null, raw: null },
    { money, requestIds: [requestId], requestId, isAmended: false },
  );
}

describe('a capture that succeeded', () => {
  it('is a capture with all that is named', () => {
    const reading = readingOf('APPLY_SUCCESS', { ...OURS, status: '"SUCCESS"' });
    assert.deepEqual(reading, {
      finding: {
        is: 'captured',
        money: USD_100,
        requestId: 'REQ-1',
        providerCaptureId: 'CAP-1',
        capturedAt: new Date('2023-08-06T23:51:00Z'),
      },
      code: 'SUCCESS',
      message: 'A message.',
    });
    assert.equal(claimOf(reading.finding), 'captured');
  });

  for (const amount of ['100', '100.00', '1E2', '"100"', '"100.0"', '1.0e+2']) {
    it(`is one whatever its amount is written like: ${amount}`, () => {
      assert.equal(claimOf(accepted('SUCCESS', { amount })), 'captured');
    });
  }

  it('is one whatever isFinal says, and without what only informs', () => {
    for (const isFinal of ['true', 'false', '"True"', '"False"', 'null', undefined]) {
      const bare = { isFinal, captureNo: undefined, succeededTime: undefined, outTradeNo: undefined };
      assert.equal(claimOf(accepted('SUCCESS', bare)), 'captured', isFinal);
    }
  });

  for (const name of ['requestId', 'amount', 'currency']) {
    it(`is no evidence without its ${name}`, () => {
      for (const left of [undefined, 'null']) {
        assert.deepEqual(accepted('SUCCESS', { [name]: left }), { is: 'unknown' });
      }
    });
  }

  for (const [name, value] of ANOTHERS) {
    it(`is a mismatch with ${name} ${value}`, () => {
      assert.equal(claimOf(accepted('SUCCESS', { [name]: value })), 'mismatch');
    });

    it(`is a mismatch with ${name} ${value} even if the rest is not named`, () => {
      const silent = { requestId: undefined, outTradeNo: undefined, amount: undefined, currency: undefined };
      assert.equal(claimOf(accepted('SUCCESS', { ...silent, [name]: value })), 'mismatch');
    });
  }

  it('passes on the money and the request that it names, for people to see', () => {
    const others = { amount: '10', currency: '"SAR"', requestId: '"REQ-2"', outTradeNo: '"order_78"' };
    const finding = accepted('SUCCESS', others);
    assert.deepEqual(finding, {
      is: 'captured',
      money: { amount: 1_000n, currency: 'SAR' },
      requestId: 'REQ-2',
      providerCaptureId: 'CAP-1',
      capturedAt: new Date('2023-08-06T23:51:00Z'),
    });
  });

  it('of another order is foreign if all else is as asked, since the capture’s own rules do not know the order', () => {
    assert.deepEqual(accepted('SUCCESS', { outTradeNo: '"order_78"' }), { is: 'foreign' });
  });
});

describe('a success', () => {
  const money = fc
    .record({
      amount: fc.bigInt({ min: 1n, max: MAX_MINOR_UNITS }),
      currency: fc.constantFrom('USD', 'IQD', 'JPY', 'CLF'),
    })
    .filter((each) => writeAmount(each) !== null);
  const named = ({ amount, currency }: Money): Members => ({
    amount: writeAmount({ amount, currency }) ?? '',
    currency: JSON.stringify(currency),
  });

  it('of exactly the amount that was asked is a capture', () => {
    fc.assert(
      fc.property(money, (ours) => {
        assert.equal(
          claimOf(accepted('SUCCESS', named(ours), { ...asked, money: ours }), { ...asked, money: ours }),
          'captured',
        );
      }),
    );
  });

  it('of one minor unit more or less is a mismatch, however large the amount', () => {
    fc.assert(
      fc.property(money, fc.constantFrom(1n, -1n), (ours, difference) => {
        const theirs = { ...ours, amount: ours.amount + difference };
        fc.pre(theirs.amount >= 0n && theirs.amount <= MAX_MINOR_UNITS);
        const of = { ...asked, money: ours };
        assert.equal(claimOf(accepted('SUCCESS', named(theirs), of), of), 'mismatch');
        assert.deepEqual(accepted('PENDING', named(theirs), of), { is: 'foreign' });
      }),
    );
  });
});

describe('a capture that is not decided', () => {
  it('is in process, also if it names nothing', () => {
    assert.deepEqual(accepted('PENDING'), { is: 'in_process' });
    assert.deepEqual(readingOf('APPLY_SUCCESS', { status: '"PENDING"' }), {
      finding: { is: 'in_process' },
      code: 'PENDING',
      message: 'A message.',
    });
  });

  it('is unknown by any other status, by none and without data', () => {
    for (const status of ['success', 'SUCCEEDED', 'CANCELLED', 'APPLY_SUCCESS', '']) {
      assert.deepEqual(accepted(status), { is: 'unknown' }, status);
    }
    assert.deepEqual(readingOf('APPLY_SUCCESS', OURS).finding, { is: 'unknown' });
    assert.deepEqual(readingOf('APPLY_SUCCESS', {}).finding, { is: 'unknown' });
    assert.deepEqual(readingOf('APPLY_SUCCESS', null).finding, { is: 'unknown' });
  });
});

describe('a capture that failed', () => {
  for (const status of ['FAILED', 'CLOSED']) {
    it(`as ${status} is declined, by the reason given`, () => {
      const reasons: Record<string, string> = {
        AMOUNT_LIMIT: 'limit',
        ORDER_NOT_EXIST: 'not_found',
        PAYMENT_FAILED: 'other',
        A_CODE_OF_NO_PAGE: 'other',
        APPLY_SUCCESS: 'other',
        TOO_MANY_REQUEST: 'other',
      };
      for (const [code, category] of Object.entries(reasons)) {
        const members = { ...OURS, status: JSON.stringify(status), errorCode: JSON.stringify(code) };
        assert.deepEqual(readingOf('APPLY_SUCCESS', { ...members, errorMsg: '"Why."' }), {
          finding: { is: 'declined', category },
          code,
          message: 'Why.',
        });
      }
    });

    it(`as ${status} is declined without a reason, too`, () => {
      assert.deepEqual(readingOf('APPLY_SUCCESS', { ...OURS, status: JSON.stringify(status) }), {
        finding: { is: 'declined', category: 'other' },
        code: status,
        message: 'A message.',
      });
      const without = { amount: undefined, currency: undefined, outTradeNo: undefined };
      assert.equal(accepted(status, without).is, 'declined');
    });

    it(`as ${status} is no evidence without its request: that is what the answer to an order query looks like`, () => {
      assert.deepEqual(accepted(status, { requestId: undefined }), { is: 'unknown' });
    });
  }
});

describe('an answer that names something else than was asked', () => {
  for (const [name, value] of ANOTHERS) {
    it(`is foreign with ${name} ${value}, unless it says that money moved`, () => {
      for (const status of ['PENDING', 'FAILED', 'CLOSED', 'ODD']) {
        assert.deepEqual(accepted(status, { [name]: value }), { is: 'foreign' }, status);
      }
      assert.deepEqual(readingOf('PAYMENT_FAILED', { [name]: value }).finding, { is: 'foreign' });
    });
  }

  it('is not one that names the order in other letters', () => {
    for (const outTradeNo of ['"ORDER_77"', '"order_77"']) {
      assert.deepEqual(accepted('PENDING', { outTradeNo }), { is: 'in_process' });
      assert.equal(claimOf(accepted('SUCCESS', { outTradeNo })), 'captured');
    }
  });
});

describe('an answer with another code than APPLY_SUCCESS', () => {
  const refusals = [
    ...PAYERMAX_CODES.filter(({ code }) => code !== 'APPLY_SUCCESS'),
    { code: 'CODE_OF_NO_PAGE', meaning: { is: 'unknown' } as const },
  ];
  for (const { code, meaning } of refusals) {
    it(`is what its code means: ${code}`, () => {
      for (const members of [null, {}, { requestId: '"REQ-1"' }]) {
        assert.deepEqual(readingOf(code, members), { finding: meaning, code, message: 'A message.' });
      }
    });

    it(`contradicts itself with ${code} and a status of another kind, and says nothing`, () => {
      for (const status of ['"SUCCESS"', '"PENDING"', '"ODD"']) {
        assert.deepEqual(readingOf(code, { ...OURS, status }).finding, { is: 'unknown' }, status);
      }
      for (const status of ['"FAILED"', '"CLOSED"']) {
        const expected = meaning.is === 'declined' ? meaning : { is: 'unknown' };
        assert.deepEqual(readingOf(code, { ...OURS, status }).finding, expected, status);
      }
    });
  }
});
