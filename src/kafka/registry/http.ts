import type { ErrorCode } from '../../errors.js';
import { CaptureWorkerError, messageOf } from '../../errors.js';
import { whyNoAnswer } from '../../no-answer.js';
import type { TlsSettings } from '../../tls.js';
import { tlsFault } from '../../tls.js';
import { readTokenFile } from '../../token-file.js';
import { registryConnections } from './connections.js';

/** What is shown to a registry that asks who we are. A token's file is read anew with each call: such files are replaced while we run. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string }
  | { readonly token: string }
  | { readonly tokenFile: string };

/** Where the registry is, and how it is spoken to. */
export interface RegistryConnection {
  /** Such as `http://registry:8081` or, for Apicurio, `http://registry:8080/apis/ccompat/v7`. */
  readonly url: string;
  readonly credentials?: RegistryCredentials | null;
  /** For https; the authorities that Node trusts unless given. */
  readonly tls?: TlsSettings;
}

export interface RegistrySettings extends RegistryConnection {
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
const HEADERS = { accept: `${MEDIA_TYPE}, application/json`, 'content-type': MEDIA_TYPE };
const SYSTEM_TLS: TlsSettings = { authorities: null, identity: null };
const AWAY_REMEDY = 'check that it runs and that SCHEMA_REGISTRY_URL points to its API';
const TLS_REMEDY = 'check SCHEMA_REGISTRY_CA_FILE and the host in SCHEMA_REGISTRY_URL';

/**
 * Calls of the registry's API at a URL, each within the time limit. They reject with REGISTRY_ACCESS_REFUSED if the registry refuses us,
 * TLS_FAILED if there is no encrypted connection, and REGISTRY_UNAVAILABLE if no answer comes, or none from a registry.
 */
export function registryHttp(settings: RegistrySettings): RegistryHttp {
  const { credentials = null, tls = SYSTEM_TLS, timeoutMs = 10_000 } = settings;
  const base = new URL(settings.url);
  const connections = registryConnections(tls);
  // The URL may hold a password: messages name only where it points.
  const place = `${base.origin}${base.pathname}`.replace(/\/+$/, '');
  const failure = (code: ErrorCode, problem: string, remedy: string, cause?: unknown): CaptureWorkerError =>
    new CaptureWorkerError(code, `the schema registry at ${place} ${problem}: ${remedy}`, { cause });
  const unavailable = (problem: string, cause?: unknown): CaptureWorkerError =>
    failure('REGISTRY_UNAVAILABLE', problem, AWAY_REMEDY, cause);

  const call = async (method: Method, path: string, body?: string): Promise<Answer> => {
    const signsIn = await authorization(credentials).catch((error: unknown) => {
      throw unavailable(`was not asked (${messageOf(error)})`, error);
    });
    let status: number;
    let text: string;
    try {
      // May be repeated: reading changes nothing, and a schema or a level that is set again is the same.
      const response = await connections.request(new URL(place + path), {
        method,
        headers: { ...HEADERS, ...signsIn },
        body: body ?? null,
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = response.statusCode;
      text = await response.body.text();
    } catch (error) {
      const fault = tlsFault(error);
      if (fault !== null)
        throw failure('TLS_FAILED', `can't be spoken to with TLS: ${fault}`, TLS_REMEDY, error);
      throw unavailable(`gave no answer to ${method} ${path} (${whyNoAnswer(error, timeoutMs)})`, error);
    }
    const remedy = accessRemedy(status, credentials);
    if (remedy !== null)
      throw failure(
        'REGISTRY_ACCESS_REFUSED',
        `refuses ${method} ${path} (status ${String(status)})`,
        remedy,
      );
    const answer = answerOf(status, text, (problem) => unavailable(`gave ${problem} to ${method} ${path}`));
    if (status === 404 && !isRegistryCode(answer.code)) throw noRegistry(`${method} ${place}${path}`);
    return answer;
  };
  return Object.assign(call, { close: () => connections.close() });
}

/** What mends a refusal; null if the status is none. The body isn't told: it may repeat what it was sent. */
function accessRemedy(status: number, credentials: RegistryCredentials | null): string | null {
  if (status === 403) return 'whoever signs in must be allowed to read and register schemas there';
  if (status !== 401) return null;
  if (credentials === null)
    return 'it asks for credentials: set SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or SCHEMA_REGISTRY_TOKEN';
  return 'username' in credentials
    ? 'check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD'
    : 'check SCHEMA_REGISTRY_TOKEN or its file, and that the token has not expired';
}

async function authorization(credentials: RegistryCredentials | null): Promise<{ authorization?: string }> {
  if (credentials === null) return {};
  if ('token' in credentials) return { authorization: `Bearer ${credentials.token}` };
  if ('tokenFile' in credentials)
    return { authorization: `Bearer ${await readTokenFile(credentials.tokenFile)}` };
  const { username, password } = credentials;
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

function isRegistryCode(code: number | null): boolean {
  return code !== null && code >= 40_400 && code <= 40_499;
}

/**
 * Something answers, but no registry: by a 404 without a code of the registry's, which comes from a proxy, from another program, or from
 * another API of the same registry. REGISTRY_UNAVAILABLE, since behind a proxy it passes; a command, which doesn't wait, can tell by the
 * class that the address is at fault.
 */
export class NoRegistryThere extends CaptureWorkerError {}

function noRegistry(question: string): NoRegistryThere {
  return new NoRegistryThere(
    'REGISTRY_UNAVAILABLE',
    `what answers ${question} (status 404) has no schema registry's API there: correct the host and path of SCHEMA_REGISTRY_URL; ` +
      'with Confluent the path is empty, with Apicurio it is /apis/ccompat/v7',
  );
}

function answerOf(status: number, text: string, unusable: (problem: string) => CaptureWorkerError): Answer {
  const fields = fieldsOf(text);
  const { error_code: code, message } = fields ?? {};
  const reason = typeof message === 'string' ? message.slice(0, 200) : 'no reason given';
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
