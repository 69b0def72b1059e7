import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import {
  registryConnections,
  type RegistryConnections,
} from '../../../../../src/kafka/registry/connections.js';

type Listener = (request: IncomingMessage, response: ServerResponse, ofConnection: number) => void;

interface Rig {
  readonly connections: RegistryConnections;
  /** The connection, by its number, that each request came by. */
  readonly asked: readonly number[];
  /** Asks and reads the answer. */
  readonly ask: () => Promise<string>;
}

/** Connections to a server that is told which of a connection's requests it answers. */
async function rig(t: TestContext, listener: Listener): Promise<Rig> {
  const sockets: Socket[] = [];
  const asked: number[] = [];
  const server = createServer((request, response) => {
    const connection = sockets.indexOf(request.socket);
    asked.push(connection);
    listener(request, response, asked.filter((one) => one === connection).length);
  });
  server.on('connection', (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/x`);
  const connections = registryConnections({ authorities: null, identity: null });
  t.after(async () => {
    await connections.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const ask = async (): Promise<string> => {
    const signal = AbortSignal.timeout(5_000);
    const answer = await connections.request(url, { method: 'POST', headers: {}, body: '{}', signal });
    return answer.body.text();
  };
  return { connections, asked, ask };
}

describe('a connection to a registry', () => {
  it('is kept for the next requests', async (t) => {
    const { ask, asked } = await rig(t, (_request, response) => response.end('yes'));
    for (let times = 0; times < 20; times++) assert.equal(await ask(), 'yes');
    assert.equal(asked.length, 20);
    // The next request can come before the connection of the last is free.
    assert.ok(new Set(asked).size <= 2, String(asked));
  });

  it('fails no request for having been closed meanwhile, however the other side does it', async (t) => {
    for (const how of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const { ask, asked } = await rig(t, ({ socket }, response, ofConnection) => {
        if (ofConnection === 1) response.end('yes');
        else socket[how]();
      });
      for (let times = 0; times < 6; times++) assert.equal(await ask(), 'yes', how);
      assert.ok(asked.length > 6, 'some came by a kept one, were cut off, and came again by another');
    }
  });

  it('that is cut off each time fails the request at the second time', async (t) => {
    const { ask, asked } = await rig(t, ({ socket }) => socket.destroy());
    await assert.rejects(ask());
    assert.deepEqual(asked, [0, 1]);
  });

  it('fails a request whose answer breaks off, without asking again', async (t) => {
    const { ask, asked } = await rig(t, (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy());
    });
    await assert.rejects(ask());
    assert.deepEqual(asked, [0]);
  });

  it('that is not made fails the request with its reason', async (t) => {
    const { connections } = await rig(t, () => undefined);
    await assert.rejects(connections.request(new URL('http://127.0.0.1:1/'), { method: 'GET' }), {
      code: 'ECONNREFUSED',
    });
  });
});
