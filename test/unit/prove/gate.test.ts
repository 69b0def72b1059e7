import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { Gate, GateOptions } from '../../../prove/gate.js';
import { openGate } from '../../../prove/gate.js';
import { identitiesFor } from '../../../prove/tls-identity.js';

/** A gate to a server that answers each byte with four, and remembers what it got. */
async function rig(t: TestContext, identity?: GateOptions['identity']) {
  const got: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      got.push(chunk.toString());
      socket.write('done');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const to = { host: '127.0.0.1', port };
  const gate = await openGate(identity === undefined ? { to } : { to, identity });
  t.after(async () => {
    await gate.close();
    server.close();
  });
  return { gate, got };
}

async function call(t: TestContext, gate: Gate): Promise<Socket> {
  const socket = connect(gate.port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('x');
  return socket;
}

async function firstOf(socket: Socket, ...events: readonly string[]): Promise<string> {
  return Promise.race(events.map(async (event) => once(socket, event).then(() => event)));
}

describe('a gate', () => {
  it('lets everything through while it is open', async (t) => {
    const { gate, got } = await rig(t);
    const [answer] = (await once(await call(t, gate), 'data')) as [Buffer];
    assert.deepEqual([answer.toString(), got, gate.spoilt()], ['done', ['x'], 0]);
  });

  it('brings requests and resets their answers', async (t) => {
    const { gate, got } = await rig(t);
    gate.set('reset_answers');
    const socket = await call(t, gate);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.deepEqual([error.code, got, gate.spoilt()], ['ECONNRESET', ['x'], 1]);
  });

  it('brings requests and trickles their answers', async (t) => {
    const { gate, got } = await rig(t);
    gate.set('trickle');
    const [first] = (await once(await call(t, gate), 'data')) as [Buffer];
    assert.deepEqual([first.toString(), got, gate.spoilt()], ['d', ['x'], 1]);
  });

  it('brings nothing while connections are half open, and cuts them when it is open again', async (t) => {
    const { gate, got } = await rig(t);
    gate.set('half_open');
    const socket = await call(t, gate);
    const event = firstOf(socket, 'data', 'close');
    while (gate.spoilt() === 0) await new Promise(setImmediate);
    gate.set('open');
    assert.deepEqual([await event, got], ['close', []]);
  });

  it('shows another certificate, and cuts those who trusted the one before', async (t) => {
    const { own, foreign } = await identitiesFor('localhost');
    const { gate } = await rig(t, own.identity);
    const options = { host: '127.0.0.1', port: gate.port, servername: 'localhost', ca: own.authority };
    const trusting = connectTls(options);
    await once(trusting, 'secureConnect');
    const cut = once(trusting, 'close');
    trusting.on('error', () => undefined).resume();
    gate.present(foreign.identity);
    await cut;
    const refused = connectTls(options);
    await assert.rejects(once(refused, 'secureConnect'), { code: /^UNABLE_TO_VERIFY|^SELF_SIGNED|^CERT/ });
    refused.destroy();
  });
});
