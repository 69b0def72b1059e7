import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import type { YabandPayDeviation, YabandPayReply } from '../../support/yabandpay-merchant.js';
import { requestId, YabandPayMerchant } from '../../support/yabandpay-merchant.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const SECONDS = NOW.getTime() / 1000;
const FIVE_MINUTES = 300;

describe("YabandPay's gate", () => {
  let sandbox: Sandbox;
  let merchant: YabandPayMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox({ now: () => NOW });
    merchant = new YabandPayMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'yabandpay');
  });
  after(() => sandbox.close());

  async function captureWith(
    deviation: YabandPayDeviation,
    fields: Readonly<Record<string, unknown>> = {},
  ): Promise<YabandPayReply> {
    const tradeId = await admin.authorise();
    const reply = await merchant.capture(tradeId, fields, { time: SECONDS, ...deviation });
    const { capturedAmount, requestIds } = await admin.entry(tradeId);
    const untouched = capturedAmount === '0' && requestIds.length === 0;
    assert.equal(untouched, reply.code !== '200', 'a refusal at the gate leaves the book untouched');
    assert.equal(reply.httpStatus, 200);
    assert.equal(reply.status, reply.code === '200');
    return reply;
  }

  const admitted: Record<string, YabandPayDeviation> = {
    'is signed and timed as YabandPay wants it': {},
    'has a time at the edge of the window': { time: SECONDS - FIVE_MINUTES },
    'has a time ahead, at the edge': { time: SECONDS + FIVE_MINUTES },
    'names its character set': { contentType: 'application/json; charset=utf-8' },
  };
  for (const [how, deviation] of Object.entries(admitted)) {
    it(`admits a request that ${how}`, async () => {
      assert.equal((await captureWith(deviation)).code, '200');
    });
  }

  const refused: Record<string, readonly [string, YabandPayDeviation]> = {
    'a body that is no JSON': ['-3001', { sentBody: '{"user":' }],
    'a body that is no object': ['-3001', { sentBody: '[]' }],
    'no body': ['-3001', { sentBody: '' }],
    'a body that is not in UTF-8': ['-3001', { sentBody: Buffer.from('{"user":"é"}', 'latin1') }],
    'another media type': ['-3001', { contentType: 'text/plain' }],
    'an amount that is there twice, the one that was signed last': [
      '-3001',
      { rewritten: (body) => body.replace('"amount":', '"amount":"1","amount":') },
    ],
    'a method that is there twice': [
      '-3001',
      { rewritten: (body) => body.replace('"method":', '"method":"v3.QueryOrder","method":') },
    ],
    'no user': ['-3001', { envelope: { user: null } }],
    'a user that is a number': ['-3001', { envelope: { user: 100001 } }],
    'no signature': ['-3001', { envelope: { sign: null } }],
    'no method': ['-3001', { envelope: { method: null } }],
    'no data': ['-3001', { envelope: { data: null } }],
    'data as text': ['-3001', { envelope: { data: '{}' } }],
    'no time': ['-3001', { envelope: { time: null } }],
    'a time as text': ['-3001', { envelope: { time: String(SECONDS) } }],
    'a time with decimals': ['-3001', { time: SECONDS + 0.5 }],
    'a user that YabandPay does not have': ['-2001', { user: '999999' }],
    'a user other than the signed one, that it does not have': ['-2001', { envelope: { user: '999999' } }],
    'a signature of another key': ['-403', { secretKey: 'another' }],
    'a signature in capitals': ['-403', { sign: (hex) => hex.toUpperCase() }],
    'a signature cut short': ['-403', { sign: (hex) => hex.slice(0, -1) }],
    'a time other than the signed one': ['-403', { envelope: { time: SECONDS + 1 } }],
    'a method other than the signed one': ['-403', { envelope: { method: 'v3.QueryOrder' } }],
    'a time too long past': ['-403', { time: SECONDS - FIVE_MINUTES - 1 }],
    'a time too far ahead': ['-403', { time: SECONDS + FIVE_MINUTES + 1 }],
    'a time in milliseconds': ['-403', { time: SECONDS * 1000 }],
  };
  for (const [what, [code, deviation]] of Object.entries(refused)) {
    it(`refuses ${what}: ${code}`, async () => {
      assert.equal((await captureWith(deviation)).code, code);
    });
  }

  const malformed: Record<string, Record<string, unknown>> = {
    'an amount as a number': { amount: 24.99 },
    'a trade that is a number': { trade_id: 7 },
    'a list': { description: ['a'] },
    'an object': { extra: { a: '1' } },
  };
  for (const [what, fields] of Object.entries(malformed)) {
    it(`refuses data with ${what}: -3001`, async () => {
      assert.equal((await captureWith({}, fields)).code, '-3001');
    });
  }

  it('refuses data other than what was signed', async () => {
    const data = { trade_id: 'trade', amount: '25' };
    assert.equal((await captureWith({ envelope: { data } })).code, '-403');
  });

  it('has no other method', async () => {
    const reply = await merchant.call('v3.Refund', { trade_id: 'trade' }, { time: SECONDS });
    assert.deepEqual(
      [reply.code, reply.message],
      ['-3001', 'A field is missing or malformed. There is no method v3.Refund.'],
    );
  });

  it('answers with an id of its own each time', async () => {
    const ids = [await captureWith({}), await captureWith({ secretKey: 'another' })].map(
      ({ body }) => body['response_id'],
    );
    for (const id of ids) assert.match(String(id), /^20260301120000\d{10}$/);
    assert.notEqual(ids[0], ids[1]);
  });

  it('serves several users, each with its own key, and keeps their trades and request ids apart', async () => {
    const merchants = ['100001', '100002'].map((user) => ({ user, secretKey: `secret of ${user}` }));
    const shared = await startSandbox({ yabandpay: { merchants } });
    try {
      const all = new SandboxAdmin(shared, 'yabandpay');
      const tradeId = await all.authorise({ merchant: '100002' });
      const [one, two] = merchants.map((as) => new YabandPayMerchant(shared, as));
      const fields = { request_id: requestId() };
      assert.equal((await one?.capture(tradeId, fields))?.code, '-4024');
      assert.equal((await one?.query(tradeId))?.code, '-4024');
      assert.equal((await two?.capture(tradeId, fields))?.code, '200');
      assert.equal((await two?.query(tradeId))?.state, 'paid');
    } finally {
      await shared.close();
    }
  });
});
