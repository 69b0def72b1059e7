import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';

/** A request, or what is wrong with it. */
export type Read<Request> = { readonly request: Request } | { readonly problem: string };

/** Signatures cover the bytes as sent, so nothing may read or reword them on the way. */
export function leaveBodiesAlone(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
}

/** A request's body as sent; empty if there is none. */
export function bytesOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** Whether a Content-Type says JSON in UTF-8. */
export function isJson(contentType: string): boolean {
  return /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType);
}

/** Reads a body as JSON of a schema. */
export function readJson<T>(schema: z.ZodType<T>, body: Uint8Array): Read<T> {
  const json = parseJson(body);
  return json === undefined ? { problem: 'The body is not JSON in UTF-8.' } : readAs(schema, json);
}

/** Reads a value by a schema. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown): Read<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { request: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}.` };
}

/** `undefined` if the bytes are no JSON. Bytes that aren't UTF-8 are refused, not replaced. */
function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return undefined;
  }
}
