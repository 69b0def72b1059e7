import { assumptionFor } from './capture/assumption.js';
import type { RegisteredContracts } from './kafka/schema-registry.js';
import type { Parts } from './parts.js';
import { captureStore } from './pipeline-ports.js';
import { databaseTime } from './store/database-time.js';
import { distrust } from './store/distrust.js';
import { ASSUMED_LAPSE_MS } from './worker/assume-sent.js';
import { distrustRestored } from './worker/distrust-restored.js';

/** Does nothing unless the worker is started inquire-first. */
export async function distrustIfRestored(
  parts: Parts,
  contracts: RegisteredContracts,
  stop: AbortSignal,
): Promise<void> {
  const { config, pool, log } = parts;
  const { restoration } = config;
  if (restoration === null) return;
  await distrustRestored({
    restoration,
    now: () => databaseTime(pool),
    distrust: (after) =>
      distrust(pool, {
        after,
        limit: config.worker.batchSize,
        assumptionFor: (capture) => assumptionFor(capture, restoration),
        worker: config.workerId,
        lapseInMs: ASSUMED_LAPSE_MS,
      }),
    store: captureStore(parts, contracts),
    log,
    stop,
  });
}
