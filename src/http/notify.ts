import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fastify } from 'fastify';
import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.js';
import type { NotifyObserver } from '../ports/notify-observer.js';
import type { ConnectionBound } from './connection-bound.js';
import { createConnectionBound } from './connection-bound.js';
import { listen } from './listen.js';
import type { NotifiedAccount, Received, ReceiveOptions } from './receive-notification.js';
import { receiveNotification } from './receive-notification.js';
import { createRateLimit } from './rate-limit.js';
import { plainAddress } from '../addresses.js';

export interface NotifyOptions extends ReceiveOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly accounts: readonly NotifiedAccount[];
  readonly observer: NotifyObserver;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly log: Logger;
}

export interface NotifyServer {
  /** Where it listens, such as `http://127.0.0.1:8090`. */
  readonly url: string;
  /** Takes no more requests, and ends those under way; connections that are still open after some seconds are cut. */
  close(): Promise<void>;
}

/** The longest notification taken. Those of all providers are below a tenth of it. */
const MAX_BODY_BYTES = 64 * 1024;
/** How long a request may take to arrive, head and body, in ms; and how often Node looks whether one takes longer. */
const ARRIVAL_MS = 10_000;
const ARRIVAL_CHECK_MS = 1_000;
/** How long requests under way are waited for at the end, in ms. */
const CLOSE_MS = 3_000;
const MAX_CONNECTIONS = 1_000;
/** Connections that wait for a request that no provider has signed; some are left for those that do. */
const WAITING = { perSource: 100, inAll: 900 };

/**
 * What isn't a provider's is answered at this rate for each source, and beyond it told to come less often. That keeps a stranger from
 * filling the log. Every request is verified all the same, which costs next to nothing, so that no stranger behind the same address can
 * keep a provider out.
 */
const STRANGERS = { burst: 30, perSecond: 1, sources: 10_000 };

/**
 * Serves `POST /notify/{provider}/{account}`. A notification is answered with the provider's own word for success once it is durable, and
 * with its word for failure in every other case, so that it comes again. Resolves when it listens; throws PORT_UNAVAILABLE.
 *
 * An address that isn't ours is answered alike whatever is wrong with it, so that nobody learns which accounts there are.
 */
export async function createNotifyServer(options: NotifyOptions): Promise<NotifyServer> {
  const { host, port, log } = options;
  const bound = createConnectionBound(WAITING);
  const respond = responder(options, bound);
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: ARRIVAL_MS,
    http: { headersTimeout: ARRIVAL_MS, connectionsCheckingInterval: ARRIVAL_CHECK_MS },
    keepAliveTimeout: 5_000,
    forceCloseConnections: 'idle',
    // A path that can't be decoded is one that isn't ours.
    frameworkErrors: (_error, request, reply) => {
      void respond(request, reply, { ...NOWHERE, at: null });
    },
  });
  server.server.maxConnections = MAX_CONNECTIONS;
  boundConnections(server, bound);
  leaveBodiesAlone(server);
  const accounts = new Map(options.accounts.map((one) => [`${one.provider}/${one.account}`, one]));

  const accountOf = ({ params }: FastifyRequest): NotifiedAccount | null => {
    const { provider = '', account = '' } = params as { provider?: string; account?: string };
    return accounts.get(`${provider}/${account}`) ?? null;
  };

  // Whoever must not send anything needn't be listened to. What is left of the request would be read first, were the connection kept.
  server.addHook('onRequest', (request, reply, done) => {
    const at = accountOf(request);
    const unread = refusedUnread(at, request);
    if (unread === null) done();
    else void respond(request, reply.header('connection', 'close'), { ...unread, at });
  });
  server.all('/notify/:provider/:account', async (request, reply) => {
    const at = accountOf(request);
    return await respond(request, reply, { ...(await receiveFor(at, request, options)), at });
  });
  server.setNotFoundHandler((request, reply) => respond(request, reply, { ...NOWHERE, at: null }));
  server.setErrorHandler<FastifyError>((error, request, reply) =>
    respond(request, reply, { ...failed(error, log), at: accountOf(request) }),
  );

  const url = await listen(server, {
    host,
    port,
    purpose: 'notifications',
    variables: 'CAPTURE_WORKER_NOTIFY',
  });
  log.info({ listen: url }, `notifications are taken at ${url}/notify/{provider}/{account}`);
  return { url, close: () => close(server) };
}

