import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An identity provider: signs tokens for a client that shows its credentials, and publishes the key that they are verified with. */
export interface TokenEndpoint {
  readonly url: string;
  readonly keysUrl: string;
  /** What the requests for a token brought, in order. */
  readonly asked: readonly TokenRequest[];
  /** Signs a token without being asked, which lasts `lifeSeconds`. */
  sign(lifeSeconds: number): string;
  close(): void;
}

export interface TokenRequest {
  readonly authorization: string;
  readonly form: URLSearchParams;
}

export const CLIENT = { id: 'worker', secret: 'client: s&cret%' } as const;
export const AUDIENCE = 'kafka';

/** `answer` may answer a request for a token otherwise, and then returns true. */
export async function startTokenEndpoint({
  lifeSeconds,
  answer = () => false,
}: {
  readonly lifeSeconds: number;
  readonly answer?: (response: ServerResponse) => boolean;
}): Promise<TokenEndpoint> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const asked: TokenRequest[] = [];
  const signed = (seconds: number): string => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { sub: CLIENT.id, aud: AUDIENCE, iat: now, exp: now + seconds };
    const body = [{ alg: 'RS256', kid: 'one' }, claims].map(encoded).join('.');
    return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`;
  };
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      json(response, 200, {
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }],
      });
      return;
    }
    void bodyOf(request).then((body) => {
      const { authorization = '' } = request.headers;
      asked.push({ authorization, form: new URLSearchParams(body) });
      if (answer(response)) return;
      if (isClient(authorization))
        json(response, 200, {
          access_token: signed(lifeSeconds),
          token_type: 'Bearer',
          expires_in: lifeSeconds,
        });
      else json(response, 401, { error: 'invalid_client', error_description: `not ${authorization}` });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url: `${base}/token`,
    keysUrl: `${base}/keys`,
    asked,
    sign: signed,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** As the standard has it: both halves are encoded as in a form before they become one. */
function isClient(authorization: string): boolean {
  const given = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
  const halves = given.split(':').map((half) => decodeURIComponent(half.replaceAll('+', ' ')));
  return halves.length === 2 && halves[0] === CLIENT.id && halves[1] === CLIENT.secret;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
