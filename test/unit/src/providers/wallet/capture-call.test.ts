import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Evidence, Finding } from '../../../../../src/capture/evidence.js';
import { claimedBy } from '../../../../../src/capture/evidence.js';
import type { Money } from '../../../../../src/capture/money.js';
import type { Answer } from '../../../../../src/ports/provider.js';
import { ask } from '../../../../../src/providers/answers.js';
import type { HttpOutcome } from '../../../../../src/providers/http-exchange.js';
import { CAPTURE_PATH, readCapture } from '../../../../../src/providers/wallet/capture-call.js';
import { WALLET_CODES } from '../../../../../src/providers/wallet/codes.js';
import { readSigned } from '../../../../../src/providers/wallet/reading.js';

const requestId = '0123456789abcdef0123456789abcdef';
const captureReference = 'PAY-1';
const money: Money = { amount: 150_000n, currency: 'IQD' };
const began = new Date('2026-11-21T10:00:00Z');
const ended = new Date('2026-11-21T10:00:04Z');
const clientId = 'CLIENT-1';
const NOW = '2026-11-21T10:00:03+00:00';
const respondedAt = new Date(NOW);
const wallet = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** How an answer is signed: by the wallet, not at all, or by somebody else's key. */
type Signed = 'verified' | 'unsigned' | 'invalid';

function response(
  body: unknown,
  signed: Signed = 'verified',
  { status = 200, time = NOW } = {},
): HttpOutcome {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const content = `POST ${CAPTURE_PATH}\n${clientId}.${time}.${text}${signed === 'invalid' ? ' ' : ''}`;
  const signature = sign('RSA-SHA256', Buffer.from(content), wallet.privateKey).toString('base64');
  const headers =
    signed === 'unsigned'
      ? { 'response-time': time }
      : { 'response-time': time, signature: `algorithm=RSA256, keyVersion=1, signature=${signature}` };
  return { kind: 'answered', status, headers, body: Buffer.from(text) };
}

function answerTo(outcome: HttpOutcome, requireSignedAnswers = true): Promise<Answer> {
  const context = { path: CAPTURE_PATH, clientId, walletPublicKey: wallet.publicKey, requireSignedAnswers };
  let time = began;
  return ask(
    { clock: { now: () => time, monotonic: () => 0, sleep: () => Promise.resolve() } },
    () => {
      time = ended;
      return Promise.resolve(outcome);
    },
    (answered, span) =>
      readSigned(answered, { ...context, span }, (body, stamp) =>
        readCapture(body, { requestId, captureReference, money }, stamp),
      ),
  );
}

/** What the capture's own rules make of an answer. */
function claimedIn({ finding, at }: Answer): string {
  const evidence: Evidence = {
    evidenceId: 'e',
    kind: 'capture_response',
    attempt: 1,
    at,
    finding,
    providerCode: null,
    providerMessage: null,
    raw: null,
  };
  return claimedBy(evidence, { money, requestIds: [requestId], requestId, isAmended: false });
}

function result(resultStatus: string, resultCode: string, resultMessage = 'A message.'): object {
  return { resultStatus, resultCode, resultMessage };
}

describe('a verified success', () => {
  it('is a capture with what the wallet names, and no amount where it names none', async () => {
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
      heard: 'word',
      retryAfterMs: null,
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
    const body = { result: result('S', 'SUCCESS'), captureRequestId: requestId };
    const answer = await answerTo(response(body, 'verified', { time: 'noon' }));
    assert.equal(claimedIn(answer), 'captured');
    assert.equal(answer.at, began);
  });

  it('is a success if all that it names is ours', async () => {
    for (const captureAmount of [
      { value: '150000', currency: 'IQD' },
      { value: '0150000', currency: 'IQD' },
      { value: '150000' },
      { currency: 'IQD' },
      {},
      null,
    ]) {
      const body = {
        result: result('S', 'SUCCESS'),
        captureRequestId: requestId,
        paymentId: 'PAY-1',
        captureAmount,
      };
      assert.equal(claimedIn(await answerTo(response(body))), 'captured', JSON.stringify(captureAmount));
    }
  });
});

/** What names something else than we asked, beside our request id or alone. */
const OTHERS: readonly Readonly<Record<string, unknown>>[] = [
  { captureAmount: { value: '1', currency: 'IQD' } },
  { captureAmount: { value: '150001', currency: 'IQD' } },
  { captureAmount: { value: '0', currency: 'IQD' } },
  { captureAmount: { value: '150000', currency: 'USD' } },
  { captureAmount: { currency: 'USD' } },
  { captureAmount: { value: '1' } },
  { paymentId: 'ANOTHER-PAYMENT' },
  { paymentId: 'pay-1' },
  { captureRequestId: 'another' },
  { captureRequestId: requestId.toUpperCase() },
].flatMap((members) => [members, { captureRequestId: requestId, ...members }]);

