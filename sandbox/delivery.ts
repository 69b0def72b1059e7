import type { FastifyReply } from 'fastify';
import type { Delivery } from './plan.js';
import { Interrupted } from './timers.js';

/** An answer as bytes, ready to leave. */
export interface Parcel {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How an answer's signature is: as it should be, missing, or one that doesn't hold. */
export type Sealing = 'signed' | 'unsigned' | 'wrong_signature';

const GARBAGE = Buffer.from('{"code": "200", "data": {"state": OK');

/** Sends an answer, whole or spoilt as the script says. `seal` makes of a body what the provider would send, with its signature if it signs. */
export async function deliver(
  reply: FastifyReply,
  body: Uint8Array,
  delivery: Delivery,
  seal: (body: Uint8Array, how: Sealing) => Parcel | Promise<Parcel>,
): Promise<void> {
  switch (delivery.is) {
    case 'whole':
      await send(reply, await seal(body, 'signed'));
      return;
    case 'unsigned':
    case 'wrong_signature':
      await send(reply, await seal(body, delivery.is));
      return;
    case 'garbage':
      await send(reply, await seal(GARBAGE, 'signed'));
      return;
    case 'truncated':
      sendTruncated(reply, await seal(body, 'signed'));
      return;
    case 'reset':
      resetConnection(reply);
      return;
    case 'http':
      await send(reply, errorPage(delivery.status));
      return;
  }
}

/** An unsigned answer of a provider's own: they all come as JSON with status 200. */
export function jsonParcel(body: Uint8Array): Parcel {
  return { status: 200, headers: { 'content-type': 'application/json; charset=UTF-8' }, body };
}

/** Serves a call, and breaks its connection off if the sandbox is reset or closed under it. */
export async function unlessInterrupted(reply: FastifyReply, serve: () => Promise<void>): Promise<void> {
  try {
    await serve();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    resetConnection(reply);
  }
}

/** Sends an answer whole. */
function send(reply: FastifyReply, { status, headers, body }: Parcel): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

/** Sends the headers and half of the body, then closes the connection. */
function sendTruncated(reply: FastifyReply, { status, headers, body }: Parcel): void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(status, { ...headers, 'content-length': String(body.byteLength), connection: 'close' });
  raw.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => raw.socket?.end());
}

/** Resets the connection: the caller sees ECONNRESET, not an orderly end. */
function resetConnection(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
}

const REASONS: Readonly<Record<number, string>> = {
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Time-out',
};

/** An error page as the machines in front of a provider send it: HTML, unsigned; for 429 a short JSON and when to come back. */
function errorPage(status: number): Parcel {
  const reason = REASONS[status] ?? 'Error';
  if (status === 429) {
    const body = Buffer.from(JSON.stringify({ error: 'too_many_requests', message: 'Rate limit reached' }));
    return { status, headers: { 'content-type': 'application/json', 'retry-after': '1' }, body };
  }
  const body = Buffer.from(
    `<html><head><title>${status} ${reason}</title></head><body><h1>${status} ${reason}</h1></body></html>\n`,
  );
  return { status, headers: { 'content-type': 'text/html' }, body };
}
