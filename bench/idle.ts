import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../dev/stack/wait-until.js';
import type { Arena } from './arena.js';
import { captureWorker } from './contestants/capture-worker.js';
import { readCpu } from './cpu.js';
import { fixed } from './provider/latency.js';

/** How much of one core is used while there is nothing to do, in per cent; null where the machine doesn't tell. */
export interface IdleCpu {
  readonly worker: number;
  /** What Kafka and PostgreSQL use meanwhile, which is not all for the worker. */
  readonly kafka: number;
  readonly postgres: number;
}

/**
 * Starting up is over long before. But what an idle worker does at all, it does a few times a second, so it takes most of a minute until
 * that is compiled and the garbage of the start is collected: until then it uses up to twice as much as it does for the rest of its life.
 */
const SETTLE_MS = 45_000;

export async function measureIdle(arena: Arena, measuredMs: number): Promise<IdleCpu | null> {
  const running = await captureWorker.start(arena, { inFlight: 500, latency: fixed(0), keyed: 'calm' });
  try {
    await waitUntil(async () => (await running.process.recentOutput()).includes('ready: taking orders'), {
      deadlineMs: 30_000,
      signal: arena.signal,
      onDeadline: () => new Error('the worker did not become ready'),
    });
    await sleep(SETTLE_MS);
    const pids = { contestant: [running.process.pid], provider: arena.provider.pid };
    const before = await readCpu(pids);
    await sleep(measuredMs);
    const after = await readCpu(pids);
    if (before === null || after === null) return null;
    const of = (part: 'contestant' | 'kafka' | 'postgres'): number =>
      ((after[part] - before[part]) / (measuredMs / 1_000)) * 100;
    return { worker: of('contestant'), kafka: of('kafka'), postgres: of('postgres') };
  } finally {
    await running.stop();
    await running.cleanUp();
  }
}
