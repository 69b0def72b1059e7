import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createSockets } from '../../../../src/kafka/sockets.js';
import type { Sockets } from '../../../../src/kafka/sockets.js';

async function listen(t: TestContext): Promise<number> {
  const server: Server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function open(sockets: Sockets, port: number): Promise<{ socket: Socket; failed: Promise<unknown[]> }> {
  // As kafkajs does for a plain connection, though its types ask for an object.
  const plain = { host: '127.0.0.1', port, ssl: null } as unknown as Parameters<Sockets['factory']>[0];
  const socket = await new Promise<Socket>((resolve) => {
    const made: Socket = sockets.factory({
      ...plain,
      onConnect: () => {
        resolve(made);
      },
    });
  });
  // As with kafkajs, someone reads.
  socket.resume();
  return { socket, failed: once(socket, 'error').catch((error: unknown) => [error]) };
}

describe('sockets', () => {
  it('dropped for one broker fail with an error, which kafkajs needs to notice; those of others live on', async (t) => {
    const [one, other] = [await listen(t), await listen(t)];
    const sockets = createSockets();
    const dropped = await open(sockets, one);
    const kept = await open(sockets, other);
    sockets.drop(`127.0.0.1:${String(one)}`);
    const [error] = await dropped.failed;
    assert.match(String(error), /a request on it timed out/);
    assert.equal(kept.socket.destroyed, false);
    sockets.close();
    await kept.failed;
    assert.equal(kept.socket.destroyed, true);
  });

  it('are not opened any more after closing', async (t) => {
    const port = await listen(t);
    const sockets = createSockets();
    sockets.close();
    await assert.rejects(open(sockets, port), /the client was closed/);
  });

  it('that are gone may be let go of as often as kafkajs likes', async (t) => {
    const sockets = createSockets();
    const { socket, failed } = await open(sockets, await listen(t));
    const warnings: Error[] = [];
    const note = (warning: Error): void => {
      warnings.push(warning);
    };
    process.on('warning', note);
    t.after(() => process.off('warning', note));
    sockets.close();
    await failed;
    for (let time = 0; time < 20; time += 1) socket.unref();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, []);
  });

  it('that have said goodbye are left to end by themselves', async (t) => {
    const sockets = createSockets();
    const { socket } = await open(sockets, await listen(t));
    const errors: unknown[] = [];
    socket.on('error', (error) => errors.push(error));
    socket.end();
    sockets.close();
    await once(socket, 'close');
    assert.deepEqual(errors, []);
  });
});
