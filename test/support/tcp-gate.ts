import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

/**
 * A way to a TCP server that can be shut. `shut`: nothing listens, and what was connected is cut. `deaf`: what is sent arrives, and the
 * connection is cut when the server answers.
 */
export interface TcpGate {
  readonly port: number;
  open(): Promise<void>;
  shut(): Promise<void>;
  deafen(): void;
  close(): Promise<void>;
}

export async function openTcpGate(to: { readonly host: string; readonly port: number }): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  let isDeaf = false;
  let server: Server | null = null;
  let port = 0;

  function through(near: Socket): void {
    const far = connect(to);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      if (isDeaf) near.destroy();
      else near.write(chunk);
    });
  }

  const gate: TcpGate = {
    get port() {
      return port;
    },
    open: async () => {
      isDeaf = false;
      if (server !== null) return;
      const opened = createServer(through);
      await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
      port = (opened.address() as AddressInfo).port;
      server = opened;
    },
    shut: async () => {
      const shutting = server;
      server = null;
      for (const socket of sockets) socket.destroy();
      if (shutting !== null) await new Promise((resolve) => shutting.close(resolve));
    },
    deafen: () => {
      isDeaf = true;
    },
    close: () => gate.shut(),
  };
  await gate.open();
  return gate;
}
