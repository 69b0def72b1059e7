import { setTimeout as sleep } from 'node:timers/promises';
import { usualAccount } from './accounts.js';
import type { Arena } from './arena.js';
import type { Form } from './form.js';
import { sendEvenly } from './open-loop.js';
import { fixed } from './provider/latency.js';
import type { ResidentSample } from './resident.js';
import { sampleResident } from './resident.js';
import { openStand } from './stand.js';
import { meanOf, slopeOf } from './statistics.js';

/** Whether a worker's memory grows under a load that it keeps up with. */
export interface SoakResult {
  readonly seconds: number;
  readonly perSecond: number;
  readonly memory: Drift | null;
  readonly captured: number;
  readonly doubleCaptures: number;
  readonly lost: number;
}

/** How resident memory went, in MiB. */
export interface Drift {
  /** The mean of each half minute (in the quick form, of each five seconds). */
  readonly means: readonly number[];
  /** Of the line that is nearest to all samples but those of the first fifth, per minute. */
  readonly slopePerMinute: number;
  /** The mean of the last fifth, to that of the first. */
  readonly lastToFirst: number;
}

const PER_SECOND = 300;
const PROVIDER_MS = 200;
const IN_FLIGHT = 500;
const EVERY_MS = 1_000;
const MEASURED_MS: Readonly<Record<Form, number>> = { quick: 45_000, full: 600_000 };
const MEANS_MS: Readonly<Record<Form, number>> = { quick: 5_000, full: 30_000 };
/** Under load, before the clock starts: a heap that has just begun grows to its usual size. */
const WARM_UP_MS: Readonly<Record<Form, number>> = { quick: 15_000, full: 60_000 };
/** After the last order, for its event to be out. */
const SETTLE_MS = 3_000;

export async function measureSoak(
  arena: Arena,
  form: Form,
  say: (line: string) => void,
): Promise<SoakResult> {
  const [measuredMs, warmUpMs] = [MEASURED_MS[form], WARM_UP_MS[form]];
  const prefix = await arena.newTopics('soak');
  await arena.provider.begin(fixed(PROVIDER_MS));
  const accounts = [usualAccount(arena, IN_FLIGHT)];
  const stand = await openStand(arena, { prefix, inFlight: IN_FLIGHT, accounts });
  try {
    const worker = await stand.start();
    await worker.ready();
    say(`soak: ${String(PER_SECOND)} orders a second for ${String((warmUpMs + measuredMs) / 1_000)} s`);
    const sending = sendEvenly(arena, { prefix, perSecond: PER_SECOND, forMs: warmUpMs + measuredMs });
    const over = new AbortController();
    const sampling = sleep(warmUpMs).then(() => sampleResident(worker.process.pid, EVERY_MS, over.signal));
    const { length: orders } = await sending.finally(() => {
      over.abort();
    });
    const samples = await sampling;
    await sleep(SETTLE_MS);
    if (!worker.process.isRunning())
      throw new Error(`the worker ended: ${await worker.process.recentOutput()}`);
    await worker.process.stop();
    const counts = await arena.provider.counts();
    return {
      seconds: measuredMs / 1_000,
      perSecond: PER_SECOND,
      memory: samples.length === 0 ? null : driftOf(samples, { forMs: measuredMs, meansMs: MEANS_MS[form] }),
      captured: counts.captured,
      doubleCaptures: counts.doubleCaptures,
      // What it was sent and didn't capture counts as well: it had time for all.
      lost: Math.max(await stand.disagreement(counts), orders - counts.captured),
    };
  } finally {
    await stand.close();
  }
}

/** Throws if a part of the time has no samples. */
export function driftOf(
  samples: readonly ResidentSample[],
  { forMs, meansMs }: { readonly forMs: number; readonly meansMs: number },
): Drift {
  const between = (from: number, to: number): readonly number[] =>
    samples.filter(({ atMs }) => atMs >= from && atMs < to).map(({ mib }) => mib);
  const parts = Math.floor(forMs / meansMs);
  const settled = samples.filter(({ atMs }) => atMs >= forMs / 5);
  return {
    means: Array.from({ length: parts }, (_, part) => meanOf(between(part * meansMs, (part + 1) * meansMs))),
    slopePerMinute: slopeOf(settled.map(({ atMs, mib }) => ({ x: atMs / 60_000, y: mib }))),
    lastToFirst: meanOf(between((forMs * 4) / 5, Infinity)) / meanOf(between(0, forMs / 5)),
  };
}
