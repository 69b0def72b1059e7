import { setTimeout as sleep } from 'node:timers/promises';
import { usualAccount } from './accounts.js';
import type { Arena } from './arena.js';
import { produceOrders } from './backlog.js';
import type { Form } from './form.js';
import { fixed } from './provider/latency.js';
import { sampleResident } from './resident.js';
import { openStand } from './stand.js';

/** What a worker has resident while far more orders wait than it can hold. */
export interface MemoryResult {
  readonly backlog: number;
  readonly inFlight: number;
  readonly seconds: number;
  /** When it takes its first orders, at the end, and the most of all samples; null where the machine doesn't tell. */
  readonly resident: { readonly startMiB: number; readonly endMiB: number; readonly mostMiB: number } | null;
  readonly captured: number;
  readonly doubleCaptures: number;
  readonly lost: number;
}

const IN_FLIGHT = 1_000;
const PROVIDER_MS = 200;
const EVERY_MS = 500;
const BACKLOG: Readonly<Record<Form, number>> = { quick: 100_000, full: 1_000_000 };
const MEASURED_MS: Readonly<Record<Form, number>> = { quick: 15_000, full: 60_000 };

/** The backlog stands on topics of its own, since no other measurement wants one as deep. */
export async function measureMemory(
  arena: Arena,
  form: Form,
  say: (line: string) => void,
): Promise<MemoryResult> {
  const [backlog, measuredMs] = [BACKLOG[form], MEASURED_MS[form]];
  say(`memory: putting ${String(backlog)} orders on a topic`);
  const prefix = await arena.newTopics('deep');
  await produceOrders({ stack: arena.stack, prefix, keyed: 'distinct', count: backlog });
  await arena.provider.begin(fixed(PROVIDER_MS));
  const accounts = [usualAccount(arena, IN_FLIGHT)];
  const stand = await openStand(arena, { prefix, inFlight: IN_FLIGHT, accounts });
  try {
    const worker = await stand.start();
    await worker.ready();
    say(`memory: watching the worker for ${String(measuredMs / 1_000)} s`);
    const over = new AbortController();
    const sampling = sampleResident(worker.process.pid, EVERY_MS, over.signal);
    await sleep(measuredMs);
    over.abort();
    const samples = (await sampling).map(({ mib }) => mib);
    if (!worker.process.isRunning())
      throw new Error(`the worker ended: ${await worker.process.recentOutput()}`);
    await worker.process.stop();
    const counts = await arena.provider.counts();
    const [start, end] = [samples[0], samples.at(-1)];
    return {
      backlog,
      inFlight: IN_FLIGHT,
      seconds: measuredMs / 1_000,
      resident:
        start === undefined || end === undefined
          ? null
          : { startMiB: start, endMiB: end, mostMiB: Math.max(...samples) },
      captured: counts.captured,
      doubleCaptures: counts.doubleCaptures,
      lost: await stand.disagreement(counts),
    };
  } finally {
    await stand.close();
  }
}
