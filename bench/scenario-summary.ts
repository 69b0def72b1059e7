import type { ScenarioResults } from './scenarios.js';

/** The figures of the measurements that aren't heats; those that were not measured are missing. */
export interface ScenarioSummary {
  /** Captures a second with the most captures in the database, to those with none. */
  readonly growthRatio?: number;
  readonly memory?: { readonly startMb: number; readonly endMb: number; readonly mostMb: number };
  readonly soak?: { readonly slopeMbPerMinute: number; readonly lastToFirst: number };
  /** Beside a slow account and one that is down. */
  readonly isolation?: { readonly healthyP99Ms: number; readonly aloneP99Ms: number; readonly ratio: number };
  readonly scaleOut?: Readonly<Record<'2' | '4', number>>;
  readonly redelivered?: number;
}

export function scenarioSummaryOf({
  growth,
  memory,
  soak,
  isolation,
  scale,
}: ScenarioResults): ScenarioSummary {
  const grown = growth?.rows.at(-1);
  const resident = memory?.resident ?? null;
  const drift = soak?.memory ?? null;
  return {
    ...(grown && { growthRatio: rounded(grown.ratio.median, 3) }),
    ...(resident && {
      memory: {
        startMb: Math.round(resident.startMiB),
        endMb: Math.round(resident.endMiB),
        mostMb: Math.round(resident.mostMiB),
      },
    }),
    ...(drift && {
      soak: {
        slopeMbPerMinute: rounded(drift.slopePerMinute, 2),
        lastToFirst: rounded(drift.lastToFirst, 3),
      },
    }),
    ...(isolation && {
      isolation: {
        healthyP99Ms: rounded(isolation.p99Ms.down.median, 1),
        aloneP99Ms: rounded(isolation.p99Ms.alone.median, 1),
        ratio: rounded(isolation.ratio.down.median, 3),
      },
    }),
    ...(scale && {
      scaleOut: { '2': rounded(scale.ratio['2'].median, 2), '4': rounded(scale.ratio['4'].median, 2) },
      redelivered: scale.redelivered.afterStop + scale.redelivered.afterStart,
    }),
  };
}

/** Captures that were made twice, and those that one has on record and another hasn't, in all of them. */
export function faultsIn(results: ScenarioResults): {
  readonly doubleCaptures: number;
  readonly lost: number;
} {
  const all = [results.growth, results.memory, results.soak, results.isolation, results.scale];
  return {
    doubleCaptures: all.reduce((sum, result) => sum + (result?.doubleCaptures ?? 0), 0),
    lost: all.reduce((sum, result) => sum + (result?.lost ?? 0), 0),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
