import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { hasCode } from '../../../../../src/errors.js';
import type { Clock } from '../../../../../src/ports/clock.js';
import type { CaptureCall, ProviderClient } from '../../../../../src/ports/provider.js';
import { createYabandpayClient } from '../../../../../src/providers/yabandpay/client.js';
import type { YabandpayAccountConfig } from '../../../../../src/providers/yabandpay/config.js';
import { HttpRig } from '../../../../support/http-rig.js';
import { manualClock } from '../../../../support/manual-clock.js';
import { endsByItself } from '../../../../support/provider-deadline.js';
import type { RawServer } from '../../../../support/raw-server.js';
import { httpAnswer } from '../../../../support/raw-server.js';

const SECRET = 'a-secret-of-the-tests';
const NOON = new Date('2026-11-21T12:00:00.999Z');
const NOON_SECONDS = 1_795_262_400;
const TRADE = { trade_id: 'trade-1', amount: '24.99', currency: 'EUR', state: 'paid' };
const PAID = JSON.stringify({ status: true, code: '200', data: TRADE, message: '' });

const rig = new HttpRig();
let clients: ProviderClient[] = [];
/** Servers first: their end breaks a call that should have ended and hasn't, which a client would wait for. */
afterEach(async () => {
  await rig.close();
  await Promise.all(clients.map((client) => client.close()));
  clients = [];
});

/** A server that gives every request the same answer, or none. */
function answering(status: number, body: string | null): Promise<RawServer> {
  return rig.server((_request, { socket }) => {
    if (body !== null) socket.write(httpAnswer(status, body));
  });
}

function client(
  there: Pick<RawServer, 'origin'>,
  { clock = manualClock(NOON), ...changed }: Partial<YabandpayAccountConfig> & { clock?: Clock } = {},
): ProviderClient {
  const account = { user: '016683', secretKey: SECRET, notifyUrl: 'https://shop.example/notify' };
  // One connection, so that calls in a row must share it.
  const connection = { baseUrl: there.origin, timeoutMs: 10_000, maxInFlight: 1 };
  const created = createYabandpayClient({ ...account, ...connection, ...changed }, { clock });
  clients.push(created);
  return created;
}

/** Written as no serialiser would write it, so that a body that was read and written again shows. */
const DATA =
  '{ "trade_id" : "trade-1", "amount":"24.99","currency":"EUR", "description":"Caf\\u00e9 \\/ é",\n"request_id":"REQ-1"}';
const SIGNED_MEMBERS = 'amount=24.99&currency=EUR&description=Café / é&method=v3.Capture&request_id=REQ-1';

function call(changed: Partial<CaptureCall> = {}): CaptureCall {
  return {
    requestId: 'REQ-1',
    captureReference: 'trade-1',
    body: Buffer.from(DATA, 'utf8'),
    money: { amount: 2_499n, currency: 'EUR' },
    mayWrite: () => true,
    ...changed,
  };
}

function hmac(text: string): string {
  return createHmac('sha256', SECRET).update(text, 'utf8').digest('hex');
}

/** Head and body of each request that a server received. */
function received({ connections }: RawServer): { head: string; body: string }[] {
  const requests = connections.flatMap((connection) => connection.requests());
  return requests.map((request) => {
    const [head = '', body = ''] = request.split('\r\n\r\n');
    return { head, body: Buffer.from(body, 'latin1').toString('utf8') };
  });
}

