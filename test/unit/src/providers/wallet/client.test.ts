import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { hasCode } from '../../../../../src/errors.js';
import type { Clock } from '../../../../../src/ports/clock.js';
import type { CaptureCall, ProviderClient } from '../../../../../src/ports/provider.js';
import { createWalletClient } from '../../../../../src/providers/wallet/client.js';
import type { WalletAccountConfig } from '../../../../../src/providers/wallet/config.js';
import { endsByItself } from '../../../../support/provider-deadline.js';
import type { OnRequest, RawServer } from '../../../../support/raw-server.js';
import { httpAnswer, startRawServer } from '../../../../support/raw-server.js';

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const wallets = generateKeyPairSync('rsa', { modulusLength: 2048 });
const CLIENT_ID = 'CLIENT_1';
const SUCCESS = JSON.stringify({
  result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'Success.' },
});

/** A clock that a test moves. */
class TestClock implements Clock {
  time = new Date('2026-11-21T10:00:00.123Z');
  elapsed = 0;
  now(): Date {
    return this.time;
  }
  monotonic(): number {
    return this.elapsed;
  }
  sleep(): Promise<void> {
    throw new Error('not used');
  }
}

/** Servers first: their end breaks a call that should have ended and hasn't, which a client would wait for. */
let cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
  cleanUps = [];
});

async function server(onRequest: OnRequest): Promise<RawServer> {
  const started = await startRawServer(onRequest);
  cleanUps.push(() => started.close());
  return started;
}

function client(baseUrl: string, clock: Clock, changed: Partial<WalletAccountConfig> = {}): ProviderClient {
  const created = createWalletClient(
    {
      keyVersion: '1',
      signatureUrlEncoded: false,
      requireSignedAnswers: true,
      timeoutMs: 10_000,
      // One connection, so that calls in a row must share it.
      maxInFlight: 1,
      baseUrl,
      clientId: CLIENT_ID,
      privateKey: ours.privateKey,
      walletPublicKey: wallets.publicKey,
      ...changed,
    },
    { clock },
  );
  cleanUps.push(() => created.close());
  return created;
}

function call(changed: Partial<CaptureCall> = {}): CaptureCall {
  return {
    requestId: 'REQ-1',
    captureReference: 'PAY-1',
    body: Buffer.from('{"exactly" : "these bytes é"}', 'utf8'),
    money: { amount: 1n, currency: 'IQD' },
    mayWrite: () => true,
    ...changed,
  };
}

function signedAnswer(path: string, body: string, time = '2026-11-21T10:00:01.000+00:00'): string {
  const content = Buffer.from(`POST ${path}\n${CLIENT_ID}.${time}.${body}`, 'utf8');
  const signature = sign('RSA-SHA256', content, wallets.privateKey).toString('base64');
  return httpAnswer(200, body, {
    'Client-Id': CLIENT_ID,
    'Response-Time': time,
    Signature: `algorithm=RSA256, keyVersion=1, signature=${signature}`,
  });
}

interface Sent {
  readonly line: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

function parsed(request: string): Sent {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  const [line = '', ...headers] = head.split('\r\n');
  const pairs = headers.map((header): [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon), header.slice(colon + 1).trim()];
  });
  return { line, headers: new Map(pairs), body: Buffer.from(body, 'latin1') };
}

