import type { GrowthResult } from './growth.js';
import type { Company, IsolationResult } from './isolation.js';
import { COMPANIES } from './isolation.js';
import type { MemoryResult } from './memory.js';
import type { ScaleResult } from './scale.js';
import { PROCESSES } from './scale.js';
import type { ScenarioResults } from './scenarios.js';
import type { SoakResult } from './soak.js';
import type { Spread } from './statistics.js';

/** The sections of docs/benchmarks.md on what isn't a heat, as far as it was measured. */
export function scenarioText({ growth, memory, soak, isolation, scale }: ScenarioResults): string {
  return [
    growth && growthText(growth),
    memory && memoryText(memory),
    soak && soakText(soak),
    isolation && isolationText(isolation),
    scale && scaleText(scale),
  ]
    .filter((text) => text !== undefined)
    .join('\n');
}

function growthText({ rounds, times, rows }: GrowthResult): string {
  return `## With captures already in the database

200 ms, 500 in flight. ${timesText(rounds, times.measuredMs / 1_000)} after ${String(times.warmUpMs / 1_000)} s of warm-up, the sizes in turns; each begins with a copy of a database that holds
so many captures, right after a checkpoint. To reach: within 10 % of the empty one.

| captures before | database | captures a second | of the empty one | PostgreSQL's processor time per capture |
| --- | --- | --- | --- | --- |
${rows
  .map(
    ({ captures, databaseMiB, rate, ratio, postgresMs }) =>
      `| ${captures.toLocaleString('en')} | ${databaseMiB.toFixed(0)} MiB | ${spreadText(rate, 0)} | ${spreadText(ratio, 2)} | ${postgresMs === null ? 'not told' : `${postgresMs.toFixed(2)} ms`} |`,
  )
  .join('\n')}
`;
}

function memoryText({ backlog, inFlight, seconds, resident, captured }: MemoryResult): string {
  const figures =
    resident === null
      ? 'The machine does not tell resident memory.'
      : `Resident when it took the first orders: ${resident.startMiB.toFixed(0)} MiB; at the end: ${resident.endMiB.toFixed(0)} MiB; at most: ${resident.mostMiB.toFixed(0)} MiB (to reach: at most 300).`;
  return `## Memory with a deep backlog

${backlog.toLocaleString('en')} orders waiting, ${inFlight.toLocaleString('en')} in flight, 200 ms, ${String(seconds)} s, looked at each half second; ${captured.toLocaleString('en')} were captured meanwhile.
${figures}
`;
}

function soakText({ seconds, perSecond, memory, captured }: SoakResult): string {
  const figures =
    memory === null
      ? 'The machine does not tell resident memory.'
      : `Resident, in equal parts of the time, in MiB: ${memory.means.map((mib) => mib.toFixed(0)).join(', ')}.
Line through the last four fifths: ${memory.slopePerMinute.toFixed(2)} MiB a minute. Mean of the last fifth to that of the first: ${memory.lastToFirst.toFixed(3)} (to reach: at most 1.05).`;
  return `## Memory under a steady load

${String(perSecond)} orders a second for ${String(seconds)} s after a warm-up, an open loop, 200 ms; ${captured.toLocaleString('en')} captures in all.
${figures}
`;
}

const COMPANY_TITLES: Readonly<Record<Company, string>> = {
  alone: 'alone',
  down: 'beside one that is slow and one whose provider refuses connections',
  silent: 'beside one that is slow and one whose provider takes requests and never answers',
};

function isolationText(result: IsolationResult): string {
  const { rounds, seconds, perSecond, p50Ms, p99Ms, ratio, most } = result;
  return `## One account's trouble beside another

A healthy account (50 ms), a slow one (5 s, 50 calls at once) and one that is down or silent share a worker: ${String(perSecond)} orders a second to each that has
any, an open loop, from the append to the event being readable. ${timesText(rounds, seconds)}, in turns. To reach: the
healthy one's p99 within 10 % of that alone.

| the healthy account | p50 | p99 | p99, of that alone | most waiting in the worker | most worked on | lag at most | lag at last | left to the schedule |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${COMPANIES.map((company) => {
  const { queued, inFlight, lag, lagAtLast, deferred } = most[company];
  const share = company === 'alone' ? '' : spreadText(ratio[company], 2);
  return `| ${[COMPANY_TITLES[company], `${spreadText(p50Ms[company], 1)} ms`, `${spreadText(p99Ms[company], 1)} ms`, share, queued, inFlight, lag, lagAtLast, deferred].join(' | ')} |`;
}).join('\n')}

Lag is in messages of all partitions; "at last" is the most in the last quarter of the time. Captured twice: ${String(result.doubleCaptures)}; sent again: ${String(result.repeats)}; lost: ${String(result.lost)}.
`;
}

function scaleText(result: ScaleResult): string {
  const { rounds, seconds, partitions, inFlightEach, providerMs, rates, ratio, redelivered } = result;
  return `## Several processes

One group, ${String(partitions)} partitions, ${String(inFlightEach)} in flight in each process, ${String(providerMs)} ms, so that processors stay free. ${timesText(rounds, seconds)}, in turns.
To reach: 1.9 and 3.6 times one process.

| processes | captures a second | of one process |
| --- | --- | --- |
${PROCESSES.map((processes) => `| ${String(processes)} | ${spreadText(rates[processes], 0)} | ${processes === 1 ? '' : spreadText(ratio[processes], 2)} |`).join('\n')}

Then one of the four is stopped in order while it works, and later another is started. Orders that a worker had begun (so they were claimed)
and that were delivered to a worker again, in the worst round: ${String(redelivered.afterStop)} after the stop, ${String(redelivered.afterStart)} after the start. Requests that the provider got twice: ${String(result.repeats)}; captured twice: ${String(result.doubleCaptures)}; lost: ${String(result.lost)}.
`;
}

function timesText(rounds: number, seconds: number): string {
  return `${String(rounds)} ${rounds === 1 ? 'round' : 'rounds'} of ${String(seconds)} s`;
}

function spreadText({ median, least, most }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}
