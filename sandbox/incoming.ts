import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { parseJson } from './json.js';

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

/** What is wrong with a body that `parseJson` can't read. */
export const NO_JSON = 'The body is not JSON in UTF-8, or has a member twice.';

/** Reads a body as JSON of a schema. */
export function readJson<T>(schema: z.ZodType<T>, body: Uint8Array): Read<T> {
  const json = parseJson(body);
  return json === undefined ? { problem: NO_JSON } : readAs(schema, json);
}

/** Reads a value by a schema. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown): Read<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { request: parsed.data };
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}.` };
}
