import type { Contestant } from './contestant.js';
import type { HeatResult } from './heat.js';
import type { Results, Summary } from './results.js';
import { rateIn, ratio, rounded } from './results.js';
import type { RoundResult } from './round.js';
import { scenarioText } from './scenario-report.js';
import { spreadOf } from './statistics.js';

const TITLES: Readonly<Record<Contestant['name'], string>> = {
  limit: 'the limit',
  'capture-worker': '**capture-worker**',
  'parallel-consumer': 'Parallel Consumer, as documented',
  'parallel-consumer-tuned': 'Parallel Consumer, tuned',
  naive: 'kafkajs, as documented',
};

/** docs/benchmarks.md, as this run has it. */
export function markdownOf(results: Results, summary: Summary): string {
  const { machine, durability, quick, backlog, heats, addedLatency, idle } = results;
  const form = quick ? 'the quick form' : 'the full form';
  return `# Benchmarks

Written by \`npm run bench\` (${form}, ${String(Math.round(results.seconds / 60))} min, backlog of ${backlog.toLocaleString('en')} orders). Whoever runs it again overwrites this file.

Machine: ${machine}. Kafka, schema registry, PostgreSQL, the provider and the contestant share it. PostgreSQL:
${Object.entries(durability)
  .map(([name, value]) => `\`${name} = ${value}\``)
  .join(', ')}.

Every contestant does the same for an order: it reads it from Kafka, writes a claim to PostgreSQL before it asks, signs with RSA-2048, posts,
verifies the answer's signature, writes the outcome, publishes it, commits. *The limit* does none of that but sign, post and parse, through
the worker's HTTP client: what this machine can ask of the provider. A round begins with a group that has read nothing and a database that
holds nothing; after a warm-up it is measured for a fixed time, as captures a second at the provider or told of on Kafka, whichever is less.
Then the contestant is stopped in order, and its own record, its events and the provider's book are compared. Ratios are taken round by
round, since a machine's speed changes; of them the median is told, with the least and the most. The peers are described in
[bench/peers](../bench/peers/README.md).

## In short

| what                                                                    | measured |
| ----------------------------------------------------------------------- | -------- |
| of the limit, 200 ms, 500 in flight                                     | ${String(summary.limitRatio['500'])} |
| of the limit, 200 ms, 1,000 in flight                                   | ${String(summary.limitRatio['1000'])} |
| times the tuned Parallel Consumer, 500 in flight                        | ${String(summary.vsParallelConsumer['500'])} |
| times the tuned Parallel Consumer, 1,000 in flight                      | ${String(summary.vsParallelConsumer['1000'])} |
| times kafkajs as documented                                             | ${String(summary.vsNaive)} |
| of in-flight over mean latency, 100 ms to 2 s, 2,000 in flight          | ${String(summary.spreadLatencyRatio)} |
| added to the provider's latency at ${String(addedLatency.perSecond)} orders a second: p50, p90, p99, most | ${[addedLatency.p50, addedLatency.p90, addedLatency.p99, addedLatency.max].map((ms) => `${ms.toFixed(1)} ms`).join(', ')} |
| resident at 1,000 in flight                                             | ${String(summary.rssMb)} MiB |
| of a core when idle: worker, Kafka, PostgreSQL                          | ${idle === null ? 'not told' : [idle.worker, idle.kafka, idle.postgres].map((percent) => `${percent.toFixed(2)} %`).join(', ')} |
| from start to first capture                                             | ${String(summary.firstCaptureMs)} ms |
| captured twice, lost, of all contestants                                | ${String(summary.doubleCaptures)}, ${String(summary.lost)} |

${heats.map(heatText).join('\n')}
${scenarioText(results.scenarios)}`;
}

function heatText(result: HeatResult): string {
  const { heat, rounds } = result;
  const rows = [...rounds].map(([name, played]) => rowOf(result, name as Contestant['name'], played));
  return `## ${heat.title}

${String(heat.rounds)} ${heat.rounds === 1 ? 'round' : 'rounds'} of ${String(heat.times.measuredMs / 1_000)} s after ${String(heat.times.warmUpMs / 1_000)} s of warm-up. Processor time is per capture, in ms.

| contestant | captures a second | of the limit | resident | its processor time | Kafka's | PostgreSQL's | provider's |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function rowOf(result: HeatResult, name: Contestant['name'], played: readonly RoundResult[]): string {
  const { median, least, most } = rateIn(result, name);
  const rate =
    played.length === 1
      ? median.toFixed(0)
      : `${median.toFixed(0)} (${least.toFixed(0)} to ${most.toFixed(0)})`;
  const ofLimit = result.rounds.has('limit') ? ratio(result, name, 'limit') : null;
  const share =
    ofLimit === null
      ? ''
      : played.length === 1
        ? String(rounded(ofLimit.median, 2))
        : `${ofLimit.median.toFixed(2)} (${ofLimit.least.toFixed(2)} to ${ofLimit.most.toFixed(2)})`;
  const resident = played.flatMap(({ residentMiB }) => residentMiB ?? []);
  const cpu = (part: 'contestant' | 'kafka' | 'postgres' | 'provider'): string => {
    const seen = played.flatMap(({ cpuMs }) => cpuMs?.[part] ?? []);
    return seen.length === 0 ? '' : spreadOf(seen).median.toFixed(2);
  };
  const memory = resident.length === 0 ? '' : `${Math.max(...resident).toFixed(0)} MiB`;
  return `| ${[TITLES[name], rate, share, memory, cpu('contestant'), cpu('kafka'), cpu('postgres'), cpu('provider')].join(' | ')} |`;
}
