import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB } from './cpu.js';

export interface ResidentSample {
  /** Since the sampling began, in ms. */
  readonly atMs: number;
  readonly mib: number;
}

/** Follows the resident memory of a process until `until` aborts. There are no samples where the machine doesn't tell. */
export async function sampleResident(
  pid: number,
  everyMs: number,
  until: AbortSignal,
): Promise<readonly ResidentSample[]> {
  const samples: ResidentSample[] = [];
  const begun = performance.now();
  for (let n = 0; !until.aborted; n += 1) {
    const atMs = performance.now() - begun;
    const mib = await residentMiB(pid);
    if (mib !== null) samples.push({ atMs, mib });
    // The wait ends early, and without an error, when the sampling is over.
    await sleep(Math.max(0, begun + (n + 1) * everyMs - performance.now()), undefined, {
      signal: until,
    }).catch(() => undefined);
  }
  return samples;
}
