import { build } from 'hdr-histogram-js';
import { waitUntil } from '../dev/stack/wait-until.js';
import type { Arena } from './arena.js';
import { captureWorker } from './contestants/capture-worker.js';
import { readEvents, sendEvenly } from './open-loop.js';
import { fixed } from './provider/latency.js';

/** What the worker adds to the provider's own time, from an order's append to its event being readable, in ms. */
export interface AddedLatency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly orders: number;
  readonly perSecond: number;
}

export const ORDERS_PER_SECOND = 100;
const PROVIDER_MS = 200;
/** The first orders find nothing warm; they are sent, and not counted. */
const WARM_UP_MS = 4_000;
const LATE_MS = 20_000;
/** The histogram counts in tenths of a millisecond. */
const UNITS_PER_MS = 10;

/**
 * Orders come evenly, whether or not those before them are done (an open loop): each is due at a time of its own and counts from that time,
 * also if its sender is late. So a worker that stands still for a second pays for every order of that second.
 */
export async function measureAddedLatency(arena: Arena, measuredMs: number): Promise<AddedLatency> {
  await arena.provider.begin(fixed(PROVIDER_MS));
  const running = await captureWorker.start(arena, {
    inFlight: 500,
    latency: fixed(PROVIDER_MS),
    keyed: 'calm',
  });
  const prefix = arena.prefixes.calm;
  const readable = await readEvents(arena, prefix);
  try {
    await waitUntil(async () => (await running.process.recentOutput()).includes('ready: taking orders'), {
      deadlineMs: 30_000,
      signal: arena.signal,
      onDeadline: () => new Error('the worker did not become ready'),
    });
    const dueAt = await sendEvenly(arena, {
      prefix,
      perSecond: ORDERS_PER_SECOND,
      forMs: WARM_UP_MS + measuredMs,
    });
    await waitUntil(() => Promise.resolve(readable.at.size >= dueAt.length), {
      deadlineMs: LATE_MS,
      signal: arena.signal,
      onDeadline: () =>
        new Error(`${String(dueAt.length - readable.at.size)} orders brought no event in time`),
    });
    const histogram = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: 600_000,
      numberOfSignificantValueDigits: 3,
    });
    const counted = dueAt.slice((WARM_UP_MS / 1_000) * ORDERS_PER_SECOND);
    const skipped = dueAt.length - counted.length;
    for (const [index, due] of counted.entries()) {
      const added = (readable.at.get(index + skipped) ?? Number.NaN) - due - PROVIDER_MS;
      histogram.recordValue(Math.max(1, Math.round(added * UNITS_PER_MS)));
    }
    const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / UNITS_PER_MS;
    return {
      p50: at(50),
      p90: at(90),
      p99: at(99),
      max: at(100),
      orders: counted.length,
      perSecond: ORDERS_PER_SECOND,
    };
  } finally {
    await readable.close();
    await running.stop();
    await running.cleanUp();
  }
}
