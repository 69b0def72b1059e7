import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';

/** One TCP connection as the server saw it. */
export interface RawConnection {
  readonly socket: Socket;
  /** Everything received on it so far. */
  received(): string;
  /** Complete HTTP requests received on it so far, told by their Content-Length. */
  requests(): readonly string[];
  readonly closed: Promise<void>;
}

export interface RawServer {
  readonly origin: string;
  readonly port: number;
  readonly connections: readonly RawConnection[];
  close(): Promise<void>;
}

/** Called for each complete request; `index` counts them over all connections, from 0. */
export type OnRequest = (request: string, connection: RawConnection, index: number) => void;

/**
 * A TCP server on the loopback address that only knows where an HTTP request ends: what is answered, how much of it and when is the
 * test's to say, byte by byte.
 */
export async function startRawServer(onRequest: OnRequest = () => undefined): Promise<RawServer> {
  const connections: RawConnection[] = [];
  let requestCount = 0;
  const server = createServer((socket) => {
    let text = '';
    const requests: string[] = [];
    let consumed = 0;
    const connection: RawConnection = {
      socket,
      received: () => text,
      requests: () => requests,
      closed: new Promise((resolve) => {
        socket.once('close', () => {
          resolve();
        });
      }),
    };
    connections.push(connection);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = endOfRequest(text, consumed); end !== null; end = endOfRequest(text, consumed)) {
        const request = text.slice(consumed, end);
        consumed = end;
        requests.push(request);
        onRequest(request, connection, requestCount++);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    port,
    connections,
    close: () =>
      new Promise((resolve) => {
        for (const { socket } of connections) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
}

function endOfRequest(text: string, from: number): number | null {
  const head = text.indexOf('\r\n\r\n', from);
  if (head === -1) return null;
  const length = /content-length: (\d+)/i.exec(text.slice(from, head))?.[1] ?? '0';
  const end = head + 4 + Number(length);
  return text.length >= end ? end : null;
}

/** A whole HTTP answer. */
export function httpAnswer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const lines = Object.entries({ 'Content-Length': String(Buffer.byteLength(body)), ...headers });
  return `HTTP/1.1 ${String(status)} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}
