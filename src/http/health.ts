import type { FastifyInstance } from 'fastify';
import { fastify } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { messageOf } from '../errors.js';
import { redactText } from '../redact.js';
import { listen } from './listen.js';

/** Whether a part that the worker needs is there; if not, what is missing. */
export type PartState = { readonly ok: true } | { readonly ok: false; readonly missing: string };

/** How each part is looked at, by its name. A look that rejects counts as missing. */
export type Checks = Readonly<Record<string, () => PartState | Promise<PartState>>>;

export interface HealthOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Whether the process does its work. Not ok means that only a restart helps, so a database that is away must not show here. */
  readonly alive: () => PartState;
  /** The parts without which no order is taken: kafka, database, registry, schema. */
  readonly checks: Checks;
  readonly metrics: Pick<Registry, 'metrics' | 'contentType'>;
  /** Called before each metrics page; must end in time. */
  readonly refresh: () => Promise<void>;
  readonly log: Logger;
}

export interface HealthServer {
  /** Where it listens, such as `http://127.0.0.1:9464`. */
  readonly url: string;
  close(): Promise<void>;
}

/** How long a part may take to answer before it counts as missing: less than the second that probes commonly wait. */
const CHECK_PATIENCE_MS = 900;

/**
 * Serves `/livez`, `/readyz` and `/metrics`. Resolves when it listens. Throws PORT_UNAVAILABLE if the port is taken or the address is not
 * this machine's.
 */
export async function createHealthServer(options: HealthOptions): Promise<HealthServer> {
  const { host, port, log } = options;
  // Probes keep connections open; closing must not wait for them.
  const server = fastify({ forceCloseConnections: true });
  addProbes(server, options);
  addMetrics(server, options);
  const url = await listen(server, {
    host,
    port,
    purpose: 'health and metrics',
    variables: 'CAPTURE_WORKER_HTTP',
  });
  log.info({ url }, `health and metrics are at ${url}`);
  return { url, close: () => server.close() };
}

function addProbes(server: FastifyInstance, { alive, checks }: HealthOptions): void {
  server.get('/livez', (_request, reply) => {
    const state = alive();
    return reply
      .code(state.ok ? 200 : 503)
      .send({ alive: state.ok, ...(state.ok ? {} : { why: state.missing }) });
  });
  const look = shared(() => lookAtAll(checks));
  server.get('/readyz', async (_request, reply) => {
    const parts = await look();
    const ready = Object.values(parts).every(({ ok }) => ok);
    return await reply.code(ready ? 200 : 503).send({ ready, parts });
  });
}

function addMetrics(server: FastifyInstance, { metrics, refresh }: HealthOptions): void {
  server.get('/metrics', async (_request, reply) => {
    await refresh();
    return await reply.type(metrics.contentType).send(await metrics.metrics());
  });
}

/** Whoever asks while an answer is on its way gets that one: probes of a slow part must not pile up on it. */
function shared<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let underWay: Promise<Result> | null = null;
  return () =>
    (underWay ??= work().finally(() => {
      underWay = null;
    }));
}

async function lookAtAll(checks: Checks): Promise<Record<string, PartState>> {
  const parts = Object.entries(checks).map(async ([name, check]): Promise<[string, PartState]> => [
    name,
    await lookAt(check),
  ]);
  return Object.fromEntries(await Promise.all(parts));
}

async function lookAt(check: Checks[string]): Promise<PartState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartState>((resolve) => {
    timer = setTimeout(() => {
      resolve({ ok: false, missing: `no answer within ${String(CHECK_PATIENCE_MS)} ms` });
    }, CHECK_PATIENCE_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ok: false, missing: redactText(messageOf(error)) };
  } finally {
    clearTimeout(timer);
  }
}
