import { createCollector } from './collector.js';
import type { HealthServer, PartState } from './http/health.js';
import { createHealthServer } from './http/health.js';
import type { Parts } from './parts.js';
import type { StartUp } from './start-up.js';
import { messageOf } from './errors.js';
import { consumptionsOf, readLags } from './kafka/consumption.js';
import { notificationBacklog } from './store/notification-backlog.js';
import { outboxDepth } from './store/outbox-depth.js';
import { unresolved } from './store/unresolved.js';

/** How long a metrics page waits for a reading, and how long a reading is good for, in ms. */
const PATIENCE_MS = 2_000;
const KEEP_MS = 1_000;

/** How a worker ends: by what, and whether it is about to. */
export interface Ending {
  /** What ended it unasked; null if nothing did. */
  readonly fatal: () => unknown;
  readonly isDraining: () => boolean;
}

/** Shows how the worker is: `/livez`, `/readyz`, `/metrics`. Rejects with PORT_UNAVAILABLE. */
export async function listenForProbes(
  parts: Parts,
  startUp: StartUp,
  { fatal, isDraining }: Ending,
): Promise<HealthServer> {
  const { config, log, metrics, clock, pool, lag, topics } = parts;
  const collector = createCollector({
    sources: [
      {
        name: 'kafka',
        read: async () => {
          metrics.lag(await readLags(lag, consumptionsOf(config.kafka.group, topics)));
        },
      },
      {
        name: 'database',
        read: async () => {
          const [{ queued, oldestAgeMs }, groups, notifications] = await Promise.all([
            outboxDepth(pool),
            unresolved(pool),
            notificationBacklog(pool),
          ]);
          metrics.outbox(queued, oldestAgeMs);
          metrics.notifications(notifications);
          metrics.unresolved(
            groups.map(({ amount, currency, captures, ...group }) => ({
              ...group,
              count: captures,
              money: { amount, currency },
            })),
          );
        },
      },
    ],
    patienceMs: PATIENCE_MS,
    keepMs: KEEP_MS,
    metrics,
    clock,
    log,
  });
  return createHealthServer({
    host: config.http.host,
    port: config.http.port,
    alive: () => aliveUnless(fatal()),
    checks: {
      database: () => whenStarted(startUp, 'database', () => pool.query('select 1')),
      schema: () => startUp.stateOf('schema'),
      registry: () => startUp.stateOf('registry'),
      kafka: () =>
        whenStarted(startUp, 'kafka', () => lag.read(config.kafka.group, [topics['order.fulfilled']])),
      ...(config.restoration !== null && { restored: () => startUp.stateOf('restored') }),
      worker: () =>
        isDraining() ? { ok: false, missing: 'draining: it takes no more orders' } : { ok: true },
    },
    metrics: metrics.registry,
    refresh: () => collector.refresh(),
    log,
  });
}

function aliveUnless(fatal: unknown): PartState {
  return fatal === null ? { ok: true } : { ok: false, missing: messageOf(fatal) };
}

/** A part that was there once is asked again: it can go away later. */
async function whenStarted(startUp: StartUp, part: string, ask: () => Promise<unknown>): Promise<PartState> {
  const state = startUp.stateOf(part);
  if (state.ok) await ask();
  return state;
}
