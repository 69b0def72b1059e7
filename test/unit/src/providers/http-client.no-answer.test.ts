import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { aCall, codeOf, HttpRig } from '../../../support/http-rig.js';
import type { RawServer } from '../../../support/raw-server.js';
import { httpAnswer } from '../../../support/raw-server.js';

/** Calls must have been written by then, also on a machine that is busy with other tests. */
const DEADLINE_MS = 1_000;

const rig = new HttpRig();
afterEach(() => rig.close());

describe('a call that may have left and got no answer', () => {
  const cases: {
    name: string;
    code: RegExp;
    answer: (socket: RawServer['connections'][number]['socket']) => void;
  }[] = [
    { name: 'the deadline passes in silence', code: /^CALL_DEADLINE$/, answer: () => undefined },
    {
      name: 'the connection is reset',
      code: /^ECONNRESET$/,
      answer: (socket) => socket.resetAndDestroy(),
    },
    { name: 'the connection is closed', code: /^UND_ERR_SOCKET$/, answer: (socket) => socket.end() },
    {
      name: 'the answer ends within its headers',
      code: /^UND_ERR_SOCKET$/,
      answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
    },
    {
      name: 'the answer ends within a body of known length',
      code: /^UND_ERR_/,
      answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345'),
    },
    {
      name: 'the answer ends within a last body of known length',
      code: /^UND_ERR_|^HTTPParserError$/,
      answer: (socket) =>
        socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n12345'),
    },
    {
      name: 'the answer ends within a chunked body',
      code: /^UND_ERR_|^HTTPParserError$/,
      answer: (socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n'),
    },
    {
      name: 'the answer stops within its body',
      code: /^CALL_DEADLINE$/,
      answer: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345'),
    },
    {
      name: 'the body is larger than allowed',
      code: /^UND_ERR_RES_EXCEEDED_MAX_SIZE$/,
      answer: (socket) => socket.write(httpAnswer(200, 'x'.repeat(1_001))),
    },
    {
      name: 'a chunked body grows larger than allowed',
      code: /^UND_ERR_RES_EXCEEDED_MAX_SIZE$/,
      answer: (socket) =>
        socket.write(
          `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${`1f4\r\n${'x'.repeat(500)}\r\n`.repeat(3)}0\r\n\r\n`,
        ),
    },
    {
      name: 'the headers are larger than allowed',
      code: /^UND_ERR_HEADERS_OVERFLOW$/,
      answer: (socket) => socket.write(httpAnswer(200, '', { 'X-Large': 'x'.repeat(100_000) })),
    },
    {
      name: 'the answer is no HTTP',
      code: /^HTTPParserError$/,
      answer: (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n\r\n'),
    },
    {
      name: 'the answer switches protocols',
      code: /^UND_ERR_SOCKET$/,
      answer: (socket) => socket.write('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n'),
    },
  ];

  for (const { name, code, answer } of cases) {
    it(`when ${name}`, async () => {
      const there = await rig.server((_request, { socket }) => {
        answer(socket);
      });
      const outcome = await rig
        .client(there.origin)
        .call(aCall({ timeoutMs: code.test('CALL_DEADLINE') ? DEADLINE_MS : 10_000 }));
      assert.equal(outcome.kind, 'no_answer');
      assert.match(codeOf(outcome), code);
      assert.equal(there.connections.flatMap((connection) => connection.requests()).length, 1);
    });
  }

  it('when a body drips on past the deadline, each byte soon after the last', async () => {
    const there = await rig.server((_request, { socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 10);
      socket.once('close', () => {
        clearInterval(drip);
      });
    });
    const began = performance.now();
    const outcome = await rig.client(there.origin).call(aCall({ timeoutMs: DEADLINE_MS }));
    assert.equal(outcome.kind, 'no_answer');
    assert.equal(codeOf(outcome), 'CALL_DEADLINE');
    assert.ok(performance.now() - began < 5_000);
    // The connection is given up with the call: an answer that came later could be taken for the next call's.
    await there.connections[0]?.closed;
  });

  it('when a kept connection is reset by the next request, which is not sent again', async () => {
    const there = await rig.server((_request, { socket }, index) => {
      if (index === 0) socket.write(httpAnswer(200, 'first'));
      else socket.resetAndDestroy();
    });
    const http = rig.client(there.origin, { connections: 1 });
    await http.call(aCall());
    const second = await http.call(aCall());
    assert.equal(second.kind, 'no_answer');
    assert.deepEqual(
      there.connections.map((connection) => connection.requests().length),
      [2],
    );
  });
});
