import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Script } from '../../../sandbox/scenario.js';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { RESULT_CODES } from '../../../sandbox/wallet/codes.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';

const HOUR = 3_600_000;

describe('scenarios', () => {
  let sandbox: Sandbox;
  let merchant: WalletMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox();
    merchant = new WalletMerchant(sandbox);
    admin = new SandboxAdmin(sandbox);
  });
  after(() => sandbox.close());

  const captured = async (paymentId: string): Promise<string> =>
    (await admin.entry(paymentId)).capturedAmount;
  const codesOf = async (paymentId: string, calls: number, fields = {}): Promise<(string | null)[]> => {
    const codes: (string | null)[] = [];
    for (let call = 0; call < calls; call += 1) {
      codes.push((await merchant.capture(paymentId, fields)).resultCode);
    }
    return codes;
  };

  describe('answer', () => {
    for (const [resultCode, { status }] of Object.entries(RESULT_CODES)) {
      it(`says ${resultCode} (${status}), signed, and moves nothing`, async () => {
        const paymentId = await admin.authorise({ scenario: { kind: 'answer', resultCode } });
        const reply = await merchant.capture(paymentId);
        assert.deepEqual([reply.resultCode, reply.resultStatus], [resultCode, status]);
        assert.equal(reply.status, 200);
        assert.ok(reply.signed);
        assert.ok(reply.resultMessage);
        assert.equal(await captured(paymentId), '0');
        assert.equal('captureId' in reply.body, status === 'S');
      });
    }

    it('says a code of no table, with any status', async () => {
      const scenario: Script = { kind: 'answer', resultCode: 'SOMETHING_NEW', resultStatus: 'A' };
      const reply = await merchant.capture(await admin.authorise({ scenario }));
      assert.deepEqual([reply.resultCode, reply.resultStatus], ['SOMETHING_NEW', 'A']);
    });

    it('holds for every call, or for as many as it says', async () => {
      const always = await admin.authorise({ scenario: { kind: 'answer', resultCode: 'ACCESS_DENIED' } });
      assert.deepEqual(await codesOf(always, 3), ['ACCESS_DENIED', 'ACCESS_DENIED', 'ACCESS_DENIED']);
      const twice = await admin.authorise({
        scenario: { kind: 'answer', resultCode: 'ACCESS_DENIED', times: 2 },
      });
      const id = { captureRequestId: 'patient' };
      assert.deepEqual(await codesOf(twice, 3, id), ['ACCESS_DENIED', 'ACCESS_DENIED', 'SUCCESS']);
    });

    it('ends its request id if it is a refusal by the wallet', async () => {
      const paymentId = await admin.authorise({
        scenario: { kind: 'answer', resultCode: 'RISK_REJECT', times: 1 },
      });
      const id = { captureRequestId: 'burnt' };
      assert.deepEqual(await codesOf(paymentId, 3, id), ['RISK_REJECT', 'RISK_REJECT', 'RISK_REJECT']);
      assert.deepEqual(await codesOf(paymentId, 1), ['SUCCESS']);
    });
  });

  it('answer ends a request id also if its outcome was unknown before', async () => {
    const paymentId = await admin.authorise({
      scenario: [
        { kind: 'unknown', moved: false },
        { kind: 'answer', resultCode: 'RISK_REJECT' },
      ],
    });
    const codes = await codesOf(paymentId, 3, { captureRequestId: 'unknown, then refused' });
    assert.deepEqual(codes, ['UNKNOWN_EXCEPTION', 'RISK_REJECT', 'RISK_REJECT']);
  });

  it('answer leaves alone what a request id has come to', async () => {
    const paymentId = await admin.authorise({
      scenario: [{ kind: 'normal' }, { kind: 'answer', resultCode: 'RISK_REJECT' }],
    });
    const codes = await codesOf(paymentId, 3, { captureRequestId: 'captured, then refused' });
    assert.deepEqual(codes, ['SUCCESS', 'RISK_REJECT', 'SUCCESS']);
  });

  it('in a list, each holds for one call, and what comes after is normal', async () => {
    const paymentId = await admin.authorise({
      scenario: [
        { kind: 'unknown', moved: false },
        { kind: 'answer', resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT', times: 2 },
        { kind: 'normal' },
        { kind: 'answer', resultCode: 'ACCESS_DENIED' },
      ],
    });
    const limited = 'REQUEST_TRAFFIC_EXCEED_LIMIT';
    const expected = ['UNKNOWN_EXCEPTION', limited, limited, 'SUCCESS', 'ACCESS_DENIED', 'SUCCESS'];
    assert.deepEqual(await codesOf(paymentId, 6, { captureRequestId: 'listed' }), expected);
  });

  describe('unknown', () => {
    for (const moved of [true, false]) {
      it(`says U, and the money has ${moved ? '' : 'not '}moved; the next call tells`, async () => {
        const paymentId = await admin.authorise({ scenario: [{ kind: 'unknown', moved }] });
        const id = { captureRequestId: `unknown ${moved}` };
        const reply = await merchant.capture(paymentId, id);
        assert.deepEqual([reply.resultCode, reply.resultStatus], ['UNKNOWN_EXCEPTION', 'U']);
        assert.ok(reply.signed);
        assert.ok(!('captureId' in reply.body));
        assert.equal(await captured(paymentId), moved ? '150000' : '0');
        assert.deepEqual(await codesOf(paymentId, 1, id), ['SUCCESS']);
        assert.equal((await admin.entry(paymentId)).captures.length, 1);
      });
    }

    it('counts a double capture behind it like any other', async () => {
      const paymentId = await admin.authorise({
        scenario: [{ kind: 'normal' }, { kind: 'unknown', moved: true }],
      });
      assert.deepEqual(await codesOf(paymentId, 2), ['SUCCESS', 'UNKNOWN_EXCEPTION']);
      const { doubleCaptureList } = await admin.book();
      assert.equal(doubleCaptureList.filter((double) => double.paymentId === paymentId).length, 1);
    });
  });

  it('in_process without an end stays so', async () => {
    const paymentId = await admin.authorise({ scenario: { kind: 'in_process', moved: true } });
    const codes = await codesOf(paymentId, 2, { captureRequestId: 'for ever' });
    assert.deepEqual(codes, ['CAPTURE_IN_PROCESS', 'CAPTURE_IN_PROCESS']);
    assert.equal(await captured(paymentId), '0');
  });

  describe('http', () => {
    for (const status of [400, 429, 500, 502, 503, 504]) {
      it(`answers ${status} with a body that is not the wallet's, and does not sign it`, async () => {
        const moved = status >= 500;
        const paymentId = await admin.authorise({ scenario: { kind: 'http', status, moved } });
        const reply = await merchant.capture(paymentId);
        assert.equal(reply.status, status);
        assert.equal(reply.resultCode, null);
        assert.equal(reply.headers.get('signature'), null);
        assert.ok(reply.text.length > 0);
        assert.equal(reply.headers.get('retry-after'), status === 429 ? '1' : null);
        assert.equal(await captured(paymentId), moved ? '150000' : '0');
      });
    }
  });

  describe('reset', () => {
    const cases = [
      { when: 'before_read', moved: false },
      { when: 'before_answer', moved: false },
      { when: 'before_answer', moved: true },
    ] as const;
    for (const { when, moved } of cases) {
      it(`${when} breaks the connection; the money has ${moved ? '' : 'not '}moved`, async () => {
        const paymentId = await admin.authorise({ scenario: { kind: 'reset', when, moved } });
        await assert.rejects(merchant.capture(paymentId), (error: Error) => {
          assert.equal((error.cause as { code?: string }).code, 'ECONNRESET');
          return true;
        });
        assert.equal(await captured(paymentId), moved ? '150000' : '0');
      });
    }
  });

  describe('delay', () => {
    it('takes its time, holds the payment, and moves the money at the end', async () => {
      const paymentId = await admin.authorise({ scenario: [{ kind: 'delay', ms: HOUR }] });
      const slow = merchant.capture(paymentId, { captureRequestId: 'slow' });
      await eventually(async () => (await admin.entry(paymentId)).requestIds.length === 1);
      assert.equal((await merchant.inquire({ paymentId })).body['paymentStatus'], 'PROCESSING');
      assert.deepEqual(await codesOf(paymentId, 1), ['MUTEX_OPERATION_IN_PROCESSING']);
      await admin.hurry();
      assert.equal((await slow).resultCode, 'SUCCESS');
      assert.equal(await captured(paymentId), '150000');
    });

    it('moves the money also if the caller has hung up', async () => {
      const paymentId = await admin.authorise({ scenario: { kind: 'delay', ms: HOUR } });
      const call = new AbortController();
      const caller = merchant.capture(paymentId, {}, { signal: call.signal });
      await eventually(async () => (await admin.entry(paymentId)).requestIds.length === 1);
      call.abort();
      await assert.rejects(caller, { name: 'AbortError' });
      assert.equal(await admin.hurry(), 1);
      await eventually(async () => (await captured(paymentId)) === '150000');
    });

    it('comes before whatever else is scripted', async () => {
      const paymentId = await admin.authorise({
        scenario: {
          kind: 'delay',
          ms: 100,
          then: { kind: 'delay', ms: 50, then: { kind: 'http', status: 503, moved: true } },
        },
      });
      const began = performance.now();
      assert.equal((await merchant.capture(paymentId)).status, 503);
      assert.ok(performance.now() - began >= 145);
      assert.equal(await captured(paymentId), '150000');
    });
  });

  describe('damage on the way', () => {
    it('unsigned: the headers of the signature are missing', async () => {
      const reply = await merchant.capture(await admin.authorise({ scenario: { kind: 'unsigned' } }));
      assert.equal(reply.resultCode, 'SUCCESS');
      assert.deepEqual(
        ['client-id', 'response-time', 'signature'].map((name) => reply.headers.get(name)),
        [null, null, null],
      );
    });

    it('wrong_signature: it is in form and does not hold', async () => {
      const scenario: Script = {
        kind: 'wrong_signature',
        then: { kind: 'answer', resultCode: 'RISK_REJECT' },
      };
      const reply = await merchant.capture(await admin.authorise({ scenario }));
      assert.equal(reply.resultCode, 'RISK_REJECT');
      assert.match(
        reply.headers.get('signature') ?? '',
        /^algorithm=RSA256, keyVersion=1, signature=.{344}$/,
      );
      assert.equal(reply.signed, false);
    });

    it('garbage: the body is no JSON, and is signed as it is', async () => {
      const paymentId = await admin.authorise({ scenario: { kind: 'garbage' } });
      const reply = await merchant.capture(paymentId);
      assert.throws(() => JSON.parse(reply.text) as unknown);
      assert.ok(reply.signed);
      assert.equal(await captured(paymentId), '150000');
    });

    it('truncated: the connection ends half-way through the body', async () => {
      const paymentId = await admin.authorise({ scenario: { kind: 'truncated' } });
      await assert.rejects(merchant.capture(paymentId), { name: 'TypeError', message: 'terminated' });
      assert.equal(await captured(paymentId), '150000');
    });

    it('altered: members of the body are replaced or removed before it is signed', async () => {
      const members = { captureId: 'another', captureTime: null, extra: { nested: 1 } };
      const paymentId = await admin.authorise({ scenario: { kind: 'altered', members } });
      const { body, signed } = await merchant.capture(paymentId);
      assert.ok(signed);
      assert.equal(body['captureId'], 'another');
      assert.deepEqual(body['extra'], { nested: 1 });
      assert.ok(!('captureTime' in body));
      assert.equal(await captured(paymentId), '150000');
    });
  });

  describe('of inquiries', () => {
    const inquiry = async (inquiryScenario: Script) => {
      const paymentId = await admin.authorise({ inquiryScenario });
      return merchant.inquire({ paymentId });
    };

    it('are scripted apart from those of captures', async () => {
      const scenario: Script = { kind: 'answer', resultCode: 'RISK_REJECT' };
      const inquiryScenario: Script = [{ kind: 'answer', resultCode: 'UNKNOWN_EXCEPTION' }];
      const paymentId = await admin.authorise({ scenario, inquiryScenario });
      const first = await merchant.inquire({ paymentId });
      assert.equal(first.resultCode, 'UNKNOWN_EXCEPTION');
      assert.ok(!('paymentStatus' in first.body));
      assert.equal((await merchant.inquire({ paymentId })).body['paymentStatus'], 'AUTH_SUCCESS');
      assert.equal((await merchant.capture(paymentId)).resultCode, 'RISK_REJECT');
    });

    it('know the same kinds', async () => {
      assert.equal((await inquiry({ kind: 'http', status: 502, moved: false })).status, 502);
      assert.equal((await inquiry({ kind: 'unsigned' })).headers.get('signature'), null);
      assert.equal((await inquiry({ kind: 'wrong_signature' })).signed, false);
      assert.equal((await inquiry({ kind: 'garbage' })).resultCode, null);
      assert.equal((await inquiry({ kind: 'delay', ms: 20 })).resultCode, 'SUCCESS');
      const altered = await inquiry({ kind: 'altered', members: { paymentStatus: 'FAIL' } });
      assert.equal(altered.body['paymentStatus'], 'FAIL');
      await assert.rejects(inquiry({ kind: 'truncated' }));
      await assert.rejects(inquiry({ kind: 'reset', when: 'before_answer', moved: false }));
    });
  });

  async function eventually(condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (!(await condition())) assert.ok(Date.now() < deadline, 'it must come true within 5 s');
  }
});
