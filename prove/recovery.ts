import type { Recovery } from './fault.js';

/** How many orders a group was behind at a moment; null while nobody could tell. */
export interface LagSample {
  readonly atMs: number;
  readonly lag: bigint | null;
}

/** How soon the lag must be what it was before, in ms after the fault's end. */
export const RECOVERY_LIMIT_MS: Readonly<Record<Recovery, number>> = { takeover: 15_000, resume: 30_000 };

/**
 * What the lag was at most while nothing was wrong. Orders that came while an offset was about to be committed count as lag, now more and
 * now fewer: as many as come in `slackMs` are no sign of anything.
 */
export function ordinaryLag(samples: readonly LagSample[], perSecond: number, slackMs: number): bigint {
  const most = samples.reduce((max, { lag }) => (lag !== null && lag > max ? lag : max), 0n);
  return most + BigInt(Math.ceil((perSecond * slackMs) / 1_000));
}

/**
 * How long after the fault's end the lag was last above what it was before, in ms; 0 if it never was. Null if it still is. A lag that nobody
 * could tell counts as above.
 */
export function recoveryMs(
  samples: readonly LagSample[],
  { endedMs, ordinary }: { readonly endedMs: number; readonly ordinary: bigint },
): number | null {
  const after = samples.filter(({ atMs }) => atMs >= endedMs);
  const last = after.findLastIndex(({ lag }) => lag === null || lag > ordinary);
  if (last === -1) return after.length === 0 ? null : 0;
  const back = after[last + 1];
  return back === undefined ? null : Math.round(back.atMs - endedMs);
}
