import type { Break, InvariantName } from './invariants/all.js';
import { INVARIANT_NAMES } from './invariants/all.js';
import type { Fault } from './fault.js';
import type { RunResult } from './run.js';

/** All runs of one fault. */
export interface FaultRuns {
  readonly fault: Pick<Fault, 'name' | 'attacks' | 'how'>;
  readonly results: readonly RunResult[];
  /** Why runs could not be run, or have shown nothing. */
  readonly unrun: readonly string[];
}

export interface Spread {
  readonly p50: number | null;
  readonly max: number | null;
}

/** What a fault came to; `prove/README.md` says what each member means. */
export interface FaultReport {
  readonly name: string;
  readonly attacks: string;
  readonly how: string;
  /** What precisely ran, where that depends on what could be had. */
  readonly ran: readonly string[];
  readonly runs: number;
  readonly failures: number;
  readonly unrun: readonly string[];
  readonly crashes: number;
  readonly orders: number;
  readonly recoveryMs: Spread;
  readonly heldMs: Spread & { readonly captures: number };
  /** How often each was broken. */
  readonly invariants: Readonly<Record<InvariantName, number>>;
  readonly breaks: readonly Break[];
  readonly seconds: number;
}

export interface Report {
  readonly randomSeed: string;
  readonly runs: number;
  readonly failures: number;
  readonly unrun: number;
  readonly crashes: number;
  readonly orders: number;
  readonly seconds: number;
  readonly faults: readonly FaultReport[];
}

/** How many breaks are named of each fault; all are counted. */
const NAMED = 20;

export function faultReport({ fault: { name, attacks, how }, results, unrun }: FaultRuns): FaultReport {
  const breaks = results.flatMap((result) => result.breaks);
  const held = results.flatMap(({ heldMs }) => heldMs);
  return {
    name,
    attacks,
    how,
    ran: [...new Set(results.flatMap(({ ran }) => ran ?? []))],
    runs: results.length,
    failures: results.filter((result) => result.breaks.length > 0).length,
    unrun,
    crashes: sum(results.map(({ kills }) => kills)),
    orders: sum(results.map(({ orders }) => orders)),
    recoveryMs: spreadOf(results.flatMap(({ recoveryMs }) => recoveryMs ?? [])),
    heldMs: { captures: held.length, ...spreadOf(held) },
    invariants: countsOf(breaks),
    breaks: breaks.slice(0, NAMED),
    seconds: Math.round(sum(results.map(({ seconds }) => seconds))),
  };
}

export function reportOf(randomSeed: string, faults: readonly FaultReport[]): Report {
  const total = (count: (fault: FaultReport) => number): number => sum(faults.map(count));
  return {
    randomSeed,
    runs: total(({ runs }) => runs),
    failures: total(({ failures }) => failures),
    unrun: total(({ unrun }) => unrun.length),
    crashes: total(({ crashes }) => crashes),
    orders: total(({ orders }) => orders),
    seconds: total(({ seconds }) => seconds),
    faults,
  };
}

/** A fault's row, and what broke under it. */
export function rowOf(report: FaultReport): string {
  const { name, runs, failures, unrun, crashes, recoveryMs, heldMs, breaks, invariants, ran } = report;
  const broken = INVARIANT_NAMES.filter((invariant) => invariants[invariant] > 0);
  const verdict = unrun.length > 0 ? 'NOT SHOWN' : failures > 0 ? 'BROKEN' : 'held';
  return [
    `${verdict.padEnd(9)} ${name.padEnd(36)} ${counted(runs, 'run')}, ${counted(crashes, 'crash', 'crashes')}, ` +
      `recovery ${spreadText(recoveryMs)}, held ${counted(heldMs.captures, 'capture')} for ${spreadText(heldMs)}`,
    ...ran.map((text) => `          ran: ${text}`),
    ...broken.map((invariant) => `          broken: ${invariant}, ${String(invariants[invariant])} times`),
    ...breaks.map(({ invariant, id, says }) => `          ${invariant}: ${id}: ${says}`),
    ...unrun.map((why) => `          not run: ${why}`),
  ].join('\n');
}

export function summaryText({ runs, failures, unrun, crashes, orders, seconds }: Report): string {
  const verdict =
    failures > 0 ? `${String(failures)} broke an invariant` : 'every invariant held in each of them';
  const shown = unrun > 0 ? `; ${String(unrun)} could not be run` : '';
  return `${counted(runs, 'run')} with ${counted(orders, 'order')} and ${counted(crashes, 'crash', 'crashes')} in ${String(seconds)} s: ${verdict}${shown}.`;
}

function spreadText({ p50, max }: Spread): string {
  return p50 === null || max === null ? '–' : `${seconds(p50)} (at most ${seconds(max)})`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}

function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: sorted[Math.ceil(sorted.length / 2) - 1] ?? null, max: sorted.at(-1) ?? null };
}

function countsOf(breaks: readonly Break[]): Readonly<Record<InvariantName, number>> {
  const none: Partial<Record<InvariantName, number>> = {};
  for (const name of INVARIANT_NAMES)
    none[name] = breaks.filter(({ invariant }) => invariant === name).length;
  // Each has its count.
  return none as Record<InvariantName, number>;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
