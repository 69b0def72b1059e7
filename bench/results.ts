import type { AddedLatency } from './added-latency.js';
import type { Contestant } from './contestant.js';
import type { Durability } from './database.js';
import type { HeatResult } from './heat.js';
import type { IdleCpu } from './idle.js';
import type { RoundResult } from './round.js';
import type { ScenarioSummary } from './scenario-summary.js';
import { faultsIn, scenarioSummaryOf } from './scenario-summary.js';
import type { ScenarioResults } from './scenarios.js';
import { ratios, spreadOf } from './statistics.js';
import type { Spread } from './statistics.js';

/** All that a run has measured. */
export interface Results {
  readonly machine: string;
  readonly durability: Durability;
  readonly quick: boolean;
  readonly backlog: number;
  readonly heats: readonly HeatResult[];
  readonly addedLatency: AddedLatency;
  readonly idle: IdleCpu | null;
  readonly scenarios: ScenarioResults;
  readonly seconds: number;
}

type Name = Contestant['name'];

/** What the benchmark is for, in one object: the last line of `--json`. */
export interface Summary extends ScenarioSummary {
  readonly limitRatio: Readonly<Record<'500' | '1000', number>>;
  readonly vsParallelConsumer: Readonly<Record<'500' | '1000', number>>;
  readonly vsNaive: number;
  /** At 100 ms to 2 s and 2,000 in flight: captures a second, of what that many in flight could be at the mean latency. */
  readonly spreadLatencyRatio: number;
  readonly addedLatencyMs: { readonly p50: number; readonly p99: number };
  /** The most that the worker had resident in any round of 1,000 in flight. */
  readonly rssMb: number | null;
  readonly idleCpuPercent: number | null;
  readonly firstCaptureMs: number;
  readonly doubleCaptures: number;
  /** Captures that one of provider, contestant's record and events has and another hasn't, after each round, of all contestants. */
  readonly lost: number;
}

/** Throws if a heat is missing that a figure comes from. */
export function summaryOf({ heats, addedLatency, idle, scenarios }: Results): Summary {
  const main = { '500': usual(heats, 500), '1000': usual(heats, 1_000) };
  const both = <Value>(of: (heat: HeatResult) => Value): Readonly<Record<'500' | '1000', Value>> => ({
    '500': of(main['500']),
    '1000': of(main['1000']),
  });
  const [documented, spread] = [named(heats, 'as documented'), named(heats, '2,000 in flight')];
  const ours = heats.flatMap(({ rounds }) => rounds.get('capture-worker') ?? []);
  const all = heats.flatMap(({ rounds }) => [...rounds.values()].flat());
  const { inFlight, latency } = spread.heat.conditions;
  const faults = faultsIn(scenarios);
  return {
    limitRatio: both((heat) => rounded(ratio(heat, 'capture-worker', 'limit').median)),
    vsParallelConsumer: both((heat) =>
      rounded(ratio(heat, 'capture-worker', 'parallel-consumer-tuned').median),
    ),
    vsNaive: rounded(rateIn(main['500'], 'capture-worker').median / rateIn(documented, 'naive').median, 1),
    spreadLatencyRatio: rounded(
      rateIn(spread, 'capture-worker').median / ((inFlight * 1_000) / ((latency.minMs + latency.maxMs) / 2)),
    ),
    addedLatencyMs: { p50: rounded(addedLatency.p50, 1), p99: rounded(addedLatency.p99, 1) },
    rssMb: residentOf(main['1000'].rounds.get('capture-worker') ?? []),
    idleCpuPercent: idle === null ? null : rounded(idle.worker, 2),
    firstCaptureMs: Math.round(spreadOf(ours.map(({ firstCaptureMs }) => firstCaptureMs)).median),
    ...scenarioSummaryOf(scenarios),
    doubleCaptures: sum(all.map(({ doubleCaptures }) => doubleCaptures)) + faults.doubleCaptures,
    lost: sum(all.map(({ disagreement }) => disagreement)) + faults.lost,
  };
}

/** How a contestant's rates are to another's, round by round. */
export function ratio({ rounds }: HeatResult, of: Name, to: Name): Spread {
  return ratios(ratesOf(rounds.get(of)), ratesOf(rounds.get(to)));
}

export function rateIn({ rounds }: HeatResult, of: Name): Spread {
  return spreadOf(ratesOf(rounds.get(of)));
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}

function ratesOf(rounds: readonly RoundResult[] | undefined): readonly number[] {
  return (rounds ?? []).map(({ rate }) => rate);
}

function usual(heats: readonly HeatResult[], inFlight: number): HeatResult {
  return found(
    heats.find(({ heat, rounds }) => heat.conditions.inFlight === inFlight && rounds.has('limit')),
    `200 ms and ${String(inFlight)} in flight`,
  );
}

function named(heats: readonly HeatResult[], part: string): HeatResult {
  return found(
    heats.find(({ heat }) => heat.title.includes(part)),
    part,
  );
}

function found(heat: HeatResult | undefined, what: string): HeatResult {
  if (heat === undefined) throw new Error(`no heat was played with ${what}`);
  return heat;
}

function residentOf(rounds: readonly RoundResult[]): number | null {
  const seen = rounds.flatMap(({ residentMiB }) => residentMiB ?? []);
  return seen.length === 0 ? null : Math.round(Math.max(...seen));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
