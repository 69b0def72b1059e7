import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer as createTcpServer } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';

/**
 * How a way behaves.
 *
 * - `open`: as if the gate weren't there.
 * - `half_open`: connections stand and can be made, and nothing arrives on either side.
 * - `reset_answers`: requests arrive; a connection is reset when its answer comes.
 * - `trickle`: requests arrive; answers come a byte at a time, so slowly that no call can wait for all of one.
 */
export type GateMode = 'open' | 'half_open' | 'reset_answers' | 'trickle';

/** A way through TCP that can be spoilt. */
export interface Gate {
  readonly port: number;
  /** A connection that was spoilt is cut when the way is `open` again: bytes of it were lost. */
  set(mode: GateMode): void;
  /** Shows this certificate from now on, and cuts what is connected. Of a gate with TLS only. */
  present(identity: Identity): void;
  /** How many connections were spoilt, cut for another certificate, or refused for it so far. */
  spoilt(): number;
  close(): Promise<void>;
}

/** A certificate with its private key, both PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface GateOptions {
  readonly to: { readonly host: string; readonly port: number };
  /** Who it is, if it speaks TLS to those who come. */
  readonly identity?: Identity;
}

/** A byte each so many ms: an answer of some hundred bytes takes longer than any call may. */
const BYTE_MS = 50;

export async function openGate({ to, identity }: GateOptions): Promise<Gate> {
  const sockets = new Set<Socket>();
  const callers = new Set<Socket>();
  const spoilt = new Set<Socket>();
  let mode: GateMode = 'open';
  let count = 0;

  function spoil(near: Socket): void {
    if (spoilt.has(near)) return;
    spoilt.add(near);
    count += 1;
  }

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
    });
  }

  function through(near: Socket): void {
    const far = connect(to);
    callers.add(near);
    for (const socket of [near, far]) {
      keep(socket);
      socket.on('close', () => {
        callers.delete(near);
        spoilt.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk: Buffer) => {
      if (mode === 'half_open') spoil(near);
      else far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      answer(near, chunk);
    });
  }

  function answer(near: Socket, chunk: Buffer): void {
    switch (mode) {
      case 'open':
        near.write(chunk);
        return;
      case 'half_open':
        spoil(near);
        return;
      case 'reset_answers':
        spoil(near);
        near.resetAndDestroy();
        return;
      case 'trickle':
        spoil(near);
        trickle(near, chunk);
        return;
    }
  }

  const tls = identity === undefined ? null : tlsServer(identity, through);
  // Also those that are still shaking hands.
  tls?.on('connection', keep);
  // Whoever doesn't trust the certificate hangs up.
  tls?.on('tlsClientError', () => {
    count += 1;
  });
  const server: Server = tls ?? createTcpServer(through);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    set: (next) => {
      mode = next;
      if (next === 'open') for (const socket of spoilt) socket.destroy();
    },
    present: ({ certificate, key }) => {
      if (tls === null) throw new Error('the gate speaks no TLS');
      tls.setSecureContext({ cert: certificate, key });
      count += callers.size;
      for (const socket of sockets) socket.destroy();
    },
    spoilt: () => count,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function tlsServer({ certificate, key }: Identity, through: (socket: Socket) => void): TlsServer {
  return createTlsServer({ cert: certificate, key }, through);
}

function trickle(socket: Socket, bytes: Buffer): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (sent >= bytes.length || socket.destroyed) {
      clearInterval(timer);
      return;
    }
    socket.write(bytes.subarray(sent, sent + 1));
    sent += 1;
  }, BYTE_MS);
}
