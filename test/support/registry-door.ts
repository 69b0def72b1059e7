import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { listen } from './stack-process.js';

/**
 * What the door says: what the registry behind it says; that there is no such page, as a proxy without a registry does; that there is no
 * such schema and no such subject, as a registry does that was emptied; or what another registry says, which has other schemas under our
 * ids, and ours under another.
 */
export type DoorMode = 'registry' | 'no such page' | 'emptied' | 'replaced';

/** What another registry has our schemas under. */
const ANOTHER_ID = 1_999_999_999;

/** Stands before a schema registry, as a proxy would. */
export interface RegistryDoor {
  readonly url: string;
  mode: DoorMode;
  close(): void;
}

export async function openRegistryDoor(registryUrl: string): Promise<RegistryDoor> {
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
      const { status, text } = answerOf(door.mode, path.startsWith('/schemas/'));
      response.statusCode = status;
      response.end(text);
    });
  });
  const door: RegistryDoor = {
    url: `http://127.0.0.1:${String(await listen(server))}`,
    mode: 'registry',
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return door;
}

function answerOf(
  mode: Exclude<DoorMode, 'registry'>,
  isForSchema: boolean,
): { readonly status: number; readonly text: string } {
  switch (mode) {
    case 'no such page':
      return { status: 404, text: '<h1>Not found</h1>' };
    case 'emptied':
      return {
        status: 404,
        text: JSON.stringify({ error_code: isForSchema ? 40403 : 40401, message: 'none' }),
      };
    case 'replaced':
      return { status: 200, text: JSON.stringify(isForSchema ? { schema: '"string"' } : { id: ANOTHER_ID }) };
  }
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
