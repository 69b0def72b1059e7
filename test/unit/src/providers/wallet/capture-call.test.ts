import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Finding } from '../../../../../src/capture/evidence.js';
import type { Answer } from '../../../../../src/ports/provider.js';
import { ask } from '../../../../../src/providers/answers.js';
import type { HttpOutcome } from '../../../../../src/providers/http-exchange.js';
import { CAPTURE_PATH, readCapture } from '../../../../../src/providers/wallet/capture-call.js';
import { WALLET_CODES } from '../../../../../src/providers/wallet/codes.js';
import { readSigned } from '../../../../../src/providers/wallet/reading.js';

const requestId = '0123456789abcdef0123456789abcdef';
const began = new Date('2026-11-21T10:00:00Z');
const clientId = 'CLIENT-1';
const respondedAt = new Date('2026-11-21T10:00:03Z');
const wallet = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** How an answer is signed: by the wallet, with or without the time that belongs to it, not at all, or by somebody else's key. */
type Signed = 'verified' | 'verified, no time' | 'unsigned' | 'invalid';

function response(body: unknown, signed: Signed = 'verified', status = 200): HttpOutcome {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const time = signed === 'verified, no time' ? 'noon' : '2026-11-21T10:00:03+00:00';
  const content = `POST ${CAPTURE_PATH}\n${clientId}.${time}.${text}${signed === 'invalid' ? ' ' : ''}`;
  const signature = sign('RSA-SHA256', Buffer.from(content), wallet.privateKey).toString('base64');
  const headers =
    signed === 'unsigned'
      ? {}
      : { 'response-time': time, signature: `algorithm=RSA256, keyVersion=1, signature=${signature}` };
  return { kind: 'answered', status, headers, body: Buffer.from(text) };
}

function answerTo(outcome: HttpOutcome, requireSignedAnswers = true): Promise<Answer> {
  const context = { path: CAPTURE_PATH, clientId, walletPublicKey: wallet.publicKey, requireSignedAnswers };
  return ask(
    { clock: { now: () => began, monotonic: () => 0, sleep: () => Promise.resolve() } },
    () => Promise.resolve(outcome),
    (answered) => readSigned(answered, context, (body, at) => readCapture(body, { requestId, at })),
  );
}

function result(resultStatus: string, resultCode: string, resultMessage = 'A message.'): object {
  return { resultStatus, resultCode, resultMessage };
}

