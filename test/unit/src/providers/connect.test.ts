import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { connect } from '../../../../src/providers/connect.js';
import type { ConnectionConfig } from '../../../../src/providers/connection.js';
import type { HttpClient } from '../../../../src/providers/http-client.js';
import { aCall, codeOf, HttpRig } from '../../../support/http-rig.js';
import { httpAnswer } from '../../../support/raw-server.js';

const rig = new HttpRig();
let clients: HttpClient[] = [];
/** Servers first: their end breaks what the clients would wait for. */
afterEach(async () => {
  await rig.close();
  await Promise.all(clients.map((client) => client.close()));
  clients = [];
});

function connected(config: ConnectionConfig, limits = { maxAnswerBytes: 1_000 }): HttpClient {
  const created = connect(config, limits);
  clients.push(created);
  return created;
}

describe('the connections of an account', () => {
  it('are given up when they are not there within the timeout of a call, whatever waits for them', async () => {
    // It takes the connection and never says a word of the TLS handshake.
    const silent = await rig.server();
    const baseUrl = `https://127.0.0.1:${String(silent.port)}`;
    const http = connected({ baseUrl, timeoutMs: 100, maxInFlight: 1 });
    const outcome = await http.call(aCall({ timeoutMs: 5_000 }));
    assert.equal(outcome.kind, 'not_sent');
    assert.equal(codeOf(outcome), 'UND_ERR_CONNECT_TIMEOUT');
  });

  it('are as many as calls may be under way', async () => {
    const waiting: Socket[] = [];
    const there = await rig.server((_request, { socket }, index) => {
      waiting.push(socket);
      // None is answered before the second has come; the third must wait for that.
      if (index > 0) for (const one of waiting.splice(0)) one.write(httpAnswer(200, 'x'));
    });
    const http = connected({ baseUrl: there.origin, timeoutMs: 5_000, maxInFlight: 2 });
    const outcomes = await Promise.all([1, 2, 3].map(() => http.call(aCall())));
    assert.deepEqual(outcomes.map(codeOf), ['HTTP 200', 'HTTP 200', 'HTTP 200']);
    assert.equal(there.connections.length, 2);
  });

  it('take no longer answer than the provider may send', async () => {
    const there = await rig.server((_request, { socket }) => socket.write(httpAnswer(200, 'x'.repeat(11))));
    const config = { baseUrl: there.origin, timeoutMs: 5_000, maxInFlight: 1 };
    const kinds = [10, 11].map(
      async (maxAnswerBytes) => (await connected(config, { maxAnswerBytes }).call(aCall())).kind,
    );
    assert.deepEqual(await Promise.all(kinds), ['no_answer', 'answered']);
  });
});
