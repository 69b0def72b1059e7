import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Sockets } from '../../src/kafka/sockets.js';
import { createSockets, openSocket } from '../../src/kafka/sockets.js';

/**
 * A way to Kafka that can die silently, as a broker's machine does: connections stay open and nothing comes through any more. Connections
 * that are opened later work, unless the network as a whole is frozen.
 */
export interface FreezableNetwork {
  /** For the configuration of a client. */
  readonly sockets: () => Sockets;
  freezeConnections(): void;
  /** Also those that are opened later, until thawed. */
  freezeAll(): void;
  thaw(): void;
  readonly opened: number;
  close(): void;
}

export async function freezableNetwork(broker: string): Promise<FreezableNetwork> {
  const [host = '', port = ''] = broker.split(':');
  const pairs: { readonly near: Socket; readonly far: Socket }[] = [];
  let frozen = false;

  const server: Server = createServer((near) => {
    const far = connect({ host, port: Number(port) });
    const pair = { near, far };
    pairs.push(pair);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    if (frozen) return;
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = (server.address() as AddressInfo).port;

  function freezeConnections(): void {
    for (const { near, far } of pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.pause();
      far.pause();
    }
  }

  return {
    // Whatever address the broker has told, the way leads through here.
    sockets: () => createSockets((args) => openSocket({ ...args, host: '127.0.0.1', port: proxy })),
    freezeConnections,
    freezeAll: () => {
      frozen = true;
      freezeConnections();
    },
    thaw: () => {
      frozen = false;
    },
    get opened() {
      return pairs.length;
    },
    close: () => {
      server.close();
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
    },
  };
}