describe('an answer that names another amount, currency, payment or request', () => {
  for (const members of OTHERS) {
    it(`is a mismatch whatever its code: ${JSON.stringify(members)}`, async () => {
      for (const { code, status } of WALLET_CODES) {
        const answer = await answerTo(response({ result: result(status, code), ...members }));
        assert.equal(claimedIn(answer), 'mismatch', code);
        if (code !== 'SUCCESS') assert.deepEqual(answer.finding, { is: 'foreign' }, code);
        assert.equal(answer.providerCode, code);
      }
      const contradiction = await answerTo(response({ result: result('F', 'SUCCESS'), ...members }));
      assert.deepEqual(contradiction.finding, { is: 'foreign' });
    });
  }

  it('is passed on as it is, as far as the rules of captures can tell the difference', async () => {
    const findings = [
      { captureRequestId: requestId, captureAmount: { value: '1', currency: 'USD' } },
      { captureRequestId: 'another', paymentId: 'ANOTHER-PAYMENT' },
      { captureRequestId: requestId, paymentId: 'ANOTHER-PAYMENT' },
    ].map(async (members) => {
      const { finding } = await answerTo(response({ result: result('S', 'SUCCESS'), ...members }));
      return finding.is === 'captured' ? [finding.requestId, finding.money] : finding.is;
    });
    assert.deepEqual(await Promise.all(findings), [
      [requestId, { amount: 1n, currency: 'USD' }],
      ['another', null],
      'foreign',
    ]);
  });

  it('is unknown if its amount is none', async () => {
    for (const captureAmount of [
      '150000',
      { value: 1.5, currency: 'IQD' },
      { value: '-1', currency: 'IQD' },
    ]) {
      const body = { result: result('S', 'SUCCESS'), captureRequestId: requestId, captureAmount };
      assert.deepEqual((await answerTo(response(body))).finding, { is: 'unknown' });
    }
  });
});

describe('a signed answer that names no request', () => {
  const MINUTES = 60_000;
  const at = (time: Date, ms: number): string => new Date(time.getTime() + ms).toISOString();
  const findingsAt = (time: string, members: object = {}): Promise<string[]> =>
    Promise.all(
      WALLET_CODES.map(async ({ code, status }) => {
        const body = { result: result(status, code), ...members };
        return (await answerTo(response(body, 'verified', { time }))).finding.is;
      }),
    );
  const believed = WALLET_CODES.map(({ meaning }) => meaning.is);
  const doubted = WALLET_CODES.map(() => 'unknown');

  it('is believed if it was made during the call, or within five minutes of it', async () => {
    for (const time of [at(began, -5 * MINUTES), at(began, 0), NOW, at(ended, 0), at(ended, 5 * MINUTES)]) {
      assert.deepEqual(await findingsAt(time), believed, time);
    }
  });

  it('is no evidence at any other time, whatever it says', async () => {
    for (const time of [
      at(began, -5 * MINUTES - 1),
      at(ended, 5 * MINUTES + 1),
      '2020-01-01T00:00:00+00:00',
      // The same digits, an hour earlier.
      '2026-11-21T10:00:03+01:00',
      'noon',
      '2026-11-31T10:00:03+00:00',
    ]) {
      assert.deepEqual(await findingsAt(time), doubted, time);
      assert.deepEqual(await findingsAt(time, { paymentId: 'ANOTHER-PAYMENT' }), doubted, time);
    }
  });

  it('says nothing by its words either, and why is said to people', async () => {
    const body = { result: result('S', 'SUCCESS') };
    const answer = await answerTo(response(body, 'verified', { time: '2020-01-01T00:00:00Z' }));
    assert.equal(answer.at, began);
    assert.equal(answer.providerCode, null);
    assert.equal(
      answer.providerMessage,
      "the answer SUCCESS names no request, and a time that isn't this call's: 2020-01-01T00:00:00.000Z",
    );
    const nameless = await answerTo(response(body, 'verified', { time: 'noon' }));
    assert.match(nameless.providerMessage ?? '', /names no request, and .*: that nobody can read$/);
  });

  it('may be of any time if it does name ours', async () => {
    for (const time of ['2020-01-01T00:00:00+00:00', 'noon']) {
      assert.deepEqual(await findingsAt(time, { captureRequestId: requestId }), believed, time);
    }
  });
});

describe('a refusal', () => {
  it('has its category, code and message', async () => {
    const answer = await answerTo(response({ result: result('F', 'AUTH_EXPIRED', 'Too late.\0') }));
    assert.deepEqual(answer.finding, { is: 'declined', category: 'expired' });
    assert.equal(answer.providerCode, 'AUTH_EXPIRED');
    assert.equal(answer.providerMessage, 'Too late.\uFFFD');
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
        response({ result: result('F', 'SIGNATURE_INVALID') }, 'verified', { status }),
      );
      assert.deepEqual(answer.finding, { is: 'unknown' }, String(status));
      assert.equal(answer.httpStatus, status);
      assert.equal(answer.providerMessage, `HTTP ${String(status)}`);
    }
  });

  it('is not processed if it is 429, signed or not', async () => {
    const answer = await answerTo(response('slow down', 'unsigned', { status: 429 }));
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
      heard: 'nothing',
      retryAfterMs: null,
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
