import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { ISocketFactory, ISocketFactoryArgs } from 'kafkajs';

/** The sockets of one client of Kafka, so that they can be dropped from outside. */
export interface Sockets {
  readonly factory: ISocketFactory;
  /**
   * Drops the sockets to one broker (`host:port`); requests under way fail at once and the next one connects anew. The reason is a request
   * that timed out unless another is given.
   */
  drop(broker: string, reason?: Error): void;
  /** Drops all that are still open and opens no more: whatever the client still tries fails at once. */
  close(): void;
  readonly closed: boolean;
}

const KEEP_ALIVE_AFTER_MS = 30_000;

/**
 * kafkajs gives up a request after a timeout but keeps its socket, and waits without limit when it disconnects. A socket to a broker that
 * died silently would then be used until the operating system gives up, after a quarter of an hour (kafkajs issue 919).
 */
export function createSockets(open: (args: ISocketFactoryArgs) => Socket = openSocket): Sockets {
  const sockets = new Map<Socket, string>();
  let closed = false;

  function destroy(isMeant: (broker: string) => boolean, reason: Error): void {
    for (const [socket, broker] of sockets) {
      // One that was ended has said goodbye already. The error is what makes kafkajs fail the requests under way.
      if (isMeant(broker) && !socket.writableEnded) socket.destroy(reason);
    }
  }

  return {
    factory: (args) => {
      if (closed) throw new Error('the client was closed');
      const socket = open(args);
      socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
      sockets.set(socket, `${args.host}:${String(args.port)}`);
      socket.once('close', () => sockets.delete(socket));
      // kafkajs disconnects once for each of its users of a connection, and on a socket that is gone each time leaves a listener: few, and
      // gone with the socket.
      socket.setMaxListeners(0);
      return socket;
    },
    drop: (broker, reason = new Error('dropped, since a request on it timed out')) => {
      destroy((candidate) => candidate === broker, reason);
    },
    close: () => {
      closed = true;
      destroy(() => true, new Error('the client was closed'));
    },
    get closed() {
      return closed;
    },
  };
}

/** As kafkajs opens sockets, with the broker's name for TLS to check. */
export function openSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  // Whatever its types say: kafkajs gives null for a plain connection, and true where TLS was asked for by that.
  const tls = ssl as ConnectionOptions | boolean | null | undefined;
  if (tls === null || tls === undefined || tls === false) return connectTcp({ host, port }, onConnect);
  const named = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...named, ...(tls === true ? {} : tls) }, onConnect);
}
