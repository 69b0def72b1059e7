import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { aCall, BODY, codeOf, HttpRig, textOf } from '../../../support/http-rig.js';
import { httpAnswer } from '../../../support/raw-server.js';
import { until } from '../../../support/until.js';

const rig = new HttpRig();
afterEach(() => rig.close());

describe('an answered call', () => {
  it('sends exactly the given request and returns the whole answer', async () => {
    const there = await rig.server((_request, { socket }) => {
      socket.write(
        httpAnswer(200, 'Grüße', { 'X-Back': 'yes', 'X-Twice': 'a' }).replace('\r\n', '\r\nX-Twice: b\r\n'),
      );
    });
    const outcome = await rig.client(there.origin).call(aCall());
    assert.equal(textOf(outcome), 'Grüße');
    assert.ok(outcome.kind === 'answered');
    assert.equal(outcome.status, 200);
    assert.equal(outcome.headers['x-back'], 'yes');
    assert.deepEqual(outcome.headers['x-twice'], ['b', 'a']);
    assert.equal(
      there.connections[0]?.received(),
      `POST /v1/thing?x=1 HTTP/1.1\r\nhost: 127.0.0.1:${String(there.port)}\r\nconnection: keep-alive\r\n` +
        'Content-Type: application/json\r\nX-Name: value\r\n' +
        `content-length: 10\r\n\r\n${Buffer.from(BODY, 'utf8').toString('latin1')}`,
    );
  });

  it('does not follow a redirect', async () => {
    const there = await rig.server((_request, { socket }) => {
      socket.write(httpAnswer(307, '', { Location: '/elsewhere' }));
    });
    const outcome = await rig.client(there.origin).call(aCall());
    assert.equal(outcome.kind === 'answered' && outcome.status, 307);
    assert.equal(there.connections.flatMap((connection) => connection.requests()).length, 1);
  });

  it('is the final answer, not an informational one before it', async () => {
    const there = await rig.server((_request, { socket }) => {
      socket.write(`HTTP/1.1 103 Early Hints\r\nX-Hint: 1\r\n\r\n${httpAnswer(200, 'done')}`);
    });
    const outcome = await rig.client(there.origin).call(aCall());
    assert.equal(textOf(outcome), 'done');
    assert.ok(outcome.kind === 'answered');
    assert.equal(outcome.status, 200);
    assert.equal(outcome.headers['x-hint'], undefined);
  });

  it('leaves its connection to the next one', async () => {
    const there = await rig.server((_request, { socket }, index) => {
      socket.write(httpAnswer(200, `answer ${String(index)}`));
    });
    const http = rig.client(there.origin, { connections: 1 });
    assert.equal(textOf(await http.call(aCall())), 'answer 0');
    assert.equal(textOf(await http.call(aCall())), 'answer 1');
    assert.equal(there.connections.length, 1);
  });

  it('is one of at most as many at once as there are connections', async () => {
    const held: (() => void)[] = [];
    const there = await rig.server((_request, { socket }) => {
      held.push(() => socket.write(httpAnswer(200, 'ok')));
      // The third request can only come when one of the first two has been answered.
      if (held.length === 2) for (const answer of held) answer();
      if (held.length === 3) held[2]?.();
    });
    const http = rig.client(there.origin, { connections: 2 });
    const outcomes = await Promise.all([http.call(aCall()), http.call(aCall()), http.call(aCall())]);
    assert.deepEqual(outcomes.map(textOf), ['ok', 'ok', 'ok']);
    assert.equal(there.connections.length, 2);
  });
});

describe('a kept connection that the server closed', () => {
  it('is replaced by a new one', async () => {
    const there = await rig.server((_request, { socket }, index) => {
      socket.end(httpAnswer(200, `answer ${String(index)}`));
    });
    const http = rig.client(there.origin);
    assert.equal(textOf(await http.call(aCall())), 'answer 0');
    await there.connections[0]?.closed;
    assert.equal(textOf(await http.call(aCall())), 'answer 1');
    assert.equal(there.connections.length, 2);
  });
});

describe('closing', () => {
  it('waits for the call under way, takes no other, and leaves no connection', async () => {
    let answer: () => void = () => undefined;
    const there = await rig.server((_request, { socket }) => {
      answer = () => socket.write(httpAnswer(200, 'late'));
    });
    // Long enough that the test's patience ends before an idle connection would.
    const http = rig.client(there.origin, { keepAliveMs: 60_000 });
    const underWay = http.call(aCall());
    await until(() => there.connections[0]?.requests().length === 1);
    const closed = http.close();
    assert.equal(codeOf(await http.call(aCall())), 'CLIENT_CLOSED');
    answer();
    assert.equal(textOf(await underWay), 'late');
    await closed;
    await until(() => there.connections[0]?.socket.closed === true);
  });
});
