import type { FaultReport, Report, Spread } from '../../prove/report.js';
import { PROMISES } from '../../simulation/oracle/findings.js';
import type { Result } from '../../simulation/result.js';

/** What was run last, of each kind; null for what never was. */
export interface Evidence {
  readonly simulation: Result | null;
  readonly faults: Report | null;
}

/** docs/guarantees.md: what is promised, how that was attacked, and what came of it. Figures are those of the runs, and of nothing else. */
export function guaranteesText({ simulation, faults }: Evidence): string {
  return [
    '# Guarantees',
    '',
    'Written by `npm run simulate -- --publish` and `npm run prove -- --publish`, from what they saw. The same commands with the same seeds show',
    'it again: [simulation/](../simulation/README.md) and [prove/](../prove/README.md) say how.',
    '',
    ...(simulation === null ? ['The simulation has not been published yet.', ''] : simulated(simulation)),
    ...(faults === null ? ['Real faults have not been published yet.', ''] : inflicted(faults)),
  ].join('\n');
}

function simulated(result: Result): readonly string[] {
  const {
    schedules,
    firstSeed,
    crashes,
    requests,
    movements,
    steps,
    seconds,
    broken,
    mutants,
    mutantsCaught,
  } = result;
  const lastSeed = firstSeed + schedules - 1;
  return [
    '## Simulated schedules',
    '',
    `${count(schedules)} schedules (seeds ${count(firstSeed)} to ${count(lastSeed)}) of ${count(steps)} steps, with ${count(crashes)} crashes: workers sent`,
    `${count(requests)} requests, and money moved ${count(movements)} times. It took ${count(seconds)} s.`,
    '',
    '| promise | broken in |',
    '| --- | --- |',
    ...PROMISES.map((promise) => `| ${promise} | ${count(broken[promise])} of ${count(schedules)} |`),
    ...(result.seeds.length === 0 ? [] : ['', `Seeds that broke one: ${result.seeds.join(', ')}.`]),
    '',
    '## Safeguards, taken away one at a time',
    '',
    `${mutantsCaught} were noticed: without the safeguard, the schedule of the seed broke the promise.`,
    '',
    '| without | mutant | seed | broke |',
    '| --- | --- | --- | --- |',
    ...mutants.map(
      ({ without, name, seed, broke }) =>
        `| ${without} | \`${name}\` | ${seed === null ? '**none**' : String(seed)} | ${broke ?? ''} |`,
    ),
    '',
  ];
}

function inflicted(report: Report): readonly string[] {
  const { randomSeed, runs, failures, crashes, orders, seconds, faults } = report;
  return [
    '## Real faults',
    '',
    `${count(runs)} runs on real Kafka, registry and PostgreSQL, with ${count(orders)} orders and ${count(crashes)} processes killed; an invariant broke in`,
    `${count(failures)} of them. Random seed ${randomSeed}; it took ${count(seconds)} s.`,
    '',
    '*Recovery* is how long after the end of the fault the lag of orders was above what it was before. *Held* is how long captures whose answer',
    'was lost waited for their outcome: safety sets that, by leases and quiet periods that are shortened in these runs.',
    '',
    '| fault | what is done | what it attacks | runs | failures | recovery, p50 and max | held, p50 and max |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...faults.map(faultRow),
    '',
    ...faults.flatMap(({ name, ran }) => ran.map((text) => `- \`${name}\`: ${text}`)),
    ...(faults.some(({ ran }) => ran.length > 0) ? [''] : []),
  ];
}

function faultRow({ name, how, attacks, runs, failures, unrun, recoveryMs, heldMs }: FaultReport): string {
  const shown =
    unrun.length === 0 ? count(runs) : `${count(runs)}, and ${count(unrun.length)} that showed nothing`;
  return `| \`${name}\` | ${how} | ${attacks} | ${shown} | ${count(failures)} | ${spread(recoveryMs)} | ${spread(heldMs)} |`;
}

function spread({ p50, max }: Spread): string {
  return p50 === null || max === null ? '–' : `${inSeconds(p50)}, ${inSeconds(max)}`;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