describe('a capture call', () => {
  it('carries the stored body byte for byte, signed, under a fresh time each', async () => {
    const sent: Sent[] = [];
    const answered = ['2026-11-21T10:00:01.000+00:00', '2026-11-21T11:30:01.000+00:00'];
    const there = await server((request, { socket }, index) => {
      sent.push(parsed(request));
      socket.write(signedAnswer('/v1/payments/capture', SUCCESS, answered[index]));
    });
    const clock = new TestClock();
    const wallet = client(there.origin, clock);
    const one = call();
    const first = await wallet.capture(one);
    clock.time = new Date('2026-11-21T11:30:00.000Z');
    const second = await wallet.capture(one);

    assert.deepEqual([first.finding.is, second.finding.is], ['captured', 'captured']);
    assert.deepEqual(
      [first.at, second.at],
      answered.map((time) => new Date(time)),
    );
    const times = ['2026-11-21T10:00:00.123+00:00', '2026-11-21T11:30:00.000+00:00'];
    assert.deepEqual(
      sent.map(({ headers }) => headers.get('Request-Time')),
      times,
    );
    for (const [index, { line, headers, body }] of sent.entries()) {
      assert.equal(line, 'POST /v1/payments/capture HTTP/1.1');
      assert.deepEqual(body, one.body);
      assert.equal(headers.get('Content-Type'), 'application/json; charset=UTF-8');
      assert.equal(headers.get('Client-Id'), CLIENT_ID);
      const signature = /^algorithm=RSA256, keyVersion=1, signature=(.+)$/.exec(
        headers.get('Signature') ?? '',
      )?.[1];
      const content = Buffer.concat([
        Buffer.from(`POST /v1/payments/capture\n${CLIENT_ID}.${times[index] ?? ''}.`),
        body,
      ]);
      assert.ok(verify('RSA-SHA256', content, ours.publicKey, Buffer.from(signature ?? '', 'base64')));
    }
  });

  it('is not sent when the lease has run out', async () => {
    const there = await server(() => undefined);
    const answer = await client(there.origin, new TestClock()).capture(call({ mayWrite: () => false }));
    assert.equal(answer.finding.is, 'not_sent');
    assert.match(answer.providerMessage ?? '', /^CALL_WITHHELD: /);
    assert.equal(there.connections.flatMap((connection) => connection.requests()).length, 0);
  });

  it('is not sent when its time is used up before it could be', async () => {
    const there = await server(() => undefined);
    const clock = new TestClock();
    const wallet = client(there.origin, clock, { timeoutMs: 1_000 });
    const answer = wallet.capture(call());
    // While the signature is being made.
    clock.elapsed = 1_000;
    assert.equal((await answer).finding.is, 'not_sent');
    assert.equal(there.connections.length, 0);
  });

  it('is unknown after its timeout, dated by when it began', async () => {
    const there = await server(() => undefined);
    const clock = new TestClock();
    const wallet = client(there.origin, clock, { timeoutMs: 1_000 });
    assert.equal(wallet.timeoutMs, 1_000);
    const answer = await endsByItself(wallet.capture(call()));
    assert.equal(answer.finding.is, 'unknown');
    assert.deepEqual(answer.at, clock.time);
    assert.match(answer.providerMessage ?? '', /^CALL_DEADLINE: /);
    assert.equal(there.connections.flatMap((connection) => connection.requests()).length, 1);
  });

  it('is unknown, not a rejection, if our own code fails in the middle of it', async () => {
    const there = await server((_request, { socket }) => {
      socket.write(signedAnswer('/v1/payments/capture', SUCCESS));
    });
    const clock = new TestClock();
    let asked = 0;
    clock.monotonic = () => {
      asked += 1;
      if (asked > 1) throw new Error('the clock broke');
      return 0;
    };
    const answer = await client(there.origin, clock).capture(call());
    assert.equal(answer.finding.is, 'unknown');
    assert.match(answer.providerMessage ?? '', /the clock broke/);
  });

  it('does not take its date from an answer that nobody signed', async () => {
    const result = { resultStatus: 'F', resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT' };
    const there = await server((_request, { socket }) => {
      const headers = { 'Response-Time': '2030-01-01T00:00:00+00:00' };
      socket.write(httpAnswer(200, JSON.stringify({ result }), headers));
    });
    const clock = new TestClock();
    const answer = await client(there.origin, clock).capture(call());
    assert.equal(answer.finding.is, 'unknown');
    assert.deepEqual(answer.at, clock.time);
  });

  it('is held against the request, the payment and the money of the call', async () => {
    const named = {
      result: { resultStatus: 'U', resultCode: 'CAPTURE_IN_PROCESS', resultMessage: 'Wait.' },
      captureRequestId: 'REQ-1',
      paymentId: 'PAY-1',
      captureAmount: { value: '1', currency: 'IQD' },
    };
    const there = await server((_request, { socket }) => {
      socket.write(signedAnswer('/v1/payments/capture', JSON.stringify(named)));
    });
    const wallet = client(there.origin, new TestClock());
    const findings = [
      {},
      { requestId: 'REQ-2' },
      { captureReference: 'PAY-2' },
      { money: { amount: 2n, currency: 'IQD' } },
      { money: { amount: 1n, currency: 'USD' } },
    ].map(async (changed) => (await wallet.capture(call(changed))).finding.is);
    assert.deepEqual(await Promise.all(findings), ['in_process', 'foreign', 'foreign', 'foreign', 'foreign']);
  });

  it('is unknown by an answer of another time that names no request, by the clock on arrival too', async () => {
    for (const [ms, is] of [
      // The answer comes so long after the call began that only the moment of its arrival is near its time.
      [6 * 60_000, 'captured'],
      [16 * 60_000, 'unknown'],
      [-6 * 60_000, 'unknown'],
    ] as const) {
      const clock = new TestClock();
      const time = new Date(clock.time.getTime() + ms).toISOString();
      const there = await server((_request, { socket }) => {
        clock.time = new Date(clock.time.getTime() + 10 * 60_000);
        socket.write(signedAnswer('/v1/payments/capture', SUCCESS, time));
      });
      const { finding, providerMessage } = await client(there.origin, clock).capture(call());
      assert.equal(finding.is, is, String(ms));
      if (is === 'unknown') assert.match(providerMessage ?? '', /SUCCESS names no request/);
    }
  });

  it('does not believe an answer that was signed for an inquiry', async () => {
    const there = await server((_request, { socket }) => {
      socket.write(signedAnswer('/v1/payments/inquiryPayment', SUCCESS));
    });
    const answer = await client(there.origin, new TestClock()).capture(call());
    assert.equal(answer.finding.is, 'unknown');
  });
});

describe('an inquiry', () => {
  it('is signed and sent like a capture, to its own path', async () => {
    const sent: Sent[] = [];
    const body = JSON.stringify({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'Success.' },
      paymentId: 'PAY-1',
      paymentStatus: 'AUTH_SUCCESS',
    });
    const there = await server((request, { socket }) => {
      sent.push(parsed(request));
      socket.write(signedAnswer('/v1/payments/inquiryPayment', body));
    });
    const clock = new TestClock();
    const answer = await client(there.origin, clock).inquire({
      paymentId: 'PAY-1',
      captureReference: 'PAY-1',
      requestId: 'REQ-1',
      money: { amount: 1n, currency: 'IQD' },
      authorisedAmount: 1n,
    });
    assert.deepEqual(answer.finding, { is: 'authorised' });
    assert.deepEqual(answer.at, clock.time);
    assert.equal(sent[0]?.line, 'POST /v1/payments/inquiryPayment HTTP/1.1');
    assert.equal(sent[0].body.toString(), '{"paymentId":"PAY-1"}');
  });
});

describe('a client', () => {
  it('is not made for an account that cannot work', () => {
    assert.throws(
      () => client('https://gateway.example/with/a/path', new TestClock()),
      (error) => hasCode(error, 'CONFIG_INVALID'),
    );
  });

  it('sends nothing once it is closed', async () => {
    const there = await server(() => undefined);
    const wallet = client(there.origin, new TestClock());
    await wallet.close();
    assert.equal((await wallet.capture(call())).finding.is, 'not_sent');
    assert.equal(there.connections.length, 0);
  });
});
