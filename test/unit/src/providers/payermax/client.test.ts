import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { hasCode } from '../../../../../src/errors.js';
import type { Clock } from '../../../../../src/ports/clock.js';
import type { CaptureCall, ProviderClient } from '../../../../../src/ports/provider.js';
import { createPayermaxClient } from '../../../../../src/providers/payermax/client.js';
import type { PayermaxAccountConfig } from '../../../../../src/providers/payermax/config.js';
import { HttpRig } from '../../../../support/http-rig.js';
import { manualClock } from '../../../../support/manual-clock.js';
import { endsByItself } from '../../../../support/provider-deadline.js';
import type { RawServer } from '../../../../support/raw-server.js';
import { httpAnswer } from '../../../../support/raw-server.js';

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CAPTURE = 'POST /aggregate-pay/api/gateway/capture HTTP/1.1';
const ORDER_QUERY = 'POST /aggregate-pay/api/gateway/orderQuery HTTP/1.1';
const SUCCESS =
  '{"code":"APPLY_SUCCESS","msg":"Success.","data":{"captureNo":"CAP-1","requestId":"REQ-1","outTradeNo":"Order_77",' +
  '"amount":100.10,"currency":"USD","status":"SUCCESS","isFinal":"True"}}';

const rig = new HttpRig();
let clients: ProviderClient[] = [];
/** Servers first: their end breaks a call that should have ended and hasn't, which a client would wait for. */
afterEach(async () => {
  await rig.close();
  await Promise.all(clients.map((client) => client.close()));
  clients = [];
});

function client(
  { origin }: Pick<RawServer, 'origin'>,
  { clock = manualClock(), ...changed }: Partial<PayermaxAccountConfig> & { clock?: Clock } = {},
): ProviderClient {
  const created = createPayermaxClient(
    {
      baseUrl: origin,
      timeoutMs: 10_000,
      // One connection, so that calls in a row must share it.
      maxInFlight: 1,
      merchantNo: 'P01010114178824',
      appId: 'APP1',
      version: '1.5',
      keyVersion: '1',
      privateKey: ours.privateKey,
      payermaxPublicKey: theirs.publicKey,
      requireSignedAnswers: true,
      requireSignedRefusals: false,
      ...changed,
    },
    { clock },
  );
  clients.push(created);
  return created;
}

function call(changed: Partial<CaptureCall> = {}): CaptureCall {
  return {
    requestId: 'REQ-1',
    captureReference: 'order_77',
    body: Buffer.from('{"exactly" : "these bytes é", "amount":100.10}', 'utf8'),
    money: { amount: 10_010n, currency: 'USD' },
    mayWrite: () => true,
    ...changed,
  };
}

function signed(body: string): string {
  return httpAnswer(200, body, {
    sign: sign('RSA-SHA256', Buffer.from(body), theirs.privateKey).toString('base64'),
  });
}

/** A server that answers every request with the same, and what it received. */
async function answering(answer: string | null): Promise<RawServer> {
  return rig.server((_request, { socket }) => {
    if (answer !== null) socket.write(answer);
  });
}

function requests({ connections }: RawServer): { line: string; head: string; body: Buffer }[] {
  return connections
    .flatMap((connection) => connection.requests())
    .map((request) => {
      const end = request.indexOf('\r\n\r\n');
      const head = request.slice(0, end);
      const line = head.slice(0, head.indexOf('\r\n'));
      return { line, head, body: Buffer.from(request.slice(end + 4), 'latin1') };
    });
}

function header(head: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1] ?? '';
}

