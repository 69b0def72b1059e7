import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { listen } from './stack-process.js';

/**
 * What the door says: what the registry behind it says; that there is no such page, as a proxy without a registry does; or that there is no
 * such schema and no such subject, as a registry does that was emptied.
 */
export type DoorMode = 'registry' | 'no such page' | 'emptied';

/** Stands before a schema registry, as a proxy would. */
export interface RegistryDoor {
  readonly url: string;
  mode: DoorMode;
  /** What was asked while the door didn't let it through. */
  readonly turnedAway: readonly string[];
  close(): void;
}

export async function openRegistryDoor(registryUrl: string): Promise<RegistryDoor> {
  const turnedAway: string[] = [];
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      const { method = 'GET', url: path = '/' } = request;
      if (door.mode === 'registry') {
        const content = method === 'GET' ? {} : { body: Buffer.concat(body) };
        const headers = { 'content-type': request.headers['content-type'] ?? '' };
        void forward(registryUrl + path, { method, headers, ...content }, response);
        return;
      }
      turnedAway.push(`${method} ${path}`);
      response.statusCode = 404;
      if (door.mode === 'no such page') response.end('<h1>Not found</h1>');
      else
        response.end(
          JSON.stringify({ error_code: path.startsWith('/schemas/') ? 40403 : 40401, message: 'none' }),
        );
    });
  });
  const door: RegistryDoor = {
    url: `http://127.0.0.1:${String(await listen(server))}`,
    mode: 'registry',
    turnedAway,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return door;
}

async function forward(url: string, request: RequestInit, response: ServerResponse): Promise<void> {
  try {
    const answer = await fetch(url, request);
    response.statusCode = answer.status;
    response.end(Buffer.from(await answer.arrayBuffer()));
  } catch {
    response.destroy();
  }
}
