import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Issued } from './certificates.js';

/** A way to a schema registry through TLS and past a guard who looks at the Authorization header, as companies have it. */
export interface RegistryGate {
  /** `https://localhost:port`, which has to be followed by the registry's path. */
  readonly origin: string;
  close(): void;
}

/** `statusFor` says whether a request may pass, null, or what it is refused with. */
export async function openRegistryGate(
  registryUrl: string,
  server: Issued,
  statusFor: (authorization: string) => number | null,
): Promise<RegistryGate> {
  const { origin } = new URL(registryUrl);
  const gate = createServer({ cert: server.certificate, key: server.key }, (incoming, response) => {
    const authorization = incoming.headers.authorization ?? '';
    const refused = statusFor(authorization);
    if (refused !== null) {
      // As careless guards do.
      response.writeHead(refused).end(`<html>${authorization} may not</html>`);
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => name !== 'authorization' && name !== 'host'),
    );
    const outgoing = request(new URL(incoming.url ?? '/', origin), {
      method: incoming.method ?? 'GET',
      headers,
    });
    outgoing.once('response', (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  gate.listen(0, '127.0.0.1');
  await once(gate, 'listening');
  return {
    origin: `https://localhost:${String((gate.address() as AddressInfo).port)}`,
    close: () => {
      gate.close();
      gate.closeAllConnections();
    },
  };
}