describe('a verified success', () => {
  it('is a capture with what the wallet names, and no amount: it names none', async () => {
    const body = {
      result: result('S', 'SUCCESS', 'Success.'),
      captureRequestId: requestId,
      captureId: 'CAP-1',
      captureTime: '2021-06-08T12:12:12+08:00',
    };
    const answer = await answerTo(response(body));
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

  it('is a capture without the optional members, and whatever the time is written like', async () => {
    const bare: Finding = {
      is: 'captured',
      money: null,
      requestId: null,
      providerCaptureId: null,
      capturedAt: null,
    };
    assert.deepEqual((await answerTo(response({ result: result('S', 'SUCCESS') }))).finding, bare);
    assert.deepEqual(
      (await answerTo(response({ result: result('S', 'SUCCESS'), captureTime: '8 June' }))).finding,
      bare,
    );
  });

  it("passes on a request id that isn't ours, for the capture's rules to judge", async () => {
    const { finding } = await answerTo(
      response({ result: result('S', 'SUCCESS'), captureRequestId: 'another' }),
    );
    assert.equal(finding.is === 'captured' && finding.requestId, 'another');
  });

  it('is dated by when the call began if the wallet names no time', async () => {
    const answer = await answerTo(response({ result: result('S', 'SUCCESS') }, 'verified, no time'));
    assert.equal(answer.at, began);
  });
});

describe('a refusal', () => {
  it('has its category, code and message', async () => {
    const answer = await answerTo(response({ result: result('F', 'AUTH_EXPIRED', 'Too late.\0') }));
    assert.deepEqual(answer.finding, { is: 'declined', category: 'expired' });
    assert.equal(answer.providerCode, 'AUTH_EXPIRED');
    assert.equal(answer.providerMessage, 'Too late.\uFFFD');
  });

  it('says nothing if it names another request', async () => {
    const body = { result: result('F', 'AUTH_EXPIRED'), captureRequestId: 'another' };
    assert.deepEqual((await answerTo(response(body))).finding, { is: 'unknown' });
  });
});

describe('an answer that nobody signed', () => {
  for (const { code, status, meaning } of WALLET_CODES) {
    it(`with ${code} is no evidence`, async () => {
      const { finding } = await answerTo(response({ result: result(status, code) }, 'unsigned'));
      assert.equal(finding.is, 'unknown');
    });

    it(`with ${code} is believed where answers aren't signed at all`, async () => {
      const { finding } = await answerTo(response({ result: result(status, code) }, 'unsigned'), false);
      assert.equal(finding.is, meaning.is);
    });
  }

  it('keeps its body for people, but not its words as the wallet’s', async () => {
    const answer = await answerTo(response({ result: result('S', 'SUCCESS') }, 'unsigned'));
    assert.equal(answer.providerCode, null);
    assert.match(answer.providerMessage ?? '', /isn't signed/);
    assert.ok(answer.raw);
  });
});

describe('an answer with a wrong signature', () => {
  for (const requireSignedAnswers of [true, false]) {
    it(`is no evidence at all, signed answers being ${requireSignedAnswers ? 'required' : 'optional'}`, async () => {
      for (const { code, status } of WALLET_CODES) {
        const forged = response({ result: result(status, code) }, 'invalid');
        const answer = await answerTo(forged, requireSignedAnswers);
        assert.deepEqual(answer.finding, { is: 'unknown' }, code);
        assert.equal(answer.at, began);
        assert.equal(answer.providerCode, null);
      }
    });
  }
});

describe('an HTTP error', () => {
  it('is unknown whatever its body says', async () => {
    for (const status of [201, 204, 302, 400, 401, 403, 404, 408, 500, 502, 503, 504]) {
      const answer = await answerTo(
        response({ result: result('F', 'SIGNATURE_INVALID') }, 'verified', status),
      );
      assert.deepEqual(answer.finding, { is: 'unknown' }, String(status));
      assert.equal(answer.httpStatus, status);
      assert.equal(answer.providerMessage, `HTTP ${String(status)}`);
    }
  });

  it('is not processed if it is 429, signed or not', async () => {
    const answer = await answerTo(response('slow down', 'unsigned', 429));
    assert.deepEqual(answer.finding, { is: 'not_processed' });
    assert.equal(answer.httpStatus, 429);
  });
});

describe('a body that cannot be read', () => {
  for (const body of ['', '<html></html>', '{"result":{"resultStatus":"S"}}', '{"result":"S SUCCESS"}']) {
    it(`is unknown, also if it is signed: ${JSON.stringify(body)}`, async () => {
      const answer = await answerTo(response(body));
      assert.deepEqual(answer.finding, { is: 'unknown' });
      assert.deepEqual(answer.raw, Buffer.from(body));
    });
  }
});

describe('a call without an answer', () => {
  it('is not sent if no byte left, else unknown', async () => {
    const notSent = await answerTo({ kind: 'not_sent', code: 'ECONNREFUSED', message: 'connect failed' });
    assert.deepEqual(notSent, {
      finding: { is: 'not_sent' },
      at: began,
      providerCode: null,
      providerMessage: 'ECONNREFUSED: connect failed',
      raw: null,
      httpStatus: null,
    });
    const noAnswer = await answerTo({ kind: 'no_answer', code: 'ECONNRESET', message: 'reset' });
    assert.deepEqual(noAnswer.finding, { is: 'unknown' });
  });
});

describe('an error of our own in the middle of a call', () => {
  it('is unknown, since the request may have left', async () => {
    const answer = await ask(
      { clock: { now: () => began, monotonic: () => 0, sleep: () => Promise.resolve() } },
      () => Promise.resolve(response({ result: result('S', 'SUCCESS') })),
      () => {
        throw new Error('out of memory');
      },
    );
    assert.deepEqual(answer.finding, { is: 'unknown' });
    assert.equal(answer.at, began);
    assert.match(answer.providerMessage ?? '', /broke off: out of memory/);
  });
});
