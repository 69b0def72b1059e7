import type { FastifyReply } from 'fastify';

/** An answer as bytes, ready to leave. */
export interface Parcel {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Sends an answer whole. */
export function send(reply: FastifyReply, { status, headers, body }: Parcel): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

/** Sends the headers and half of the body, then closes the connection. */
export function sendTruncated(reply: FastifyReply, { status, headers, body }: Parcel): void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(status, { ...headers, 'content-length': String(body.byteLength), connection: 'close' });
  raw.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => raw.socket?.end());
}

/** Resets the connection: the caller sees ECONNRESET, not an orderly end. */
export function resetConnection(reply: FastifyReply): void {
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
export function errorPage(status: number): Parcel {
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
