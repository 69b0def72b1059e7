import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const message = z.object({ messageId: z.string(), captureId: z.string(), kind: z.string() });

/** A message to a customer. */
export type CustomerMessage = z.infer<typeof message>;

/** Where messages to customers go, in place of a service that writes mails: takes each idempotency key once. */
export interface MessageGateway {
  readonly url: string;
  /** What was sent to customers, in this order. */
  sent(): readonly CustomerMessage[];
  close(): Promise<void>;
}

export async function startMessageGateway(): Promise<MessageGateway> {
  const byKey = new Map<string, CustomerMessage>();
  const server = createServer((request, response) => {
    void receive(request).then(
      ({ key, message }) => {
        // The first stands, as with every service that knows idempotency keys.
        if (!byKey.has(key)) byKey.set(key, message);
        response.writeHead(204).end();
      },
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // Nothing is to wait for it.
  server.unref();
  // The address of a server that listens on a port is no text.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/messages`,
    sent: () => [...byKey.values()],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(request: IncomingMessage): Promise<{ key: string; message: CustomerMessage }> {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') throw new Error('the header Idempotency-Key is missing');
  return { key, message: message.parse(JSON.parse(await text(request))) };
}
