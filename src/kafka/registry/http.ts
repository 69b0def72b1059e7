import { Agent, request } from 'undici';
import { CaptureWorkerError, messageOf } from '../../errors.js';

export interface RegistrySettings {
  /** Such as `http://registry:8081` or, for Apicurio, `http://registry:8080/apis/ccompat/v7`. */
  readonly url: string;
  /** How long one call may take, its whole answer included, in ms. */
  readonly timeoutMs?: number;
}

/** One answer of the registry. */
export interface Answer {
  readonly status: number;
  /** The registry's own error code, null if the answer carries none: then it may not come from a registry at all. */
  readonly code: number | null;
  readonly reason: string;
  /** The answer's fields if it has this status. Throws REGISTRY_UNAVAILABLE otherwise. */
  expect(status: number): Readonly<Record<string, unknown>>;
  unusable(what: string): CaptureWorkerError;
}

export type Method = 'GET' | 'POST' | 'PUT';

export interface RegistryHttp {
  /** `body` is JSON. */
  (method: Method, path: string, body?: string): Promise<Answer>;
  close(): Promise<void>;
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

/** Calls of the registry's API at a URL, each within the time limit; they reject with REGISTRY_UNAVAILABLE if no answer comes. */
export function registryHttp({ url, timeoutMs = 10_000 }: RegistrySettings): RegistryHttp {
  const base = new URL(url);
  // Calls are rare, and a kept connection that the other side closes meanwhile would fail one for nothing: no keep-alive.
  const dispatcher = new Agent({ pipelining: 0 });
  // The URL may hold a password: messages name only where it points.
  const place = `${base.origin}${base.pathname}`.replace(/\/+$/, '');
  const unavailable = (problem: string, cause?: unknown): CaptureWorkerError =>
    new CaptureWorkerError(
      'REGISTRY_UNAVAILABLE',
      `the schema registry at ${place} ${problem}: check that it runs and that SCHEMA_REGISTRY_URL points to its API`,
      { cause },
    );

  const call = async (method: Method, path: string, body?: string): Promise<Answer> => {
    let status: number;
    let text: string;
    try {
      const response = await request(new URL(place + path), {
        method,
        dispatcher,
        headers: { accept: `${MEDIA_TYPE}, application/json`, 'content-type': MEDIA_TYPE },
        body: body ?? null,
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.statusCode;
      text = await response.body.text();
    } catch (error) {
      throw unavailable(`gave no answer to ${method} ${path} (${whatHappened(error, timeoutMs)})`, error);
    }
    return answerOf(status, text, (problem) => unavailable(`gave ${problem} to ${method} ${path}`));
  };
  return Object.assign(call, { close: () => dispatcher.close() });
}

function answerOf(status: number, text: string, unusable: (problem: string) => CaptureWorkerError): Answer {
  const fields = fieldsOf(text);
  const { error_code: code, message } = fields ?? {};
  const reason = typeof message === 'string' ? message : text.slice(0, 200);
  return {
    status,
    code: status === 404 && typeof code === 'number' ? code : null,
    reason,
    expect: (expected) => {
      if (status !== expected) throw unusable(`status ${status.toString()} (${reason})`);
      if (fields === null) throw unusable('an answer that is no JSON object');
      return fields;
    },
    unusable,
  };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function whatHappened(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `none within ${timeoutMs.toString()} ms`;
  // A name with several addresses fails with an error that has no message, only a code.
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
  return messageOf(error) || code;
}