describe('a capture call', () => {
  it('carries the stored data byte for byte in a fresh, signed envelope each time', async () => {
    const there = await answering(signed(SUCCESS));
    const clock = manualClock(new Date('2026-11-21T10:00:00.123Z'));
    const payermax = client(there, { clock });
    const first = await payermax.capture(call());
    await clock.advance(5_400_000);
    const second = await payermax.capture(call());

    assert.deepEqual([first.finding.is, second.finding.is], ['captured', 'captured']);
    assert.deepEqual(first.at, new Date('2026-11-21T10:00:00.123Z'), 'PayerMax gives no time of the answer');
    const times = ['2026-11-21T10:00:00.123+00:00', '2026-11-21T11:30:00.123+00:00'];
    const sent = requests(there);
    assert.deepEqual(
      sent.map(({ body }) => body.toString('utf8')),
      times.map(
        (time) =>
          `{"version":"1.5","keyVersion":"1","requestTime":"${time}","appId":"APP1","merchantNo":"P01010114178824",` +
          '"data":{"exactly" : "these bytes é", "amount":100.10}}',
      ),
    );
    for (const { line, head, body } of sent) {
      assert.equal(line, CAPTURE);
      assert.equal(header(head, 'Content-Type'), 'application/json');
      assert.ok(verify('RSA-SHA256', body, ours.publicKey, Buffer.from(header(head, 'sign'), 'base64')));
    }
    assert.equal(there.connections.length, 1);
  });

  it('is held against the request, the order and the money of the call', async () => {
    const payermax = client(
      await answering(signed(SUCCESS.replace('SUCCESS","isFinal', 'PENDING","isFinal'))),
    );
    const findings = [
      {},
      { requestId: 'REQ-2' },
      { captureReference: 'order_78' },
      { money: { amount: 10_000n, currency: 'USD' } },
      { money: { amount: 10_010n, currency: 'SAR' } },
    ].map(async (changed) => (await payermax.capture(call(changed))).finding.is);
    assert.deepEqual(await Promise.all(findings), ['in_process', 'foreign', 'foreign', 'foreign', 'foreign']);
  });

  it('is unknown if nobody signed the acceptance, and keeps it for people', async () => {
    const answer = await client(await answering(httpAnswer(200, SUCCESS))).capture(call());
    assert.equal(answer.finding.is, 'unknown');
    assert.equal(answer.providerCode, null);
    assert.match(answer.providerMessage ?? '', /isn't signed/);
    assert.deepEqual(answer.raw, Buffer.from(SUCCESS));
  });

  it('is refused by an answer that nobody signed, unless such must be signed', async () => {
    const there = await answering(httpAnswer(200, '{"code":"AMOUNT_LIMIT","msg":"Too much."}'));
    const answer = await client(there).capture(call());
    assert.deepEqual(answer.finding, { is: 'declined', category: 'limit' });
    assert.deepEqual([answer.providerCode, answer.providerMessage], ['AMOUNT_LIMIT', 'Too much.']);
    const strict = client(there, { requireSignedRefusals: true });
    assert.equal((await strict.capture(call())).finding.is, 'unknown');
  });

  it('is unknown by a refusal that somebody else signed', async () => {
    const body = '{"code":"AMOUNT_LIMIT","msg":"Too much."}';
    const forged = sign('RSA-SHA256', Buffer.from(body), ours.privateKey).toString('base64');
    const there = await answering(httpAnswer(200, body, { sign: forged }));
    assert.equal((await client(there).capture(call())).finding.is, 'unknown');
  });

  it('is judged by the HTTP status before the body', async () => {
    const body = '{"code":"AMOUNT_LIMIT","msg":"Too much."}';
    assert.equal(
      (await client(await answering(httpAnswer(500, body))).capture(call())).finding.is,
      'unknown',
    );
    const turnedAway = await client(await answering(httpAnswer(429, body))).capture(call());
    assert.equal(turnedAway.finding.is, 'not_processed');
  });

  it('is not sent when the lease has run out', async () => {
    const there = await answering(null);
    const answer = await client(there).capture(call({ mayWrite: () => false }));
    assert.equal(answer.finding.is, 'not_sent');
    assert.match(answer.providerMessage ?? '', /^CALL_WITHHELD: /);
    assert.deepEqual(requests(there), []);
  });

  it('is not sent when signing uses up its time', async () => {
    const there = await answering(null);
    let elapsed = 0;
    const clock = { ...manualClock(), monotonic: () => elapsed };
    const answer = client(there, { clock, timeoutMs: 1_000 }).capture(call());
    // While the signature is being made.
    elapsed = 1_000;
    assert.equal((await answer).finding.is, 'not_sent');
    assert.equal(there.connections.length, 0);
  });

  it('is unknown after its timeout', async () => {
    const there = await answering(null);
    const payermax = client(there, { timeoutMs: 1_000 });
    assert.equal(payermax.timeoutMs, 1_000);
    const answer = await endsByItself(payermax.capture(call()));
    assert.equal(answer.finding.is, 'unknown');
    assert.match(answer.providerMessage ?? '', /^CALL_DEADLINE: /);
    assert.equal(requests(there).length, 1);
  });
});

describe('an inquiry', () => {
  const inquiry = { ...call(), paymentId: 'PAY-1', authorisedAmount: 10_010n };

  it('is an order query, signed and sent like a capture', async () => {
    const body =
      '{"code":"APPLY_SUCCESS","msg":"Success.","data":{"outTradeNo":"Order_77","status":"SUCCESS"}}';
    const there = await answering(signed(body));
    const answer = await client(there).inquire(inquiry);
    assert.deepEqual([answer.finding, answer.providerCode], [{ is: 'unknown' }, 'SUCCESS']);
    const [sent] = requests(there);
    assert.ok(sent !== undefined);
    assert.equal(sent.line, ORDER_QUERY);
    assert.match(sent.body.toString(), /,"data":\{"outTradeNo":"order_77"\}\}$/);
    const signature = Buffer.from(header(sent.head, 'sign'), 'base64');
    assert.ok(verify('RSA-SHA256', sent.body, ours.publicKey, signature));
  });

  it('decides nothing even by the answer to a capture', async () => {
    assert.deepEqual((await client(await answering(signed(SUCCESS))).inquire(inquiry)).finding, {
      is: 'unknown',
    });
  });

  it('tells when the account is refused', async () => {
    const there = await answering(httpAnswer(200, '{"code":"MERCHANT_APP_INVALID","msg":"No key."}'));
    assert.deepEqual((await client(there).inquire(inquiry)).finding, { is: 'account_fault' });
  });
});

describe('a client', () => {
  it('is not made for an account that cannot work', () => {
    assert.throws(
      () => client({ origin: 'https://gateway.example/with/a/path' }),
      (error) => hasCode(error, 'CONFIG_INVALID'),
    );
  });

  it('sends nothing once it is closed', async () => {
    const there = await answering(null);
    const payermax = client(there);
    assert.equal(payermax.provider, 'payermax');
    await payermax.close();
    assert.equal((await payermax.capture(call())).finding.is, 'not_sent');
    assert.equal(there.connections.length, 0);
  });
});
