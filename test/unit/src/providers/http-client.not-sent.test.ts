import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { aCall, bytesSeen, codeOf, HttpRig, textOf } from '../../../support/http-rig.js';
import { httpAnswer, startRawServer } from '../../../support/raw-server.js';
import { until } from '../../../support/until.js';

/** For calls that never get so far as to be written. */
const SHORT_MS = 150;

const rig = new HttpRig();
afterEach(() => rig.close());

describe('a call that has not left', () => {
  it('is told by a refused connection', async () => {
    const there = await startRawServer();
    await there.close();
    const outcome = await rig.client(there.origin).call(aCall());
    assert.equal(outcome.kind, 'not_sent');
    assert.equal(codeOf(outcome), 'ECONNREFUSED');
  });

  it('is told by a host name that does not resolve', async () => {
    const outcome = await rig.client('http://nowhere.invalid').call(aCall());
    assert.equal(outcome.kind, 'not_sent');
    // Which of the two depends on whether this machine has a name server at all.
    assert.match(codeOf(outcome), /^(ENOTFOUND|EAI_AGAIN)$/);
  });

  it('is told by a TLS handshake that fails', async () => {
    const there = await rig.server();
    const outcome = rig.client(`https://127.0.0.1:${String(there.port)}`).call(aCall());
    await until(
      () => there.connections[0]?.received() !== undefined && there.connections[0].received() !== '',
    );
    there.connections[0]?.socket.write('I speak no TLS\r\n');
    assert.equal((await outcome).kind, 'not_sent');
    assert.equal(there.connections[0]?.received().includes('POST'), false);
  });

  it('is told by a TLS handshake that hangs until the deadline', async () => {
    const there = await rig.server();
    const http = rig.client(`https://127.0.0.1:${String(there.port)}`);
    const outcome = await http.call(aCall({ timeoutMs: SHORT_MS }));
    assert.equal(outcome.kind, 'not_sent');
    assert.equal(codeOf(outcome), 'CALL_DEADLINE');
  });

  it('is told by a lease that no longer covers it: not a byte is written', async () => {
    const there = await rig.server();
    const outcome = await rig.client(there.origin).call(aCall({ mayWrite: () => false }));
    assert.equal(outcome.kind, 'not_sent');
    assert.equal(codeOf(outcome), 'CALL_WITHHELD');
    await until(() => there.connections.length === 1);
    assert.equal(await bytesSeen(there), 0);
  });

  it('is told by a lease that cannot be judged', async () => {
    const there = await rig.server();
    const mayWrite = (): boolean => {
      throw new Error('no clock');
    };
    const outcome = await rig.client(there.origin).call(aCall({ mayWrite }));
    assert.equal(outcome.kind, 'not_sent');
    await until(() => there.connections.length === 1);
    assert.equal(await bytesSeen(there), 0);
  });

  it('is asked for its lease after the wait for a connection, not before', async () => {
    let covered = true;
    let asked = 0;
    const there = await rig.server((_request, { socket }) => {
      // The second call waits for this answer; the lease runs out meanwhile.
      assert.equal(asked, 0);
      covered = false;
      socket.write(httpAnswer(200, 'first'));
    });
    const http = rig.client(there.origin, { connections: 1 });
    const first = http.call(aCall());
    const second = http.call(
      aCall({
        mayWrite: () => {
          asked += 1;
          return covered;
        },
      }),
    );
    assert.equal(textOf(await first), 'first');
    assert.equal(codeOf(await second), 'CALL_WITHHELD');
    assert.equal(asked, 1);
    await bytesSeen(there);
    assert.equal(there.connections.flatMap((connection) => connection.requests()).length, 1);
  });

  it('is not sent later, when its deadline passed while it waited for a connection', async () => {
    let answer: () => void = () => undefined;
    const there = await rig.server((_request, { socket }, index) => {
      answer = () => socket.write(httpAnswer(200, `answer ${String(index)}`));
      if (index > 0) answer();
    });
    const http = rig.client(there.origin, { connections: 1 });
    const first = http.call(aCall());
    let asked = false;
    const mayWrite = (): boolean => (asked = true);
    const second = await http.call(aCall({ timeoutMs: SHORT_MS, mayWrite }));
    assert.equal(second.kind, 'not_sent');
    assert.equal(codeOf(second), 'CALL_DEADLINE');
    answer();
    assert.equal(textOf(await first), 'answer 0');
    // The third call's answer would be the third if the dead second call had gone out before it.
    assert.equal(textOf(await http.call(aCall())), 'answer 1');
    assert.equal(asked, false);
  });

  it('is told by a request that HTTP cannot carry', async () => {
    const there = await rig.server();
    const outcome = await rig.client(there.origin).call(aCall({ headers: { 'X-Name': 'two\r\nlines' } }));
    assert.equal(outcome.kind, 'not_sent');
    assert.equal(there.connections.length, 0);
  });
});