/** Signatures cover the bytes as they were sent, whatever a Content-Type says of them. */
function leaveBodiesAlone(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  server.addHook('onRequest', (request, _reply, done) => {
    // One that can't be read would be refused before anybody looks at the body.
    delete request.raw.headers['content-type'];
    done();
  });
}

const NOWHERE: Received = { result: 'unknown_address', ...answer(404, 'there is nothing here') };
const WRONG_METHOD: Received = { result: 'wrong_method', ...answer(405, 'notifications are sent by POST') };

function answer(status: number, error: string): Pick<Received, 'status' | 'reply'> {
  return { status, reply: { contentType: 'application/json', body: JSON.stringify({ error }) } };
}

/** Keeps the bound told of what becomes of each connection. */
function boundConnections(server: FastifyInstance, bound: ConnectionBound): void {
  server.server.on('connection', (socket) => {
    bound.opened(socket, plainAddress(socket.remoteAddress ?? ''));
    socket.once('close', () => {
      bound.closed(socket);
    });
  });
  server.addHook('preHandler', (request, _reply, done) => {
    bound.arrived(request.raw.socket);
    done();
  });
  server.addHook('onResponse', (request, _reply, done) => {
    bound.answered(request.raw.socket);
    done();
  });
}

/** What is answered before a body is read; null if it is to be read. */
function refusedUnread(at: NotifiedAccount | null, request: FastifyRequest): Received | null {
  if (request.is404) return NOWHERE;
  if (request.method !== 'POST') return WRONG_METHOD;
  if (at === null) return NOWHERE;
  return at.isSource(sourceOf(request))
    ? null
    : { ...NOWHERE, result: 'source_refused', because: 'it comes from none of the notifySources' };
}

async function receiveFor(
  at: NotifiedAccount | null,
  request: FastifyRequest,
  options: NotifyOptions,
): Promise<Received> {
  if (at === null) return NOWHERE;
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const received = { method: request.method, path: request.raw.url ?? '', headers: request.headers, body };
  return await receiveNotification(received, at, options);
}

/** What went wrong before anything was read: mostly the sender's fault. */
function failed(error: FastifyError, log: Logger): Received {
  const { statusCode = 500 } = error;
  if (statusCode === 413)
    return { result: 'too_large', ...answer(413, `more than ${String(MAX_BODY_BYTES)} bytes`) };
  if (statusCode < 500)
    return { result: 'malformed', ...answer(statusCode, 'this is no request that can be read') };
  log.error({ err: error }, 'a notification was not taken, since something failed that should not');
  return { result: 'unavailable', ...answer(503, 'not taken; send it again') };
}

type Respond = (
  request: FastifyRequest,
  reply: FastifyReply,
  taken: Received & { readonly at: NotifiedAccount | null },
) => FastifyReply;

/** Counts, tells and answers. What isn't a provider's is bound by the rate, and so is its connection. */
function responder({ observer, clock, log }: NotifyOptions, bound: ConnectionBound): Respond {
  const strangers = createRateLimit({ ...STRANGERS, monotonic: () => clock.monotonic() });
  return (request, reply, { at, result, because, status, reply: { contentType, body } }) => {
    const source = sourceOf(request);
    if (!isStranger(result)) bound.trusted(request.raw.socket);
    const isLimited = isStranger(result) && !strangers.take(source);
    observer.notifyRequest(at, isLimited ? 'limited' : result);
    if (isLimited) return reply.code(429).header('retry-after', '60').type('text/plain').send('too often');
    if (at !== null && because !== undefined)
      log.warn(
        { provider: at.provider, account: at.account, source, result, because },
        'a notification was refused',
      );
    if (status === 405) reply.header('allow', 'POST');
    return reply.code(status).type(contentType).send(body);
  };
}

function isStranger(result: Received['result']): boolean {
  switch (result) {
    case 'unverified':
    case 'source_refused':
    case 'unknown_address':
    case 'wrong_method':
    case 'too_large':
    case 'malformed':
    case 'limited':
      return true;
    case 'stored':
    case 'duplicate':
    case 'out_of_window':
    case 'ignored':
    case 'unreadable':
    case 'unavailable':
      return false;
  }
}

function sourceOf({ ip }: FastifyRequest): string {
  return plainAddress(ip);
}

async function close(server: FastifyInstance): Promise<void> {
  const late = setTimeout(() => {
    server.server.closeAllConnections();
  }, CLOSE_MS);
  try {
    await server.close();
  } finally {
    clearTimeout(late);
  }
}
