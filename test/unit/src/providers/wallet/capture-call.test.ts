import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../../../src/capture/evidence.js';
import type { Answer } from '../../../../../src/ports/provider.js';
import { captureAnswerOf } from '../../../../../src/providers/wallet/capture-call.js';
import { WALLET_CODES } from '../../../../../src/providers/wallet/codes.js';
import type { WalletResponse } from '../../../../../src/providers/wallet/gateway.js';

const requestId = '0123456789abcdef0123456789abcdef';
const began = new Date('2026-11-21T10:00:00Z');
const respondedAt = new Date('2026-11-21T10:00:03Z');

type Answered = Extract<WalletResponse, { kind: 'answered' }>;

function response(body: unknown, changed: Partial<Answered> = {}): WalletResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    kind: 'answered',
    status: 200,
    headers: {},
    body: Buffer.from(text),
    authenticity: 'verified',
    respondedAt,
    ...changed,
  };
}

function answerTo(from: WalletResponse, requireSignedAnswers = true): Answer {
  return captureAnswerOf(from, { requestId, began, requireSignedAnswers });
}

function result(resultStatus: string, resultCode: string, resultMessage = 'A message.'): object {
  return { resultStatus, resultCode, resultMessage };
}

const unsigned = { authenticity: 'unsigned', respondedAt: null } as const;

describe('a verified success', () => {
  it('is a capture with what the wallet names, and no amount: it names none', () => {
    const body = {
      result: result('S', 'SUCCESS', 'Success.'),
      captureRequestId: requestId,
      captureId: 'CAP-1',
      captureTime: '2021-06-08T12:12:12+08:00',
    };
    const answer = answerTo(response(body));
    assert.deepEqual(answer, {
      finding: {
        is: 'captured',
        money: null,
        requestId,
        providerCaptureId: 'CAP-1',
        capturedAt: new Date('2021-06-08T04:12:12Z'),
      },
      at: respondedAt,
      providerCode: 'SUCCESS',
      providerMessage: 'Success.',
      raw: Buffer.from(JSON.stringify(body)),
      httpStatus: 200,
    });
  });

  it('is a capture without the optional members, and whatever the time is written like', () => {
    const bare: Finding = {
      is: 'captured',
      money: null,
      requestId: null,
      providerCaptureId: null,
      capturedAt: null,
    };
    assert.deepEqual(answerTo(response({ result: result('S', 'SUCCESS') })).finding, bare);
    assert.deepEqual(
      answerTo(response({ result: result('S', 'SUCCESS'), captureTime: '8 June' })).finding,
      bare,
    );
  });

  it("passes on a request id that isn't ours, for the capture's rules to judge", () => {
    const { finding } = answerTo(response({ result: result('S', 'SUCCESS'), captureRequestId: 'another' }));
    assert.equal(finding.is === 'captured' && finding.requestId, 'another');
  });

  it('is dated by when the call began if the wallet names no time', () => {
    assert.equal(answerTo(response({ result: result('S', 'SUCCESS') }, { respondedAt: null })).at, began);
  });
});

describe('a refusal', () => {
  it('has its category, code and message', () => {
    const answer = answerTo(response({ result: result('F', 'AUTH_EXPIRED', 'Too late.\0') }));
    assert.deepEqual(answer.finding, { is: 'declined', category: 'expired' });
    assert.equal(answer.providerCode, 'AUTH_EXPIRED');
    assert.equal(answer.providerMessage, 'Too late.\uFFFD');
  });

  it('says nothing if it names another request', () => {
    const body = { result: result('F', 'AUTH_EXPIRED'), captureRequestId: 'another' };
    assert.deepEqual(answerTo(response(body)).finding, { is: 'unknown' });
  });
});

describe('an answer that nobody signed', () => {
  for (const { code, status, meaning } of WALLET_CODES) {
    it(`with ${code} is no evidence`, () => {
      const { finding } = answerTo(response({ result: result(status, code) }, unsigned));
      assert.equal(finding.is, 'unknown');
    });

    it(`with ${code} is believed where answers aren't signed at all`, () => {
      const { finding } = answerTo(response({ result: result(status, code) }, unsigned), false);
      assert.equal(finding.is, meaning.is);
    });
  }

  it('keeps its body for people, but not its words as the wallet’s', () => {
    const answer = answerTo(response({ result: result('S', 'SUCCESS') }, unsigned));
    assert.equal(answer.providerCode, null);
    assert.match(answer.providerMessage ?? '', /isn't signed/);
    assert.ok(answer.raw);
  });
});

describe('an answer with a wrong signature', () => {
  for (const requireSignedAnswers of [true, false]) {
    it(`is no evidence at all, signed answers being ${requireSignedAnswers ? 'required' : 'optional'}`, () => {
      for (const { code, status } of WALLET_CODES) {
        const forged = response(
          { result: result(status, code) },
          { authenticity: 'invalid', respondedAt: null },
        );
        const answer = answerTo(forged, requireSignedAnswers);
        assert.deepEqual(answer.finding, { is: 'unknown' }, code);
        assert.equal(answer.at, began);
        assert.equal(answer.providerCode, null);
      }
    });
  }
});

describe('an HTTP error', () => {
  it('is unknown whatever its body says', () => {
    for (const status of [201, 204, 302, 400, 401, 403, 404, 408, 500, 502, 503, 504]) {
      const answer = answerTo(response({ result: result('F', 'SIGNATURE_INVALID') }, { status }));
      assert.deepEqual(answer.finding, { is: 'unknown' }, String(status));
      assert.equal(answer.httpStatus, status);
      assert.equal(answer.providerMessage, `HTTP ${String(status)}`);
    }
  });

  it('is not processed if it is 429, signed or not', () => {
    const answer = answerTo(response('slow down', { status: 429, ...unsigned }));
    assert.deepEqual(answer.finding, { is: 'not_processed' });
    assert.equal(answer.httpStatus, 429);
  });
});

describe('a body that cannot be read', () => {
  for (const body of ['', '<html></html>', '{"result":{"resultStatus":"S"}}', '{"result":"S SUCCESS"}']) {
    it(`is unknown, also if it is signed: ${JSON.stringify(body)}`, () => {
      const answer = answerTo(response(body));
      assert.deepEqual(answer.finding, { is: 'unknown' });
      assert.deepEqual(answer.raw, Buffer.from(body));
    });
  }
});

describe('a call without an answer', () => {
  it('is not sent if no byte left, else unknown', () => {
    const notSent = answerTo({ kind: 'not_sent', code: 'ECONNREFUSED', message: 'connect failed' });
    assert.deepEqual(notSent, {
      finding: { is: 'not_sent' },
      at: began,
      providerCode: null,
      providerMessage: 'ECONNREFUSED: connect failed',
      raw: null,
      httpStatus: null,
    });
    const noAnswer = answerTo({ kind: 'no_answer', code: 'ECONNRESET', message: 'reset' });
    assert.deepEqual(noAnswer.finding, { is: 'unknown' });
  });
});
