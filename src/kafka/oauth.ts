import { Agent, request } from 'undici';
import { z } from 'zod';
import type { ErrorCode } from '../errors.js';
import { CaptureWorkerError, messageOf } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { tlsFault } from '../tls.js';
import { whyNoAnswer } from '../no-answer.js';
import { readTokenFile } from '../token-file.js';

/** Where the tokens of OAUTHBEARER come from: a file that somebody else keeps fresh, or a token endpoint that knows us as a client. */
export type TokenSource = { readonly file: string } | ClientCredentials;

export interface ClientCredentials {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Null to leave it to the endpoint. */
  readonly scope: string | null;
}

/** How long the endpoint may take, in ms: below the time that kafkajs gives a whole connection. */
const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 256 * 1_024;

type NoTokenCode = Extract<ErrorCode, 'LOG_UNAVAILABLE' | 'LOG_ACCESS_REFUSED' | 'TLS_FAILED'>;

/**
 * No token. kafkajs tries again what says that it is retriable, and only looks at the innermost cause, so this has none. What the
 * endpoint refuses is final to kafkajs.
 */
class NoToken extends CaptureWorkerError {
  readonly retriable: boolean;

  constructor(code: NoTokenCode, message: string) {
    super(code, message);
    this.retriable = code !== 'LOG_ACCESS_REFUSED';
  }
}

/**
 * Gives a token that is good for now. One from a file is read anew each time; one from an endpoint is kept until shortly before it
 * expires, and until it really expires if no other can be had. Rejects with LOG_UNAVAILABLE or TLS_FAILED while there is none, with
 * LOG_ACCESS_REFUSED if the endpoint refuses us. No message holds a secret.
 */
export function oauthTokens(source: TokenSource, clock: Pick<Clock, 'monotonic'>): () => Promise<string> {
  return 'file' in source ? () => fromFile(source.file) : fromEndpoint(source, clock);
}

async function fromFile(path: string): Promise<string> {
  try {
    return await readTokenFile(path);
  } catch (error) {
    throw new NoToken('LOG_UNAVAILABLE', `no token for Kafka: ${messageOf(error)}`);
  }
}

interface Token {
  readonly value: string;
  /** How long it lasts, in ms; null if the endpoint didn't say. */
  readonly lifeMs: number | null;
}

/** A token with its times by the monotonic clock. */
interface Kept {
  readonly value: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

function fromEndpoint(
  credentials: ClientCredentials,
  clock: Pick<Clock, 'monotonic'>,
): () => Promise<string> {
  let kept: Kept | null = null;
  let asking: Promise<string> | null = null;

  async function ask(): Promise<string> {
    // From before the question, so that the way there and back is not counted as the token's life.
    const askedAt = clock.monotonic();
    try {
      const { value, lifeMs } = await askEndpoint(credentials);
      kept =
        lifeMs === null
          ? null
          : { value, renewAt: askedAt + renewAfter(lifeMs), expiresAt: askedAt + lifeMs };
      return value;
    } catch (error) {
      if (kept !== null && clock.monotonic() < kept.expiresAt) return kept.value;
      throw error;
    }
  }

  return async () => {
    if (kept !== null && clock.monotonic() < kept.renewAt) return kept.value;
    // Consumer, producer and admin connect at once: one question is enough for all.
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  };
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * When to ask for the next token: after four fifths of its life, but between 30 s and 5 min before its end. kafkajs signs in anew 10 s
 * before a session ends; a token that was then as old as the session would begin the next one with nothing left.
 */
export function renewAfter(lifeMs: number): number {
  const margin = Math.min(Math.max(lifeMs / 5, 30 * SECOND), 5 * MINUTE);
  return lifeMs - Math.min(margin, lifeMs / 2);
}

const GRANT = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});
/** The endpoint's word for why it refuses: a name, never free text, which could repeat what it was sent. */
const REFUSAL = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

async function askEndpoint(credentials: ClientCredentials): Promise<Token> {
  const { url, scope } = credentials;
  const answer = await post(credentials);
  const fields = jsonOf(answer.text);
  if (answer.status === 200) {
    const { data } = GRANT.safeParse(fields);
    if (data === undefined) throw new NoToken('LOG_UNAVAILABLE', `${url} answered without an access token`);
    return {
      value: data.access_token,
      lifeMs: data.expires_in === undefined ? null : data.expires_in * SECOND,
    };
  }
  const why = REFUSAL.safeParse(fields).data?.error ?? null;
  const said = `status ${String(answer.status)}${why === null ? '' : `, ${why}`}`;
  // 408 and 429 are about the moment, not about us.
  const isRefusal = answer.status >= 400 && answer.status < 500 && ![408, 429].includes(answer.status);
  if (!isRefusal) throw new NoToken('LOG_UNAVAILABLE', `no token for Kafka: ${url} answered with ${said}`);
  const scopeHint = scope === null ? '' : ' and KAFKA_SASL_OAUTH_SCOPE';
  throw new NoToken(
    'LOG_ACCESS_REFUSED',
    `no token for Kafka: ${url} refuses the client (${said}); check KAFKA_SASL_OAUTH_TOKEN_URL, ` +
      `KAFKA_SASL_OAUTH_CLIENT_ID and its secret${scopeHint}`,
  );
}

/** One request, on a connection of its own: they are rare, and a kept connection would fail one for nothing when it is closed. */
async function post({
  url,
  clientId,
  clientSecret,
  scope,
}: ClientCredentials): Promise<{ status: number; text: string }> {
  const dispatcher = new Agent({ pipelining: 0, maxResponseSize: MAX_ANSWER_BYTES });
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')}`,
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(scope !== null && { scope }),
      }).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: statusCode, text: await body.text() };
  } catch (error) {
    const fault = tlsFault(error);
    if (fault !== null) throw new NoToken('TLS_FAILED', `no token for Kafka: no TLS with ${url}: ${fault}`);
    const why = whyNoAnswer(error, TIMEOUT_MS);
    throw new NoToken('LOG_UNAVAILABLE', `no token for Kafka: ${url} gives no answer (${why})`);
  } finally {
    void dispatcher.destroy();
  }
}

/** As the standard wants both halves of the header encoded. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