describe('a capture call', () => {
  it('carries the stored data byte for byte in a fresh, signed envelope each time', async () => {
    const there = await answering(200, PAID);
    const clock = manualClock(NOON);
    const yabandpay = client(there, { clock });
    const first = await yabandpay.capture(call());
    await clock.advance(5_400_000);
    const second = await yabandpay.capture(call());

    assert.deepEqual([first.finding.is, second.finding.is], ['captured', 'captured']);
    assert.deepEqual(first.at, NOON, 'YabandPay gives no time of the answer');
    assert.equal(first.providerCode, 'paid');
    assert.deepEqual(first.raw, Buffer.from(PAID));
    assert.deepEqual(
      received(there).map(({ body }) => body),
      [NOON_SECONDS, NOON_SECONDS + 5_400].map((time) => {
        const sign = hmac(`${SIGNED_MEMBERS}&time=${String(time)}&trade_id=trade-1&user=016683`);
        return `{"user":"016683","sign":"${sign}","method":"v3.Capture","time":${String(time)},"data":${DATA}}`;
      }),
    );
    for (const { head } of received(there)) {
      assert.match(head, /^POST \/Payments HTTP\/1\.1\r\n/);
      assert.match(head, /^Content-Type: application\/json; charset=UTF-8$/m);
    }
    assert.equal(there.connections.length, 1);
  });

  it('is held against the trade and the money of the call', async () => {
    const yabandpay = client(await answering(200, PAID.replace('paid', 'processing')));
    const findings = [
      {},
      { money: { amount: 2_500n, currency: 'EUR' } },
      { money: { amount: 2_499n, currency: 'CHF' } },
      { captureReference: 'trade-2' },
    ].map(async (changed) => (await yabandpay.capture(call(changed))).finding.is);
    assert.deepEqual(await Promise.all(findings), ['in_process', 'foreign', 'foreign', 'foreign']);
  });

  it('is judged by the HTTP status before the body', async () => {
    for (const [status, is] of [
      [201, 'unknown'],
      [400, 'unknown'],
      [403, 'unknown'],
      [500, 'unknown'],
      [429, 'not_processed'],
    ] as const) {
      for (const body of [PAID, '{"status":false,"code":"-4084"}', '']) {
        const answer = await client(await answering(status, body)).capture(call());
        assert.equal(answer.finding.is, is, `${String(status)} ${body}`);
      }
    }
  });

  it('is unknown by an answer that cannot be read, and keeps it for people', async () => {
    const answer = await client(await answering(200, '<html>busy</html>')).capture(call());
    assert.deepEqual(answer.finding, { is: 'unknown' });
    assert.match(answer.providerMessage ?? '', /can't be read/);
    assert.deepEqual(answer.raw, Buffer.from('<html>busy</html>'));
  });

  it('is not sent if its data cannot be signed', async () => {
    const there = await answering(200, PAID);
    for (const body of ['', '[]', '"data"', '{"amount":24.99}', '{"data":{}}', '{"a":"1","a":"2"}']) {
      const answer = await client(there).capture(call({ body: Buffer.from(body) }));
      assert.deepEqual(answer.finding, { is: 'not_sent' }, body);
      assert.match(answer.providerMessage ?? '', /^SIGNING_FAILED: the data of the request/);
    }
    assert.equal(there.connections.length, 0);
  });

  it('is not sent when the lease has run out', async () => {
    const there = await answering(200, PAID);
    const answer = await client(there).capture(call({ mayWrite: () => false }));
    assert.equal(answer.finding.is, 'not_sent');
    assert.match(answer.providerMessage ?? '', /^CALL_WITHHELD: /);
    assert.deepEqual(received(there), []);
  });

  it('is not sent when signing used up its time', async () => {
    const there = await answering(200, PAID);
    let elapsed = 0;
    const clock: Clock = { ...manualClock(), monotonic: () => (elapsed += 1_000) };
    const answer = await client(there, { clock, timeoutMs: 1_000 }).capture(call());
    assert.equal(answer.finding.is, 'not_sent');
    assert.match(answer.providerMessage ?? '', /^CALL_DEADLINE: /);
    assert.equal(there.connections.length, 0);
  });

  it('is unknown after its timeout, dated by when it began', async () => {
    const there = await answering(200, null);
    const yabandpay = client(there, { timeoutMs: 500 });
    assert.equal(yabandpay.timeoutMs, 500);
    const answer = await endsByItself(yabandpay.capture(call()));
    assert.deepEqual([answer.finding.is, answer.at], ['unknown', NOON]);
    assert.match(answer.providerMessage ?? '', /^CALL_DEADLINE: /);
    assert.equal(received(there).length, 1);
  });
});

describe('an inquiry', () => {
  const inquiry = { ...call(), paymentId: 'another id', authorisedAmount: 2_499n };

  it('is a query of the trade, signed and sent like a capture', async () => {
    const info = { ...TRADE, state: 'authorized' };
    const body = { status: true, code: '200', data: { transaction_info: info }, message: '' };
    const there = await answering(200, JSON.stringify(body));
    const answer = await client(there).inquire(inquiry);
    assert.deepEqual([answer.finding, answer.providerCode], [{ is: 'authorised' }, 'authorized']);
    assert.deepEqual(answer.at, NOON);
    const time = String(NOON_SECONDS);
    const sign = hmac(`method=v3.QueryOrder&time=${time}&trade_id=trade-1&user=016683`);
    const [sent] = received(there);
    assert.equal(
      sent?.body,
      `{"user":"016683","sign":"${sign}","method":"v3.QueryOrder","time":${time},"data":{"trade_id":"trade-1"}}`,
    );
    assert.match(sent.head, /^POST \/Payments HTTP\/1\.1\r\n/);
  });

  it('tells when the account is refused', async () => {
    const there = await answering(200, '{"status":false,"code":"-403","message":"The signature."}');
    const answer = await client(there).inquire(inquiry);
    assert.deepEqual([answer.finding, answer.providerCode], [{ is: 'account_fault' }, '-403']);
  });

  it('decides nothing by the answer to a capture', async () => {
    assert.deepEqual((await client(await answering(200, PAID)).inquire(inquiry)).finding, { is: 'unknown' });
  });
});

describe('a client', () => {
  it('is not made for an account that cannot work', () => {
    assert.throws(
      () => client({ origin: 'https://mapi.example/Payments' }),
      (error) => hasCode(error, 'CONFIG_INVALID'),
    );
  });

  it('does not show its secret', async () => {
    const yabandpay = client(await answering(200, PAID));
    assert.ok(!inspect(yabandpay, { depth: 10, showHidden: true }).includes(SECRET));
  });

  it('sends nothing once it is closed', async () => {
    const there = await answering(200, PAID);
    const yabandpay = client(there);
    assert.equal(yabandpay.provider, 'yabandpay');
    await yabandpay.close();
    assert.equal((await yabandpay.capture(call())).finding.is, 'not_sent');
    assert.equal(there.connections.length, 0);
  });
});
